import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons";

type Tone = "plain" | "good" | "warn" | "bad";

const ICONS: Record<Tone, IconName> = { plain: "info", good: "check", warn: "warning", bad: "warning" };

/** Something to know before going on. What goes wrong is read aloud at once, and does not stay out of sight. */
export function Notice({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tone === "bad") own.current?.scrollIntoView({ block: "nearest" });
  }, [tone]);
  return (
    <div ref={own} class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={ICONS[tone]} />
      <div>{children}</div>
    </div>
  );
}
