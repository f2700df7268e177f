/** What waits for a person: families that do not answer, reports of strangers, and children registered by helpers. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choice } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { placeOf } from "./compare";
import { ListOf, useListed } from "./list-of";
import { useProvenAttempt } from "./proof-dialog";
import { Record } from "./record";
import { nameOf } from "./review";
import { UnansweredQuestions } from "./unanswered-questions";
import { Unfolds } from "./unfolds";
import { type ListedRegistration, type ListedReport, reached, type Registration, registered, registrationOf, type Report, reportOf, reviewed, say as sayOf, settled, unreviewed, type Word } from "./waiting";

export function WaitingScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("waiting.title")}</h1>
        <p>{say("waiting.lead")}</p>
      </div>
      <UnansweredQuestions session={session} incidentId={incidentId} />
      <StrangersReports session={session} incidentId={incidentId} />
      {session.role === "COORDINATOR" ? <HelpersRegistrations session={session} incidentId={incidentId} /> : null}
    </div>
  );
}

function StrangersReports({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const listed = useListed((after) => unreviewed(session, incidentId, after), [session.token, incidentId]);
  const [done, setDone] = useState<string | null>(null);
  return (
    <section class="card">
      <h2>{say("waiting.reports")}</h2>
      <p class="soft">{say("waiting.reports.lead")}</p>
      {done ? <Notice tone="good">{done}</Notice> : null}
      <ListOf listed={listed} none={say("review.none")}>
        {(report: ListedReport) => (
          <Unfolds name={nameOf(report.person.names)} at={report.createdAt}>
            <ReportToReview
              session={session}
              id={report.id}
              done={() => {
                setDone(say("waiting.reports.done"));
                listed.settled(report);
              }}
            />
          </Unfolds>
        )}
      </ListOf>
    </section>
  );
}

function ReportToReview({ session, id, done }: { session: Session; id: string; done: () => void }) {
  const { say } = useWords();
  const [report, setReport] = useState<Report | null>(null);
  const attempt = useProvenAttempt(session);
  useEffect(() => void attempt.read(() => reportOf(session, id), setReport), [id]);
  const objected = Boolean(report?.review?.objectedAt);
  const before = report?.review?.reporterBefore;
  const mayTakeDown = session.role === "COORDINATOR" || session.role === "OFFICER";
  return (
    <div class="stack">
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {objected ? <Notice tone="bad">{say("waiting.objected")}</Notice> : null}
      {report ? (
        <>
          <Record
            of={{ title: say("compare.report"), when: report.lastSeenAt, where: report.lastSeenPlace.text, person: report.person, photos: report.photos, at: placeOf("report", report.id) }}
            who={reached(report.reporter)}
          />
          {before ? (
            <p>
              <strong>{say("waiting.objected.before")}</strong> <bdi>{reached(before)}</bdi>
            </p>
          ) : null}
          <p class="soft small">{say(objected ? "waiting.objected.consequence" : "waiting.reports.consequence")}</p>
          <div class="row wraps">
            {objected ? (
              mayTakeDown ? (
                <button type="button" class="button main" aria-disabled={attempt.running} onClick={() => void attempt.run(() => settled(session, id).then(done))}>
                  {say("waiting.objected.settle")}
                </button>
              ) : null
            ) : (
              <button type="button" class="button main" aria-disabled={attempt.running} onClick={() => void attempt.run(() => reviewed(session, id).then(done))}>
                {say("waiting.reports.reviewed")}
              </button>
            )}
            {mayTakeDown ? (
              <Link class="button" href={`/desk/take-downs?report=${id}`}>
                {say("takeDowns.begin")}
              </Link>
            ) : null}
          </div>
        </>
      ) : null}
      {attempt.dialog}
    </div>
  );
}

const SHOWN = ["UNCONFIRMED", "DISMISSED"] as const;

function HelpersRegistrations({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const [shown, setShown] = useState<(typeof SHOWN)[number]>("UNCONFIRMED");
  const listed = useListed((after) => registered(session, incidentId, shown, after), [session.token, incidentId, shown]);
  const [done, setDone] = useState<string | null>(null);
  return (
    <section class="card">
      <h2>{say("waiting.registrations")}</h2>
      <p class="soft">{say("waiting.registrations.lead")}</p>
      <Choice must label={say("review.show")} options={SHOWN.map((value) => ({ value, label: say(`waiting.${value}`) }))} value={shown} change={(value) => value && setShown(value)} />
      {done ? <Notice tone="good">{done}</Notice> : null}
      <ListOf listed={listed} none={say("review.none")}>
        {(registration: ListedRegistration) => (
          <Unfolds name={nameOf(registration.person.names)} at={registration.createdAt} photo={registration.photos[0]?.small}>
            <RegistrationToConfirm
              session={session}
              id={registration.id}
              done={(word) => {
                setDone(say(`waiting.done.${word}`));
                listed.settled(registration);
              }}
            />
          </Unfolds>
        )}
      </ListOf>
    </section>
  );
}

function RegistrationToConfirm({ session, id, done }: { session: Session; id: string; done: (word: Word) => void }) {
  const { say } = useWords();
  const [registration, setRegistration] = useState<Registration | null>(null);
  const attempt = useAttempt();
  useEffect(() => void attempt.read(() => registrationOf(session, id), setRegistration), [id]);
  const words: Word[] = registration?.confirmation === "DISMISSED" ? ["restore"] : ["confirm", "dismiss"];
  return (
    <div class="stack">
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {registration ? (
        <>
          <Record
            of={{
              title: say("compare.registration", { site: registration.site?.name ?? "" }),
              when: registration.foundAt,
              where: registration.foundPlace.text,
              person: registration.person,
              photos: registration.photos,
            at: placeOf("registration", registration.id),
            }}
          />
          {words.map((word) => (
            <div key={word} class="row wraps">
              <button
                type="button"
                class={word === "confirm" ? "button main" : "button"}
                aria-disabled={attempt.running}
                onClick={() => void attempt.run(() => sayOf(session, word, registration).then(() => done(word)))}
              >
                {say(`waiting.${word}`)}
              </button>
              <span class="soft small grows">{say(`waiting.${word}.consequence`)}</span>
            </div>
          ))}
        </>
      ) : null}
    </div>
  );
}
