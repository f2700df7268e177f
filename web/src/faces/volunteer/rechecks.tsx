/** What a coordinator asks the own site to look at once more. */
import { useEffect, useState } from "preact/hooks";
import { ask, made, sendPhoto } from "../../api/client";
import { AnswerRecheck, Rechecks } from "../../api/generated/operations";
import type { RechecksQuery } from "../../api/generated/types";
import { askSignedIn, type Session, unlocked } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Portrait } from "../../parts/photo";
import { AskedCard } from "../../person/asked";

type Recheck = RechecksQuery["rechecks"]["edges"][number]["node"];

/** `at` is when the list of children was last asked for: with it this is. */
export function RecheckRequests({ session, at }: { session: Session; at: number | null }) {
  const { say } = useWords();
  const [rechecks, setRechecks] = useState<Recheck[]>([]);
  const load = async () => {
    const where = { incidentId: session.incidentId ?? "", siteId: session.site?.id ?? null };
    const answer = await askSignedIn(Rechecks, where, session);
    setRechecks(answer.rechecks.edges.map(({ node }) => node));
  };
  useEffect(() => {
    if (at !== null) void load().catch(() => undefined); // with the next loading of the list
  }, [at]);
  if (rechecks.length === 0) return null;
  return (
    <>
      <h2>{say("rechecks.title")}</h2>
      {rechecks.map((recheck) => {
        const { full, given, family, asSaid } = recheck.registration?.person.names ?? {};
        const name = full ?? ([given, family].filter(Boolean).join(" ") || asSaid) ?? say("site.nameless");
        const photo = recheck.registration?.photos[0]?.small;
        return (
          <div key={recheck.id} class="stack">
            {photo ? <Portrait photo={photo} /> : null}
            <AskedCard
              asked={recheck}
              name={name}
              answer={async (answer, photo) => {
                await unlocked(session.token, async () => {
                  if (photo) await sendPhoto({ registration: recheck.registrationId }, photo.id, photo.photo, session.token);
                  made((await ask(AnswerRecheck, { id: recheck.id, answer }, session.token)).answerRecheck);
                });
                // It is answered, whatever becomes of asking what else there is.
                setRechecks((there) => there.filter(({ id }) => id !== recheck.id));
                void load().catch(() => undefined);
              }}
            />
          </div>
        );
      })}
    </>
  );
}
