/** The face of those at a desk: coordinators, officers, call takers and administrators, on a large screen. */
import { lazy, Suspense } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/client";
import { keepSession, keptSession, type Session } from "../../kept/session";
import { InWords, type Key, LANGUAGES, type Language, useWords } from "../../languages/words";
import { Notice } from "../../parts/notice";
import "../../design/desk.css";
import { AccountScreen } from "./account-screen";
import { type Incident, incidentsOf, signOut } from "./desk";
import { IncidentScreen, OpenIncidentScreen } from "./incident-screen";
import { PeopleScreen } from "./people-screen";
import { ReviewScreen } from "./review-screen";
import { SignInScreen } from "./sign-in-screen";

const MapScreen = lazy(() => import("./map/map-screen"));

export default function Coordinator({ path, go }: { path: string; go: (path: string) => void }) {
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  useEffect(() => {
    void keptSession().then((found) => setSession(found && AT_SITES.includes(found.role) ? null : found));
  }, []);
  if (session === undefined) return null;
  return (
    <InWords part="coordinator">
      {session ? (
        <Desk
          session={session}
          path={path}
          go={go}
          changed={setSession}
          leave={() => void signOut(session).then(() => setSession(null))}
        />
      ) : (
        <SignInScreen
          came={(found) => {
            setSession(found);
            go("/desk");
          }}
          leave={() => go("/")}
        />
      )}
    </InWords>
  );
}

const AT_SITES = ["VOLUNTEER", "UNVERIFIED_REGISTRAR"];

/** What each role does at a desk. */
const WORK: { path: string; title: Key; roles: readonly string[] }[] = [
  { path: "/desk", title: "desk.review", roles: ["COORDINATOR", "OFFICER"] },
  { path: "/desk/map", title: "desk.map", roles: ["COORDINATOR", "OFFICER"] },
  { path: "/desk/incident", title: "desk.setUp", roles: ["COORDINATOR", "ADMIN"] },
  { path: "/desk/people", title: "desk.people", roles: ["COORDINATOR", "ADMIN"] },
  { path: "/desk/account", title: "desk.account", roles: ["COORDINATOR", "OFFICER", "ADMIN", "CALL_TAKER"] },
];

type DeskProperties = { session: Session; path: string; go: (path: string) => void; changed: (session: Session | null) => void; leave: () => void };

function Desk({ session, path, go, changed, leave }: DeskProperties) {
  const { say, language, choose } = useWords();
  const [incidents, setIncidents] = useState<Incident[] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const load = () =>
    incidentsOf(session).then(setIncidents, (error: unknown) => {
      if (error instanceof Refusal && error.is("UNAUTHENTICATED")) changed(null);
      else setWrong(error instanceof Refusal ? error.message : say("away"));
    });
  useEffect(() => void load(), [session.token]);

  const workIn = (incidentId: string) => {
    const next = { ...session, incidentId };
    changed(next);
    void keepSession(next);
  };
  const incident = incidents?.find(({ id }) => id === session.incidentId) ?? incidents?.[0];
  const work = WORK.filter(({ roles }) => roles.includes(session.role));
  const mayOpen = work.some((one) => one.path === "/desk/incident");
  const first = incidents?.length === 0 && mayOpen && path !== "/desk/account" && path !== "/desk/people";
  const opens = mayOpen && (first || path === "/desk/new");
  const here = opens ? undefined : (work.find((one) => one.path === path) ?? work[0]);
  useEffect(() => {
    if (here) document.title = `${say(here.title)} · Reunify`;
  }, [here?.title, language]);

  return (
    <div class="desk">
      <header>
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Reunify
        </a>
        {incident ? (
          <label>
            <span class="only-read-aloud">{say("desk.incident")}</span>
            <select value={incident.id} onChange={(event) => workIn(event.currentTarget.value)}>
              {incidents?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {incident?.synthetic ? <span class="tag warn">{say("desk.exercise")}</span> : null}
        <nav aria-label={say("desk.work")}>
          {work.map(({ path: to, title }) => (
            <Link key={to} href={to} aria-current={here?.path === to ? "page" : undefined}>
              {say(title)}
            </Link>
          ))}
        </nav>
        <select aria-label={say("language")} value={language} onChange={(event) => choose(event.currentTarget.value as Language)}>
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
        <button type="button" class="button quiet" onClick={leave}>
          {say("desk.signOut", { name: session.name })}
        </button>
      </header>
      <main>
        {wrong ? <Notice tone="warn">{wrong}</Notice> : null}
        {incidents?.length === 0 && !mayOpen ? <Notice>{say("desk.noIncident")}</Notice> : null}
        {opens ? (
          <OpenIncidentScreen
            session={session}
            first={first}
            opened={(id) =>
              void load().then(() => {
                workIn(id);
                go("/desk/incident");
              })
            }
          />
        ) : null}
        {here?.path === "/desk/incident" && incident ? <IncidentScreen session={session} incidentId={incident.id} /> : null}
        {here?.path === "/desk/people" ? <PeopleScreen session={session} incidentId={incident?.id ?? null} /> : null}
        {here?.path === "/desk/account" ? <AccountScreen session={session} /> : null}
        <Suspense fallback={null}>{here?.path === "/desk/map" && incident ? <MapScreen session={session} incidentId={incident.id} go={go} /> : null}</Suspense>
        {here?.path === "/desk" && incident ? <ReviewScreen session={session} incidentId={incident.id} /> : null}
      </main>
    </div>
  );
}
