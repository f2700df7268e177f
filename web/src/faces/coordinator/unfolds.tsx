/** A line that unfolds to the whole; who is shown is asked for, and so logged, only then. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useWords } from "../../languages/words";
import { Portrait } from "../../parts/photo";

type Properties = { name: string | null; at: string; photo?: string | undefined; children: ComponentChildren };

export function Unfolds({ name, at, photo, children }: Properties) {
  const { say, moment } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <div class="unfolds">
      <button type="button" class="pair" aria-expanded={open} onClick={() => setOpen(!open)}>
        {photo ? <Portrait photo={photo} small /> : null}
        <span class="grows">
          <bdi>{name ?? say("compare.nameless")}</bdi>
        </span>
        <span class="soft small">{moment(at)}</span>
      </button>
      {open ? <div class="inside">{children}</div> : null}
    </div>
  );
}
