/** A part of the app that is loaded when it is wanted: while it comes, and where it does not. */
import type { ComponentChildren, ComponentType, FunctionComponent } from "preact";
import { useWords } from "../languages/words";
import { useFetched } from "./fetched";
import { Notice } from "./notice";

type Frame = ComponentType<{ title: string; children: ComponentChildren }>;

/** `Frame` is around what is said of a part that is a whole screen. */
export function later<Properties extends object>(
  fetching: () => Promise<{ default: ComponentType<Properties> }>,
  Frame?: Frame,
): FunctionComponent<Properties> {
  let there: ComponentType<Properties> | null = null;
  const once = async () => {
    there ??= (await fetching()).default;
    return { Part: there };
  };
  return function Later(properties) {
    const { found, away, again } = useFetched(once, []);
    const Part = there ?? found?.Part;
    if (Part) return <Part {...properties} />;
    return away ? <Away Frame={Frame ?? InPlace} again={again} /> : <Waiting />;
  };
}

/** Shown only where it takes long enough to be asked about. */
function Waiting() {
  const { say } = useWords();
  return (
    <div class="waiting" role="status">
      <span class="only-read-aloud">{say("loading")}</span>
    </div>
  );
}

function Away({ Frame, again }: { Frame: Frame; again: () => void }) {
  const { say } = useWords();
  return (
    <Frame title={say("part.away")}>
      <Notice tone="warn">{say("part.away.why")}</Notice>
      <button type="button" class="button" onClick={again}>
        {say("part.again")}
      </button>
    </Frame>
  );
}

function InPlace({ children }: { children: ComponentChildren }) {
  return <div class="stack">{children}</div>;
}
