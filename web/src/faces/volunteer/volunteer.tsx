/** The volunteer's face: come in by a link, register children, see the own site. It works without a network. */
import { useEffect, useState } from "preact/hooks";
import type { Item } from "../../kept/queue";
import { keptSession, type Session } from "../../kept/session";
import { InWords } from "../../languages/words";
import { JoinScreen } from "./join-screen";
import { RegisterScreen } from "./register-screen";
import { SiteScreen } from "./site-screen";

export default function Volunteer({ path, go }: { path: string; go: (path: string) => void }) {
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const [refused, setRefused] = useState<NonNullable<Item["refused"]>>([]);
  const [justSaved, setJustSaved] = useState(0);
  useEffect(() => {
    void keptSession().then(setSession);
  }, []);
  if (session === undefined) return null;

  const came = (found: Session) => {
    setSession(found);
    if (found.role === "VOLUNTEER" || found.role === "UNVERIFIED_REGISTRAR") go("/site");
    else go("/desk");
  };
  return (
    <InWords part="volunteer">
      {path === "/join" || !session ? (
        <JoinScreen came={came} leave={() => go("/")} />
      ) : path === "/site/register" ? (
        <RegisterScreen
          session={session}
          refused={refused}
          saved={(count) => {
            setRefused([]);
            setJustSaved(count);
            go("/site");
          }}
          leave={() => go("/site")}
        />
      ) : (
        <SiteScreen
          session={session}
          justSaved={justSaved}
          register={() => go("/site/register")}
          mend={(problems) => {
            setRefused(problems);
            go("/site/register");
          }}
        />
      )}
    </InWords>
  );
}
