/** "I saw a child": for anybody, without an account; and for who was told that one is missing nearby. */
import { useState } from "preact/hooks";
import { InWords, useWords } from "../../languages/words";
import { unlocked } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useAttempt } from "../../parts/attempt";
import { CallCentre, useCentre } from "../../parts/call-centre";
import { Choice } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { newSighting, type SightingDraft } from "../../sighting/draft";
import { ASKED, SeenFields, WitnessFields } from "../../sighting/fields";
import { record } from "../../sighting/sighting";
import { useOpenIncidents } from "./open-incidents";

/** Somebody with an account, who was told of this child by the alert of this id. */
type Told = { alertId: string; incidentId: string; token: string; what: string };
type Properties = { leave: () => void; told?: Told };

export default function SeenScreen(properties: Properties) {
  return (
    <InWords part="seen">
      <Seen {...properties} />
    </InWords>
  );
}

function Seen({ leave, told }: Properties) {
  const { say } = useWords();
  const draft = useDraft<SightingDraft>(told ? `sighting ${told.alertId}` : "sighting", () => ({ ...newSighting(), what: told?.what ?? "" }));
  const incidents = useOpenIncidents();
  const [sent, setSent] = useState(false);
  const attempt = useAttempt();
  const seen = draft.content;
  if (!seen) return null;
  const incident = incidents?.find(({ id }) => id === seen.incidentId) ?? (incidents?.length === 1 ? incidents[0] : undefined);
  const incidentId = told?.incidentId ?? incident?.id ?? null;
  const token = told?.token ?? null;
  const centre = useCentre(incidentId);

  const send = () =>
    void attempt.run(async () => {
      if (!incidentId) return;
      if (token) await unlocked(token, () => record(seen, incidentId, token));
      else await record(seen, incidentId);
      await draft.discard();
      setSent(true);
    });

  if (sent)
    return (
      <Screen title={say("seen.thanks")} lead={say("seen.thanks.lead")} back={leave}>
        <button type="button" class="button" onClick={() => setSent(false)}>
          {say("seen.another")}
        </button>
      </Screen>
    );
  return (
    <Screen
      title={say("seen.title")}
      lead={say("seen.lead")}
      back={leave}
      actions={
        <button type="button" class="button main" aria-disabled={attempt.running || !incidentId} onClick={send}>
          {say("seen.send")}
        </button>
      }
    >
      <Notice>{say("seen.danger")}</Notice>
      {incidents === null && !told ? <Notice tone="warn">{say("away")}</Notice> : null}
      {incidents?.length === 0 && !told ? <Notice tone="warn">{say("seen.noIncident")}</Notice> : null}
      {(incidents?.length ?? 0) > 1 && !told ? (
        <Choice
          must
          label={say("seen.incident")}
          options={(incidents ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={incident?.id ?? null}
          change={(incidentId) => draft.change({ incidentId })}
        />
      ) : null}
      <SeenFields draft={seen} change={draft.change} wrong={attempt.wrong} incidentId={incidentId} token={token} />
      {told ? null : (
        <>
          <div class="intro">
            <h2>{say("seen.you.title")}</h2>
            <p>{say("seen.you.lead")}</p>
          </div>
          <WitnessFields draft={seen} change={draft.change} wrong={attempt.wrong} />
        </>
      )}
      {attempt.general(...ASKED) ? <Notice tone="bad">{attempt.general(...ASKED)}</Notice> : null}
      <CallCentre phone={centre} />
    </Screen>
  );
}
