/** A report that was taken down: the family may say once that it is true after all. */
import { useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import { AppealTakeDown } from "../../api/generated/operations";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import type { Case, ReportState } from "./case";

export function Appeal({ own, report, done }: { own: Case; report: ReportState; done: () => Promise<void> }) {
  const { say } = useWords();
  const [text, setText] = useState("");
  const attempt = useAttempt();
  const { takeDown } = report;
  if (takeDown?.state === "APPEALED") return <Notice>{say("appeal.waits")}</Notice>;
  if (!takeDown?.mayAppeal) return null;
  const send = async () => {
    made((await ask(AppealTakeDown, { reportId: report.id, text }, own.token)).appealTakeDown);
    await done();
  };
  const general = attempt.general("text");
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt.run(send);
      }}
    >
      {general ? <Notice tone="bad">{general}</Notice> : null}
      <Text lines required label={say("appeal.text")} hint={say("appeal.hint")} value={text} change={setText} wrong={attempt.wrong("text")} />
      <button type="submit" class="button" aria-disabled={attempt.running}>
        {say("appeal.send")}
      </button>
    </form>
  );
}
