/** The review queue, most probable first: look at a pair, confirm or reject it, take it back. */
import { useEffect, useState } from "preact/hooks";
import { MatchChanges } from "../../api/generated/operations";
import type { MatchState } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Choice } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { AskedList } from "./asked-list";
import { Compare, Conflicts, Evidence, placeOf } from "./compare";
import { self } from "./desk";
import { Chance, PairQueue, type Step } from "./pair-queue";
import { loadMatch, loadQueue, type Match, type Step as Name, take } from "./review";
import { ofAdults, soughtBy, WhomSought, WhomTakenIn } from "./whom";

const SHOWN = ["OPEN", "CONFIRMED", "REJECTED", "FADED"] as const;
type Shown = (typeof SHOWN)[number];
const STATES: Record<Shown, MatchState[] | null> = { OPEN: null, CONFIRMED: ["CONFIRMED"], REJECTED: ["REJECTED"], FADED: ["FADED"] };

type Properties = {
  session: Session;
  incidentId: string;
  /** Who is younger, in years, is a child. */
  limit: number;
};

export function ReviewScreen({ session, incidentId, limit }: Properties) {
  const { say, spoken } = useWords();
  const [shown, setShown] = useState<Shown>("OPEN");
  const [own, setOwn] = useState<string | null>(null);
  // Who one is stays unknown where the network is away; the queue says so itself.
  useEffect(() => void self(session).then((found) => setOwn(found?.id ?? null), () => undefined), [session.token]);
  return (
    <PairQueue
      session={session}
      title="review.title"
      about={[incidentId, shown, spoken]}
      filters={
        <Choice
          must
          label={say("review.show")}
          options={SHOWN.map((value) => ({ value, label: say(`review.show.${value}`) }))}
          value={shown}
          change={(value) => value && setShown(value)}
        />
      }
      load={(after) => loadQueue(session, incidentId, STATES[shown], spoken, after)}
      loadOne={(id) => loadMatch(session, id, spoken)}
      follow={(feed, changed, ended) => feed.follow(MatchChanges, { incidentId }, changed, ended)}
      chance={({ probability }) => probability}
      row={(one) => (
        <>
          <Chance of={one.probability} />
          <span class="grows">
            <WhomSought of={one.report} limit={limit} />
            <WhomTakenIn of={one.registration} limit={limit} />
          </span>
          {one.state === "CLAIMED" ? (
            <span class="tag">
              <bdi>{one.claimedBy === own ? say("review.yours") : (one.claimedByName ?? say("review.taken"))}</bdi>
            </span>
          ) : null}
          {one.reopenedBecause ? <span class="tag warn">{say("review.reopened")}</span> : null}
        </>
      )}
      steps={(match) => stepsOf(match, own).map((step) => ({ ...STEPS[step], ...(ofAdults([match.report, match.registration], limit) ? OF_ADULTS[step] : {}), take: (pair, reason) => take(step, session, pair, reason) }))}
      show={(match, choose) => <Pair session={session} match={match} own={own} limit={limit} choose={choose} />}
    />
  );
}

const STEPS: Record<Name, Omit<Step<Match>, "take">> = {
  take: { key: "t", label: "review.take", done: "review.done.take" },
  leave: { key: "t", label: "review.leave", done: "review.done.leave" },
  free: { key: "u", label: "review.free", done: "review.done.leave" },
  confirm: { key: "c", label: "review.confirm", main: true, goesOn: true, done: "review.done.confirm" },
  reject: { key: "r", label: "review.reject", reason: true, goesOn: true, done: "review.done.reject" },
  undo: { key: "u", label: "review.undo", undoes: true, done: "review.done.undo" },
};

const OF_ADULTS: Partial<Record<Name, Partial<Step<Match>>>> = { confirm: { label: "review.confirm.adults" } };

/** The steps that may follow, as the server's table has them (`backend/domain/match.py`); what another has taken waits for them. */
function stepsOf(match: Match, own: string | null): Name[] {
  switch (match.state) {
    case "POTENTIAL":
      return ["confirm", "reject", "take"];
    case "CLAIMED":
      return match.claimedBy === own ? ["confirm", "reject", "leave"] : ["free"];
    case "CONFIRMED":
    case "REJECTED":
      return ["undo"];
    default:
      return [];
  }
}

type PairProperties = { session: Session; match: Match; own: string | null; limit: number; choose: (id: string) => void };

function Pair({ session, match, own, limit, choose }: PairProperties) {
  const { say, moment } = useWords();
  const { report, registration } = match;
  return (
    <>
      {match.state === "CLAIMED" && match.claimedAt ? (
        <Notice>
          {match.claimedBy === own
            ? say("review.yours.since", { time: moment(match.claimedAt) })
            : say("review.taken.since", { name: match.claimedByName ?? say("review.somebody"), time: moment(match.claimedAt) })}
        </Notice>
      ) : null}
      {match.reopenedBecause ? <Notice tone="warn">{say("review.reopenedBecause", { reason: match.reopenedBecause })}</Notice> : null}
      {report?.review && !report.review.reviewedAt ? <Notice tone="warn">{say("review.unreviewed")}</Notice> : null}
      {registration?.confirmation === "UNCONFIRMED" ? <Notice tone="warn">{say("review.unconfirmed")}</Notice> : null}
      <Conflicts evidence={match.evidence} />
      {match.state === "POTENTIAL" || match.state === "CLAIMED" ? <p class="soft small">{say("review.consequence", { same: say(ofAdults([report, registration], limit) ? "review.confirm.adults" : "review.confirm") })}</p> : null}
      {match.decidedAt ? (
        <p class="soft">
          {say(match.state === "CONFIRMED" ? "review.confirmedAt" : "review.rejectedAt", { time: moment(match.decidedAt) })}{" "}
          {match.reason ? say("review.reasonGiven", { reason: match.reason }) : null}
        </p>
      ) : null}
      <Compare
        left={report && { title: soughtBy(report.reporter) ? say("compare.report.by", { who: soughtBy(report.reporter) }) : say("compare.report"), when: report.lastSeenAt, where: report.lastSeenPlace.text, person: report.person, photos: report.photos, at: placeOf("report", report.id) }}
        right={
          registration && {
            title: say("compare.registration", { site: registration.site?.name ?? "" }),
            when: registration.foundAt,
            where: registration.foundPlace.text,
            person: registration.person,
            photos: registration.photos,
            at: placeOf("registration", registration.id),
          }
        }
      />
      <Evidence evidence={match.evidence} />
      {report && registration ? <AskedList key={match.id} session={session} match={match} /> : null}
      {match.togetherWith.length > 0 ? (
        <section class="stack">
          <h2>{say("review.together")}</h2>
          <ul class="list">
            {match.togetherWith.map((other) => (
              <li key={other.id}>
                <button type="button" class="pair" onClick={() => choose(other.id)}>
                  <Chance of={other.probability} />
                  <span class="grows">
                    <WhomSought of={other.report} limit={limit} />
                    <WhomTakenIn of={other.registration} limit={limit} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}
