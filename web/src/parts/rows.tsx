/** A long list, drawn as far as one has scrolled. A shelter may have thousands of children: a phone that draws all of
 * them at once stands still for seconds.
 */
import type { ComponentChild } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const AT_ONCE = 50;
/** By so much earlier the next are drawn than they come into sight. */
const AHEAD = "1500px";

export function Rows<Value>({ of, row }: { of: readonly Value[]; row: (value: Value) => ComponentChild }) {
  const [drawn, setDrawn] = useState(AT_ONCE);
  const end = useRef<HTMLDivElement>(null);
  const more = of.length > drawn;
  useEffect(() => {
    if (!more || !end.current) return;
    const watch = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) setDrawn(drawn + AT_ONCE);
      },
      { rootMargin: AHEAD },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [more, drawn]);
  return (
    <>
      <ul class="list">{of.slice(0, drawn).map(row)}</ul>
      {more ? <div ref={end} /> : null}
    </>
  );
}
