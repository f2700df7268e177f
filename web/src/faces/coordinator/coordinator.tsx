/** The face of those at a desk: coordinators, officers, call takers and administrators, on a large screen. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useSearch } from "wouter-preact";
import { Refusal } from "../../api/client";
import { keepSession, keptSession, type Session } from "../../kept/session";
import { InWords, LANGUAGES, type Language, useWords } from "../../languages/words";
import { Icon } from "../../parts/icons";
import { Mishap } from "../../parts/mishap";
import { Notice } from "../../parts/notice";
import { NotYours } from "../../parts/not-yours";
import "../../design/desk.css";
import { type Incident, incidentsOf, signOut } from "./desk";
import { ExerciseScreen } from "./exercise-screen";
import { OpenIncidentScreen } from "./incident-screen";
import { SignInScreen } from "./sign-in-screen";
import { Tour } from "./tour";
import { closedAt, GROUPS, WORK, type Work, workAt } from "./work";

export default function Coordinator({ path, go }: { path: string; go: (path: string) => void }) {
  const { say } = useWords();
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  // A volunteer's phone stays what it is, whatever is opened on it: what waits there is the volunteer's.
  const [atSite, setAtSite] = useState<Session | null>(null);
  useEffect(() => {
    void keptSession().then((found) => {
      const volunteers = found && AT_SITES.includes(found.role);
      setAtSite(volunteers ? found : null);
      setSession(volunteers ? null : found);
    });
  }, []);
  if (session === undefined) return null;
  return (
    <InWords part="coordinator">
      {path === "/desk/exercise" ? (
        <ExerciseScreen
          family={() => go("/case")}
          came={(found) => {
            const atSite = AT_SITES.includes(found.role);
            setSession(atSite ? null : found);
            go(atSite ? "/site" : "/desk");
          }}
        />
      ) : session ? (
        <Desk
          session={session}
          path={path}
          go={go}
          changed={setSession}
          leave={() => void signOut(session).then(() => setSession(null))}
        />
      ) : atSite ? (
        <NotYours title="notYours.desk" session={atSite} to="/site" back="notYours.toSite">
          <button type="button" class="button quiet" onClick={() => setAtSite(null)}>
            {say("welcome.desk")}
          </button>
        </NotYours>
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
/** What an administrator may do before there is an incident. */
const BEFORE = ["/desk/account", "/desk/people"];

type DeskProperties = { session: Session; path: string; go: (path: string) => void; changed: (session: Session | null) => void; leave: () => void };

function Desk({ session, path, go, changed, leave }: DeskProperties) {
  const { say, why, spoken } = useWords();
  const query = new URLSearchParams(useSearch());
  const [incidents, setIncidents] = useState<Incident[] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const load = () =>
    incidentsOf(session).then(setIncidents, (error: unknown) => {
      if (error instanceof Refusal && error.is("UNAUTHENTICATED")) changed(null);
      else setWrong(why(error));
    });
  useEffect(() => void load(), [session.token]);

  const workIn = (incidentId: string) => {
    const next = { ...session, incidentId };
    changed(next);
    void keepSession(next);
  };
  const incident = incidents?.find(({ id }) => id === session.incidentId) ?? incidents?.[0] ?? null;
  const work = WORK.filter(({ roles }) => roles.includes(session.role));
  const mayOpen = work.some((one) => one.path === "/desk/incident");
  const first = incidents?.length === 0 && mayOpen && !BEFORE.includes(path);
  const opens = mayOpen && (first || path === "/desk/new");
  const here = opens ? undefined : workAt(path, work);
  const closed = opens ? undefined : closedAt(path, session.role);
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    document.title = `${say(closed?.title ?? here?.title ?? "incident.new")} · Reunify`;
  }, [closed?.title, here?.title, spoken]);
  useEffect(() => {
    // Who goes to another screen by keyboard or by ear is taken to its beginning.
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
    scrollTo(0, 0);
  }, [path]);

  return (
    <div class="desk">
      <a class="skip" href="#work" onClick={() => main.current?.focus()}>
        {say("desk.skip")}
      </a>
      <Head session={session} incidents={incidents ?? []} incident={incident} workIn={workIn} leave={leave} />
      <SideBar work={work} here={closed ? undefined : here} path={path} />
      <main id="work" ref={main} tabIndex={-1}>
        {wrong ? <Notice tone="warn">{wrong}</Notice> : null}
        {incidents?.length === 0 && !mayOpen && here?.path !== "/desk/account" ? <Notice>{say("desk.noIncident")}</Notice> : null}
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
        {closed && here ? (
          <section class="settings">
            <h1>{say(closed.title)}</h1>
            <Notice tone="warn">{say("desk.closed", { roles: closed.roles.map((role) => say(`role.${role}`)).join(", "), role: say(`role.${session.role}`) })}</Notice>
            <p>
              <Link href={here.path}>{say("desk.closed.back", { work: say(here.title) })}</Link>
            </p>
          </section>
        ) : here ? <Mishap key={here.path}>{here.show({ session, incident, path, query, go, changed: () => void load() })}</Mishap> : null}
      </main>
      {incident?.synthetic ? <Tour work={work} /> : null}
    </div>
  );
}

type HeadProperties = { session: Session; incidents: Incident[]; incident: Incident | null; workIn: (id: string) => void; leave: () => void };

function Head({ session, incidents, incident, workIn, leave }: HeadProperties) {
  const { say, language, choose } = useWords();
  return (
    <header>
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Reunify
      </a>
      {incident ? (
        <select aria-label={say("desk.incident")} value={incident.id} onChange={(event) => workIn(event.currentTarget.value)}>
          {incidents.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      ) : null}
      {incident?.synthetic ? <span class="tag warn">{say("desk.exercise")}</span> : null}
      <span class="grows" />
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
  );
}

/** All that there is to do, in groups; folded away behind a button where the screen is narrow or the letters large. */
function SideBar({ work, here, path }: { work: Work[]; here: Work | undefined; path: string }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="side">
      <button type="button" class="button menu" aria-expanded={open} aria-controls="desk-work" onClick={() => setOpen(!open)}>
        <Icon name="menu" />
        {say(here?.title ?? "desk.work")}
      </button>
      <nav id="desk-work" aria-label={say("desk.work")} class={open ? "open" : ""}>
        {GROUPS.map((group) => {
          const own = work.filter((one) => one.group === group);
          return own.length > 0 ? (
            <div key={group} class="group" role="group" aria-labelledby={`group-${group}`}>
              <span id={`group-${group}`} class="soft small">
                {say(`group.${group}`)}
              </span>
              {own.map(({ path: to, title }) => (
                <Link key={to} href={to} aria-current={here?.path === to ? "page" : undefined}>
                  {say(title)}
                </Link>
              ))}
            </div>
          ) : null;
        })}
      </nav>
    </div>
  );
}
