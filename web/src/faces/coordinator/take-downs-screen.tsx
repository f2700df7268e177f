/** False reports: taking one down for somebody who was identified, and answering what its family says against it. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { IdentityProof, TakeDownState } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choice, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { placeOf } from "./compare";
import { ListOf, useListed } from "./list-of";
import { useProvenAttempt } from "./proof-dialog";
import { Record } from "./record";
import { answer, type ListedTakeDown, PROOFS, takeDown, takeDowns } from "./take-downs";
import { type Report, reportOf } from "./waiting";

const SHOWN = ["APPEALED", "STANDING", "UPHELD", "RESTORED"] as const satisfies readonly TakeDownState[];

type Properties = { session: Session; incidentId: string; reportId: string | null; go: (path: string) => void };

export function TakeDownsScreen({ session, incidentId, reportId, go }: Properties) {
  const { say } = useWords();
  const [shown, setShown] = useState<TakeDownState>("APPEALED");
  const [done, setDone] = useState<string | null>(null);
  const listed = useListed((after) => takeDowns(session, incidentId, [shown], after), [session.token, incidentId, shown]);
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("takeDowns.title")}</h1>
        <p>{say("takeDowns.lead")}</p>
      </div>
      {done ? <Notice tone="good">{done}</Notice> : null}
      {reportId ? (
        <NewTakeDown
          key={reportId}
          session={session}
          reportId={reportId}
          done={() => {
            setDone(say("takeDowns.done"));
            setShown("STANDING");
            go("/desk/take-downs");
            void listed.again();
          }}
          cancel={() => go("/desk/waiting")}
        />
      ) : null}
      <Choice must label={say("review.show")} options={SHOWN.map((value) => ({ value, label: say(`takeDowns.${value}`) }))} value={shown} change={(value) => value && setShown(value)} />
      <ListOf listed={listed} none={say("review.none")}>
        {(one: ListedTakeDown) => (
          <OneTakeDown
            session={session}
            one={one}
            answered={(restored) => {
              setDone(say(restored ? "takeDowns.restored" : "takeDowns.upheld"));
              listed.settled(one);
            }}
          />
        )}
      </ListOf>
    </div>
  );
}

function OneTakeDown({ session, one, answered }: { session: Session; one: ListedTakeDown; answered: (restored: boolean) => void }) {
  const { say, moment } = useWords();
  const [reason, setReason] = useState("");
  const [restore, setRestore] = useState<"yes" | "no" | null>(null);
  const attempt = useProvenAttempt(session);
  const facts = {
    "takeDowns.asked": `${one.requesterName}, ${one.requesterRelation}`,
    "takeDowns.proof": say(`proof.${one.proof}`),
    "takeDowns.reason": one.reason,
    "takeDowns.appeal": one.appeal && one.appealedAt && `${moment(one.appealedAt)}: ${one.appeal}`,
    "takeDowns.answer": one.answer && one.answeredAt && `${moment(one.answeredAt)}: ${one.answer}`,
  } as const;
  // An appeal is upheld or turned down; one without an appeal can only be restored.
  const open = one.state === "APPEALED" || one.state === "STANDING";
  const choices = one.state === "APPEALED" ? (["no", "yes"] as const) : (["yes"] as const);
  const submit = (event: Event) => {
    event.preventDefault();
    if (restore) void attempt.run(() => answer(session, one, restore === "yes", reason).then(() => answered(restore === "yes")));
  };
  const general = attempt.general("reason");
  return (
    <section class="card">
      <h2>{say("takeDowns.of", { time: moment(one.createdAt) })}</h2>
      <dl class="facts">
        {Object.entries(facts).map(([key, value]) =>
          value ? (
            <div key={key}>
              <dt>{say(key as keyof typeof facts)}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ) : null,
        )}
      </dl>
      <Link href={placeOf("report", one.reportId)}>{say("compare.whole")}</Link>
      {open ? (
        <form class="stack" onSubmit={submit}>
          {general ? <Notice tone="bad">{general}</Notice> : null}
          <Choice label={say("takeDowns.answer.title")} hint={say("takeDowns.answer.hint")} options={choices.map((value) => ({ value, label: say(`takeDowns.answer.${value}`) }))} value={restore} change={setRestore} />
          {restore ? (
            <>
              <p class="soft small">{say(`takeDowns.answer.${restore}.consequence`)}</p>
              <Text label={say("review.reason")} hint={say("takeDowns.staff")} lines value={reason} change={setReason} wrong={attempt.wrong("reason")} required />
              <div>
                <button type="submit" class="button main" aria-disabled={attempt.running}>
                  {say("takeDowns.answer.give")}
                </button>
              </div>
            </>
          ) : null}
        </form>
      ) : null}
      {attempt.dialog}
    </section>
  );
}

type NewProperties = { session: Session; reportId: string; done: () => void; cancel: () => void };

function NewTakeDown({ session, reportId, done, cancel }: NewProperties) {
  const { say } = useWords();
  const [report, setReport] = useState<Report | null>(null);
  const [requesterName, setName] = useState("");
  const [requesterRelation, setRelation] = useState("");
  const [proof, setProof] = useState<IdentityProof | null>(null);
  const [proofNote, setProofNote] = useState("");
  const [checkedBy, setCheckedBy] = useState("");
  const [reason, setReason] = useState("");
  const loading = useAttempt();
  const attempt = useProvenAttempt(session);
  useEffect(() => void loading.read(() => reportOf(session, reportId), setReport), [reportId]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!report || !proof) return;
    const { version } = report;
    void attempt.run(() =>
      takeDown(session, { reportId, version, requesterName, requesterRelation, proof, proofNote: proofNote.trim() || null, checkedBy, reason }).then(done),
    );
  };
  const general = loading.general() ?? attempt.general("requesterName", "requesterRelation", "proof", "proofNote", "checkedBy", "reason");
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("takeDowns.new")}</h2>
      {general ? <Notice tone="bad">{general}</Notice> : null}
      {report ? (
        <Record
          of={{ title: say("compare.report"), when: report.lastSeenAt, where: report.lastSeenPlace.text, person: report.person, photos: report.photos, at: placeOf("report", report.id) }}
          who={[report.reporter.name, report.reporter.relation].filter(Boolean).join(" · ")}
        />
      ) : null}
      <Notice tone="warn">{say("takeDowns.consequence")}</Notice>
      <div class="beside">
        <Text label={say("takeDowns.requester")} value={requesterName} change={setName} wrong={attempt.wrong("requesterName")} required />
        <Text label={say("takeDowns.relation")} hint={say("takeDowns.relation.hint")} value={requesterRelation} change={setRelation} wrong={attempt.wrong("requesterRelation")} required />
      </div>
      <Choice label={say("takeDowns.proof")} options={PROOFS.map((value) => ({ value, label: say(`proof.${value}`) }))} value={proof} change={setProof} wrong={attempt.wrong("proof")} />
      <Text label={say("takeDowns.proofNote")} value={proofNote} change={setProofNote} wrong={attempt.wrong("proofNote")} />
      <Text label={say("takeDowns.checkedBy")} hint={say("takeDowns.checkedBy.hint")} value={checkedBy} change={setCheckedBy} wrong={attempt.wrong("checkedBy")} required />
      <Text label={say("takeDowns.reason")} hint={say("takeDowns.staff")} lines value={reason} change={setReason} wrong={attempt.wrong("reason")} required />
      <div class="row">
        <button type="submit" class="button main" aria-disabled={attempt.running || !proof || !report}>
          {say("takeDowns.go")}
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          {say("cancel")}
        </button>
      </div>
      {attempt.dialog}
    </form>
  );
}
