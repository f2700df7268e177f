/** The door into an exercise: the link that `reunify demo` prints signs a browser in as one of its invented people.
 *
 * Nobody is led into somebody else's account by a link: it wants a click, and opens exercises alone.
 */
import { useEffect, useState } from "preact/hooks";
import { ask, Refusal } from "../../api/client";
import { OpenIncidents, Site, Viewer } from "../../api/generated/operations";
import { keep } from "../../kept/values";
import { keepSession, type Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { incidentsOf } from "./desk";
import { TOUR } from "./tour";

type Properties = { came: (session: Session) => void; family: () => void };

export function ExerciseScreen({ came, family }: Properties) {
  const { say } = useWords();
  const [token] = useState(takeToken);
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const attempt = useAttempt();
  useEffect(() => void attempt.read(() => sessionOf(token), setSession), [token]);
  return (
    <Screen title={say("exercise.title")} lead={say("exercise.lead")}>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {session ? (
        <button
          type="button"
          class="button main"
          onClick={() =>
            void attempt.run(async () => {
              if (session.role === "FAMILY") {
                if (!(await keepExerciseCase(session))) throw new Refusal([{ code: "CONFLICT", message: say("exercise.case"), field: null }]);
                family();
                return;
              }
              await keepSession(session);
              await keep(TOUR, 0);
              came(session);
            })
          }
        >
          {session.role === "FAMILY" ? say("exercise.go.family") : say("exercise.go", { name: session.name, role: say(`role.${session.role}`) })}
        </button>
      ) : session === null ? (
        <Notice>{say("exercise.none")}</Notice>
      ) : null}
    </Screen>
  );
}

/** Null where the token is no good, or opens more than exercises. Raises Refusal, Unreachable. */
async function sessionOf(token: string): Promise<Session | null> {
  if (!token) return null;
  const { viewer } = await ask(Viewer, {}, token);
  if (!viewer) return null;
  if (viewer.role === "FAMILY") return familyOf(viewer.incidentIds[0] ?? null, token);
  const siteId = viewer.siteIds[0];
  const { site } = siteId ? await ask(Site, { id: siteId }, token) : { site: null };
  const session: Session = {
    token,
    role: viewer.role,
    name: viewer.name,
    incidentId: site?.incidentId ?? viewer.incidentIds[0] ?? null,
    site: site && { id: site.id, name: site.name },
  };
  const incidents = await incidentsOf(session);
  return incidents.length > 0 && incidents.every(({ synthetic }) => synthetic) ? session : null;
}

async function familyOf(incidentId: string | null, token: string): Promise<Session | null> {
  const { openIncidents } = await ask(OpenIncidents, {});
  const exercise = openIncidents.some(({ id, synthetic }) => id === incidentId && synthetic);
  return exercise ? { token, role: "FAMILY", name: "", incidentId, site: null } : null;
}

/** The case that the family's screens open; false where another is kept here already, which none must take the place of. */
async function keepExerciseCase({ token, incidentId }: Session): Promise<boolean> {
  const { keepCase, keptCase } = await import("../family/case");
  const there = await keptCase();
  if (there) return there.token === token;
  await keepCase({ token, incidentId: incidentId ?? "", code: null, secret: null, photos: [] });
  return true;
}

/** What stands behind the `#`, taken out of the address bar, the history and screenshots. */
function takeToken(): string {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}
