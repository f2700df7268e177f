/** Code and secret of a case, to be read out once and forgotten. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../../../languages/words";
import { Notice } from "../../../parts/notice";
import type { CaseToReadOut } from "./calls";

export function ReadOut({ given, again }: { given: CaseToReadOut; again: () => void }) {
  const { say } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <section class="card">
      <h2 ref={heading} tabIndex={-1}>
        {say("readOut.title")}
      </h2>
      <Notice tone="good">{say("readOut.lead")}</Notice>
      <dl class="facts">
        <div>
          <dt>{say("readOut.code")}</dt>
          <dd class="code">{given.code}</dd>
        </div>
        <div>
          <dt>{say("readOut.secret")}</dt>
          <dd class="code">{given.secret}</dd>
        </div>
      </dl>
      <p class="soft">{say("readOut.forget")}</p>
      <div>
        <button type="button" class="button" onClick={again}>
          {say("readOut.done")}
        </button>
      </div>
    </section>
  );
}
