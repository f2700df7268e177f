/** The review queue, most probable first: look at a pair, confirm or reject it, take it back. */
import { useState } from "preact/hooks";
import { MatchChanges } from "../../api/generated/operations";
import type { MatchState } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Choice } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { AskCard } from "./ask-card";
import { Compare, Conflicts, Evidence } from "./compare";
import { Chance, PairQueue, type Step } from "./pair-queue";
import { loadMatch, loadQueue, type Match, nameOf, take } from "./review";

const SHOWN = ["OPEN", "CONFIRMED", "REJECTED", "FADED"] as const;
type Shown = (typeof SHOWN)[number];
const STATES: Record<Shown, MatchState[] | null> = { OPEN: null, CONFIRMED: ["CONFIRMED"], REJECTED: ["REJECTED"], FADED: ["FADED"] };

export function ReviewScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say, language } = useWords();
  const [shown, setShown] = useState<Shown>("OPEN");
  return (
    <PairQueue
      session={session}
      title="review.title"
      about={[incidentId, shown, language]}
      filters={
        <Choice
          must
          label={say("review.show")}
          options={SHOWN.map((value) => ({ value, label: say(`review.show.${value}`) }))}
          value={shown}
          change={(value) => value && setShown(value)}
        />
      }
      load={(after) => loadQueue(session, incidentId, STATES[shown], language, after)}
      loadOne={(id) => loadMatch(session, id, language)}
      follow={(feed, changed) => feed.follow(MatchChanges, { incidentId }, changed)}
      chance={({ probability }) => probability}
      row={(one) => (
        <>
          <Chance of={one.probability} />
          <span class="grows">
            <bdi>{(one.report && nameOf(one.report.person.names)) ?? say("compare.nameless")}</bdi>
            <span class="soft"> · </span>
            <bdi>{(one.registration && nameOf(one.registration.person.names)) ?? say("compare.nameless")}</bdi>
          </span>
          {one.state === "CLAIMED" ? <span class="tag">{say("review.claimed")}</span> : null}
          {one.reopenedBecause ? <span class="tag warn">{say("review.reopened")}</span> : null}
        </>
      )}
      steps={(match) => stepsOf(match).map((step) => ({ ...STEPS[step], take: (pair, reason) => take(step, session, pair, reason) }))}
      show={(match, choose) => <Pair session={session} match={match} choose={choose} />}
    />
  );
}

type Name = "claim" | "confirm" | "reject" | "undo";
const STEPS: Record<Name, Omit<Step<Match>, "take">> = {
  claim: { key: "t", label: "review.claim", done: "review.done.claim" },
  confirm: { key: "c", label: "review.confirm", main: true, goesOn: true, done: "review.done.confirm" },
  reject: { key: "r", label: "review.reject", reason: true, goesOn: true, done: "review.done.reject" },
  undo: { key: "u", label: "review.undo", undoes: true, done: "review.done.undo" },
};

/** The steps that may follow, as the server's table has them (`backend/domain/match.py`). */
function stepsOf(match: Match): Name[] {
  switch (match.state) {
    case "POTENTIAL":
      return ["confirm", "reject", "claim"];
    case "CLAIMED":
      return ["confirm", "reject", "undo"];
    case "CONFIRMED":
    case "REJECTED":
      return ["undo"];
    default:
      return [];
  }
}

function Pair({ session, match, choose }: { session: Session; match: Match; choose: (id: string) => void }) {
  const { say, language } = useWords();
  const { report, registration } = match;
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      {match.reopenedBecause ? <Notice tone="warn">{say("review.reopenedBecause", { reason: match.reopenedBecause })}</Notice> : null}
      {report?.review && !report.review.reviewedAt ? <Notice tone="warn">{say("review.unreviewed")}</Notice> : null}
      {registration?.confirmation === "UNCONFIRMED" ? <Notice tone="warn">{say("review.unconfirmed")}</Notice> : null}
      <Conflicts evidence={match.evidence} />
      {match.state === "POTENTIAL" || match.state === "CLAIMED" ? <p class="soft small">{say("review.consequence")}</p> : null}
      {match.decidedAt ? (
        <p class="soft">
          {say(match.state === "CONFIRMED" ? "review.confirmedAt" : "review.rejectedAt", { time: moment.format(new Date(match.decidedAt)) })}{" "}
          {match.reason ? say("review.reasonGiven", { reason: match.reason }) : null}
        </p>
      ) : null}
      <Compare
        left={report && { title: say("compare.report"), when: report.lastSeenAt, where: report.lastSeenPlace.text, person: report.person, photos: report.photos }}
        right={
          registration && {
            title: say("compare.registration", { site: registration.site?.name ?? "" }),
            when: registration.foundAt,
            where: registration.foundPlace.text,
            person: registration.person,
            photos: registration.photos,
          }
        }
      />
      <Evidence evidence={match.evidence} />
      {report && registration ? <AskCard key={match.id} session={session} match={match} /> : null}
      {match.togetherWith.length > 0 ? (
        <section class="stack">
          <h2>{say("review.together")}</h2>
          <ul class="list">
            {match.togetherWith.map((other) => (
              <li key={other.id}>
                <button type="button" class="pair" onClick={() => choose(other.id)}>
                  <Chance of={other.probability} />
                  <span class="grows">
                    <bdi>{(other.report && nameOf(other.report.person.names)) ?? say("compare.nameless")}</bdi>
                    <span class="soft"> · </span>
                    <bdi>{(other.registration && nameOf(other.registration.person.names)) ?? say("compare.nameless")}</bdi>
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
