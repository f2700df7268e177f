/** The review queue, most probable first: look at a pair, take it, confirm or reject it, take it back. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { openLive } from "../../api/live";
import { MatchChanges } from "../../api/generated/operations";
import type { MatchState } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Choice, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Compare, Evidence } from "./compare";
import { ProofDialog } from "./proof-dialog";
import { loadMatch, loadQueue, type Match, nameOf, type Queue, type Step, take } from "./review";

const SHOWN = ["OPEN", "CONFIRMED", "REJECTED"] as const;
type Shown = (typeof SHOWN)[number];
const STATES: Record<Shown, MatchState[] | null> = { OPEN: null, CONFIRMED: ["CONFIRMED"], REJECTED: ["REJECTED"] };
/** One key for each step, besides j and k, which go through the queue. */
const KEYS: Record<string, Step> = { t: "claim", c: "confirm", r: "reject", u: "undo" };

export function ReviewScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say, language } = useWords();
  const [shown, setShown] = useState<Shown>("OPEN");
  const [queue, setQueue] = useState<Queue | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [match, setMatch] = useState<Match | null>(null);
  const [reason, setReason] = useState("");
  const [live, setLive] = useState(false);
  const [told, setTold] = useState<{ tone: "good" | "bad" | "warn"; text: string } | null>(null);
  const [unproven, setUnproven] = useState<{ step: Step; why: string } | null>(null);

  const fail = (error: unknown) =>
    setTold({ tone: error instanceof Refusal ? "bad" : "warn", text: error instanceof Refusal ? error.message : say("away") });

  const load = async () => {
    try {
      const found = await loadQueue(session, incidentId, STATES[shown], language);
      setQueue(found);
      setChosen((present) =>
        found.matches.some(({ id }) => id === present) ? present : (found.matches[0]?.id ?? null),
      );
    } catch (error) {
      fail(error);
    }
  };
  const reload = useRef(load);
  reload.current = load;

  useEffect(() => {
    setQueue(null);
    void load();
  }, [incidentId, shown, language]);

  useEffect(() => {
    let soon: number | undefined;
    const feed = openLive(session.token, setLive);
    // Many changes at once are one look.
    const end = feed.follow(MatchChanges, { incidentId }, () => {
      clearTimeout(soon);
      soon = window.setTimeout(() => void reload.current(), 300);
    });
    return () => {
      clearTimeout(soon);
      end();
      feed.end();
    };
  }, [session.token, incidentId]);

  const version = queue?.matches.find(({ id }) => id === chosen)?.version;
  useEffect(() => {
    let gone = false;
    if (!chosen) setMatch(null);
    else
      loadMatch(session, chosen, language).then(
        (found) => !gone && setMatch(found),
        (error: unknown) => !gone && fail(error),
      );
    return () => {
      gone = true;
    };
  }, [chosen, version, language]);

  const step = async (which: Step) => {
    if (!match) return;
    setTold(null);
    try {
      await take(which, session, match, reason);
      setReason("");
      setTold({ tone: "good", text: say(`review.done.${which}`) });
      if (which === "undo" || which === "claim") setMatch(await loadMatch(session, match.id, language));
      else move(1);
      await load();
    } catch (error) {
      if (error instanceof Refusal && error.is("STEP_UP_NEEDED")) setUnproven({ step: which, why: error.message });
      else {
        fail(error);
        await load();
      }
    }
  };

  const move = (by: number) => {
    const ids = queue?.matches.map(({ id }) => id) ?? [];
    const at = ids.indexOf(chosen ?? "");
    setChosen(ids[Math.min(Math.max(at + by, 0), ids.length - 1)] ?? null);
  };

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const which = KEYS[event.key];
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (which) void step(which);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });

  // Nothing is certain: a match is advice.
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const percent = (probability: number) => (probability > 0.99 ? `> ${format.format(0.99)}` : format.format(probability));
  return (
    <div class="review">
      <section class="queue" aria-label={say("review.queue")}>
        <h1>{say("review.title")}</h1>
        <p class="soft small" role="status">
          <span class={live ? "tag good" : "tag warn"}>{say(live ? "live" : "notLive")}</span>
        </p>
        <Choice
          must
          label={say("review.show")}
          options={SHOWN.map((value) => ({ value, label: say(`review.show.${value}`) }))}
          value={shown}
          change={(value) => value && setShown(value)}
        />
        {queue?.matches.length === 0 ? <p class="soft">{say("review.none")}</p> : null}
        <ol class="list">
          {queue?.matches.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                class="pair"
                aria-current={one.id === chosen ? "true" : undefined}
                onClick={() => setChosen(one.id)}
              >
                <span class="chance">{percent(one.probability)}</span>
                <span class="grows">
                  <bdi>{(one.report && nameOf(one.report.person.names)) ?? say("compare.nameless")}</bdi>
                  <span class="soft"> · </span>
                  <bdi>{(one.registration && nameOf(one.registration.person.names)) ?? say("compare.nameless")}</bdi>
                </span>
                {one.state === "CLAIMED" ? <span class="tag">{say("review.claimed")}</span> : null}
                {one.reopenedBecause ? <span class="tag warn">{say("review.reopened")}</span> : null}
              </button>
            </li>
          ))}
        </ol>
      </section>
      <section class="pair-view" aria-label={say("review.pair")}>
        {told ? <Notice tone={told.tone}>{told.text}</Notice> : null}
        {match ? (
          <>
            {match.reopenedBecause ? (
              <Notice tone="warn">{say("review.reopenedBecause", { reason: match.reopenedBecause })}</Notice>
            ) : null}
            <div class="row wraps decide">
              <span class="chance big">{percent(match.probability)}</span>
              {stepsOf(match).map((which) => (
                <button
                  key={which}
                  type="button"
                  class={which === "confirm" ? "button main" : "button"}
                  aria-keyshortcuts={Object.keys(KEYS).find((key) => KEYS[key] === which)}
                  onClick={() => void step(which)}
                >
                  {say(`review.${which}`)}
                </button>
              ))}
            </div>
            <Text label={say("review.reason")} value={reason} change={setReason} />
            {match.reason ? <p class="soft">{say("review.reasonGiven", { reason: match.reason })}</p> : null}
            <Compare match={match} />
            <Evidence match={match} />
            <p class="soft small">{say("review.keys")}</p>
          </>
        ) : null}
      </section>
      {unproven ? (
        <ProofDialog
          session={session}
          why={unproven.why}
          proven={() => {
            setUnproven(null);
            void step(unproven.step);
          }}
          cancel={() => setUnproven(null)}
        />
      ) : null}
    </div>
  );
}

/** The steps that may follow, as the server's table has them (`backend/domain/match.py`). */
function stepsOf(match: Match): Step[] {
  switch (match.state) {
    case "POTENTIAL":
      return ["claim", "confirm", "reject"];
    case "CLAIMED":
      return ["confirm", "reject", "undo"];
    case "CONFIRMED":
    case "REJECTED":
      return ["undo"];
    default:
      return [];
  }
}
