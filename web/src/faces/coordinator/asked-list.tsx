/** What was asked about a pair, what came back, and asking for more. */
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Notice } from "../../parts/notice";
import { AskCard } from "./ask-card";
import { type Asked, answerOf, drop, loadAsked } from "./asked";
import type { Match } from "./review";

const TONES = { OPEN: "tag warn", ANSWERED: "tag good", DROPPED: "tag" } as const;

export function AskedList({ session, match }: { session: Session; match: Match }) {
  const words = useWords();
  const { say, moment } = words;
  const [asked, setAsked] = useState<Asked[]>([]);
  const attempt = useAttempt();
  const load = () => attempt.read(() => loadAsked(session, match), setAsked);
  // An answer is evidence, and so changes the match.
  useEffect(() => void load(), [match.id, match.version]);
  return (
    <section class="stack">
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {asked.length > 0 ? (
        <>
          <h2>{say("ask.list")}</h2>
          <ul class="list">
            {asked.map((one) => (
              <li key={one.id} class="row wraps">
                <div class="grows">
                  <strong>{say(`ask.${one.kind}`)}</strong> <bdi>{[one.bodySite, one.text].filter(Boolean).join(" · ")}</bdi>
                  <p class="soft small">{say(`ask.of.${one.whom}`, { time: moment(one.createdAt) })}</p>
                  {one.answer ? <bdi>{answerOf(one, words)}</bdi> : null}
                </div>
                <span class={TONES[one.state]}>{say(`ask.state.${one.state}`)}</span>
                {one.state === "OPEN" ? (
                  <button type="button" class="button quiet" aria-disabled={attempt.running} onClick={() => void attempt.run(() => drop(session, one).finally(load))}>
                    {say("ask.drop")}
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <AskCard session={session} match={match} asked={() => void load()} />
    </section>
  );
}
