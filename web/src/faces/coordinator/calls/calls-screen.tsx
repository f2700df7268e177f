/** The hotline: what somebody who answers the telephone does while the caller waits. */
import { useState } from "preact/hooks";
import type { Session } from "../../../kept/session";
import { InWords, useWords } from "../../../languages/words";
import { Choice } from "../../../parts/fields";
import { Notice } from "../../../parts/notice";
import "../../../design/calls.css";
import { FindReport } from "./find-report";
import { RecoverCase } from "./recover-case";
import { TakeReport } from "./take-report";
import { TakeSighting } from "./take-sighting";

const WORK = ["find", "report", "sighting"] as const;
type Work = (typeof WORK)[number];
type Properties = { session: Session; incidentId: string };

export default function CallsScreen(properties: Properties) {
  return (
    <InWords part="seen">
      <InWords part="calls">
        <Calls key={properties.incidentId} {...properties} />
      </InWords>
    </InWords>
  );
}

function Calls({ session, incidentId }: Properties) {
  const { say } = useWords();
  const [work, setWork] = useState<Work>("find");
  const [lost, setLost] = useState<{ id: string; name: string } | null>(null);
  return (
    <div class="calls">
      <div class="intro">
        <h1>{say("calls.title")}</h1>
        <p>{say("calls.lead")}</p>
      </div>
      <Notice tone="warn">{say("calls.neverSay")}</Notice>
      <Choice
        must
        label={say("calls.what")}
        options={WORK.map((value) => ({ value, label: say(`calls.what.${value}`) }))}
        value={work}
        change={(value) => {
          setLost(null);
          if (value) setWork(value);
        }}
      />
      {work === "find" && lost ? <RecoverCase session={session} report={lost} back={() => setLost(null)} /> : null}
      {work === "find" ? (
        <div hidden={lost !== null}>
          <FindReport
            session={session}
            incidentId={incidentId}
            choose={({ id, name }) => (
              <button type="button" class="button" onClick={() => setLost({ id, name })}>
                {say("calls.lost")}
              </button>
            )}
          />
        </div>
      ) : null}
      {work === "report" ? <TakeReport session={session} incidentId={incidentId} /> : null}
      {work === "sighting" ? <TakeSighting session={session} incidentId={incidentId} /> : null}
    </div>
  );
}
