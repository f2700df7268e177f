/** A second question before what is not taken back; whoever pressed is taken to it. */
import { useEffect, useRef } from "preact/hooks";
import { useWords } from "../languages/words";

type Properties = { label: string; question: string; yes: string; go: () => void; cancel: () => void };

export function Sure({ label, question, yes, go, cancel }: Properties) {
  const { say } = useWords();
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => group.current?.focus(), []);
  return (
    <div class="card" role="group" aria-label={label} tabIndex={-1} ref={group}>
      <p>{question}</p>
      <div class="row wraps">
        <button type="button" class="button" onClick={go}>
          {yes}
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          {say("cancel")}
        </button>
      </div>
    </div>
  );
}
