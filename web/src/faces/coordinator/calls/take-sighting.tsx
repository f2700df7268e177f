/** What a caller saw, written down while they tell it. */
import { useState } from "preact/hooks";
import { useDraft } from "../../../kept/use-draft";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Notice } from "../../../parts/notice";
import { newSighting, type SightingDraft } from "../../../sighting/draft";
import { ASKED, SeenFields, WitnessFields } from "../../../sighting/fields";
import { record } from "../../../sighting/sighting";

export function TakeSighting({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const draft = useDraft<SightingDraft>(`call of sighting ${incidentId}`, newSighting);
  const [written, setWritten] = useState(false);
  const attempt = useAttempt();
  const seen = draft.content;
  if (!seen) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    setWritten(false);
    void attempt.run(async () => {
      await record(seen, incidentId, session.token);
      await draft.discard();
      setWritten(true);
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("calls.sighting.title")}</h2>
      {written ? <Notice tone="good">{say("calls.sighting.done")}</Notice> : null}
      <SeenFields draft={seen} change={draft.change} wrong={attempt.wrong} incidentId={incidentId} token={session.token} />
      <h3>{say("calls.caller")}</h3>
      <WitnessFields draft={seen} change={draft.change} wrong={attempt.wrong} />
      {attempt.general(...ASKED) ? <Notice tone="bad">{attempt.general(...ASKED)}</Notice> : null}
      <div>
        <button type="submit" class="button main" aria-disabled={attempt.running}>
          {say("calls.sighting.keep")}
        </button>
      </div>
    </form>
  );
}
