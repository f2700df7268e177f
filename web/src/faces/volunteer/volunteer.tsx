/** The volunteer's face: come in by a link, register children, see the own site. It works without a network. */
import { useEffect, useState } from "preact/hooks";
import { keepSending } from "../../kept/delivery";
import { type LockState, lock, lockAtStart, watchUse } from "../../kept/lock";
import { keptSession, type Session } from "../../kept/session";
import { InWords } from "../../languages/words";
import { later } from "../../parts/later";
import { NotYours } from "../../parts/not-yours";
import { ChangeScreen, ChildScreen } from "./child-screen";
import { JoinScreen } from "./join-screen";
import { LockScreen } from "./lock-screen";
import { RegisterScreen } from "./register-screen";
import { RollCallScreen } from "./roll-call-screen";
import { SettingsScreen } from "./settings-screen";
import { seesList } from "./site";
import { SiteScreen } from "./site-screen";

const NearbyScreen = later(() => import("./nearby-screen"));

const AT_SITES = ["VOLUNTEER", "UNVERIFIED_REGISTRAR"];
const NOT_FOR_HELPERS = ["/site/child", "/site/roll-call", "/site/nearby", "/site/settings"];

type State = { lock: LockState; session: Session | null };

export default function Volunteer({ path, go }: { path: string; go: (path: string) => void }) {
  const [state, setState] = useState<State | null>(null);
  const [justSaved, setJustSaved] = useState(0);
  const open = async (locked: LockState) => setState({ lock: locked, session: await keptSession() });
  useEffect(() => {
    void lockAtStart().then(open);
  }, []);
  const locked = () => setState((present) => present && { ...present, lock: "locked" });
  useEffect(() => {
    // Without a PIN this phone is left as it is.
    if (state?.lock === "open") return watchUse(() => void lock().then(locked));
  }, [state?.lock]);
  useEffect(() => {
    if (state?.session && state.lock !== "locked") return keepSending();
  }, [state?.session?.token, state?.lock]);
  if (!state) return null;

  const { session } = state;
  const home = () => go("/site");
  const came = (found: Session) => {
    setState({ ...state, session: found });
    if (AT_SITES.includes(found.role)) home();
    else go("/desk");
  };
  const screen = () => {
    if (state.lock === "locked") {
      return (
        <LockScreen session={session} opened={() => void open("open")} anew={() => setState({ lock: "none", session: null })} />
      );
    }
    if (path === "/join" || !session) return <JoinScreen came={came} leave={() => go("/")} />;
    // What is missing nearby is shown to those at a desk too, who are told of it.
    if (!AT_SITES.includes(session.role) && path !== "/site/nearby") {
      return <NotYours title="notYours.site" session={session} to="/desk" back="notYours.toDesk" />;
    }
    const id = location.hash.slice(1);
    switch (!seesList(session) && NOT_FOR_HELPERS.includes(path) ? "/site" : path) {
      case "/site/register":
        return (
          <RegisterScreen
            key={location.hash}
            session={session}
            mending={id === "mend"}
            saved={(count) => {
              setJustSaved(count);
              home();
            }}
            leave={home}
          />
        );
      case "/site/child":
        return <ChildScreen session={session} id={id} change={() => go(`/site/change#${id}`)} leave={home} />;
      case "/site/change":
        return (
          <ChangeScreen
            session={session}
            id={id}
            saved={() => {
              setJustSaved(1);
              home();
            }}
            leave={home}
          />
        );
      case "/site/roll-call":
        return <RollCallScreen session={session} leave={home} />;
      case "/site/nearby":
        return <NearbyScreen key={id} session={session} id={id} locked={locked} leave={session.role === "VOLUNTEER" ? home : () => go("/desk")} />;
      case "/site/settings":
        return <SettingsScreen session={session} pinSet={() => setState({ ...state, lock: "open" })} locked={() => void locked()} leave={home} />;
      default:
        return <SiteScreen session={session} justSaved={justSaved} go={go} locked={locked} />;
    }
  };
  return <InWords part="volunteer">{screen()}</InWords>;
}
