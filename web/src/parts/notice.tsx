import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

type Tone = "plain" | "good" | "warn" | "bad";

const ICONS: Record<Tone, IconName> = { plain: "info", good: "check", warn: "warning", bad: "warning" };

/** Something to know before going on. What goes wrong is read aloud at once. */
export function Notice({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={ICONS[tone]} />
      <div>{children}</div>
    </div>
  );
}
