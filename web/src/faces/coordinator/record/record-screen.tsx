/** One child's or one report's record as a whole, what may be done with it, and who has looked at it. */
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../../kept/session";
import { InWords, useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Choice, Text } from "../../../parts/fields";
import { Move } from "../../../parts/move";
import { Notice } from "../../../parts/notice";
import { placeOf } from "../compare";
import { Record } from "../record";
import { type Registration, registrationOf, type Report, reportOf } from "../waiting";
import { WhoLooked } from "./who-looked";

const KINDS = ["registration", "report"] as const;
type Kind = (typeof KINDS)[number];
type Properties = { session: Session; query: URLSearchParams; go: (path: string) => void };

export default function RecordScreen(properties: Properties) {
  return (
    <InWords part="record">
      <OneRecord {...properties} />
    </InWords>
  );
}

function OneRecord({ session, query, go }: Properties) {
  const { say } = useWords();
  const kind = KINDS.find((one) => query.has(one));
  const id = kind && query.get(kind);
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("record.title")}</h1>
        <p>{say("record.lead")}</p>
      </div>
      {kind && id ? (
        <div class="stack" key={id}>
          {session.role === "ADMIN" ? null : kind === "registration" ? <Child session={session} id={id} /> : <Missing session={session} id={id} />}
          <WhoLooked session={session} recordId={id} />
        </div>
      ) : (
        <Find open={(wanted, found) => go(`/desk/record?${wanted}=${encodeURIComponent(found)}`)} />
      )}
    </div>
  );
}

function Find({ open }: { open: (kind: Kind, id: string) => void }) {
  const { say } = useWords();
  const [kind, setKind] = useState<Kind>("registration");
  const [id, setId] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (id.trim()) open(kind, id.trim());
  };
  return (
    <form class="card" onSubmit={submit}>
      <Choice must label={say("record.kind")} options={KINDS.map((value) => ({ value, label: say(`record.kind.${value}`) }))} value={kind} change={(value) => value && setKind(value)} />
      <Text label={say("record.id")} hint={say("record.id.hint")} dir="ltr" value={id} change={setId} required />
      <div>
        <button type="submit" class="button main">
          {say("record.open")}
        </button>
      </div>
    </form>
  );
}

function Child({ session, id }: { session: Session; id: string }) {
  const { say } = useWords();
  const [child, setChild] = useState<Registration | null>(null);
  const [moved, setMoved] = useState<string | null>(null);
  const attempt = useAttempt();
  const load = () => attempt.read(() => registrationOf(session, id), setChild);
  useEffect(() => void load(), [id]);
  const move = (site: string) => {
    setMoved(site);
    void load();
  };
  return (
    <>
      <section class="card">
        <h2>{say("record.kind.registration")}</h2>
        {moved ? <Notice tone="good">{say("move.done", { site: moved })}</Notice> : null}
        {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
        {child ? (
          <Record of={{ title: say("compare.registration", { site: child.site?.name ?? "" }), when: child.foundAt, where: child.foundPlace.text, person: child.person, photos: child.photos, at: placeOf("registration", child.id) }} />
        ) : null}
      </section>
      {child?.status === "IN_CARE" && session.role === "COORDINATOR" ? <Move key={child.version} session={session} who={child} moved={move} /> : null}
    </>
  );
}

function Missing({ session, id }: { session: Session; id: string }) {
  const { say } = useWords();
  const [report, setReport] = useState<Report | null>(null);
  const attempt = useAttempt();
  useEffect(() => void attempt.read(() => reportOf(session, id), setReport), [id]);
  return (
    <section class="card">
      <h2>{say("record.kind.report")}</h2>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {report ? (
        <Record
          of={{ title: say("compare.report"), when: report.lastSeenAt, where: report.lastSeenPlace.text, person: report.person, photos: report.photos, at: placeOf("report", report.id) }}
          who={[report.reporter.name, report.reporter.relation, report.reporter.phone, report.reporter.email].filter(Boolean).join(" · ")}
        />
      ) : null}
    </section>
  );
}
