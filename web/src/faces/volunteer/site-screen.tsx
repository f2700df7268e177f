/** My site: who is here, what is saved here and what is saved there. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/client";
import { send } from "../../kept/delivery";
import { countLeft } from "../../kept/left";
import { follow, type QueueState } from "../../kept/queue";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { CallCentre, useCentre } from "../../parts/call-centre";
import { Text } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { Rows } from "../../parts/rows";
import { Screen } from "../../parts/screen";
import { LeftSealed } from "./left-sealed";
import { MissingNearby } from "./nearby";
import { RecheckRequests } from "./rechecks";
import { type Child, isOld, keptList, loadList, seesList, type SiteList, stillIn } from "./site";
import { childrenOf, Unsent } from "./unsent";

type Properties = { session: Session; justSaved: number; go: (path: string) => void; locked: () => void };

export function SiteScreen({ session, justSaved, go, locked }: Properties) {
  const { say } = useWords();
  const [list, setList] = useState<SiteList | null>(null);
  /** When the server was last asked for it; what else stands here is asked for beside it. */
  const [asked, setAsked] = useState<number | null>(null);
  const [sought, setSought] = useState("");
  const [away, setAway] = useState(false);
  const [signedOut, setSignedOut] = useState(false);
  /** What waits for a former PIN; null until this phone was asked. */
  const [left, setLeft] = useState<number | null>(null);
  const queue = useQueue();
  const centre = useCentre(session.incidentId);
  const look = async () => setLeft(await countLeft());

  const sees = seesList(session);
  const load = async () => {
    setAsked(Date.now());
    try {
      if (sees) setList(await loadList(session));
      else await stillIn(session);
      setAway(false);
      setSignedOut(false);
    } catch (error) {
      setAway(!(error instanceof Refusal));
      if (!(error instanceof Refusal)) return;
      setSignedOut(error.is("UNAUTHENTICATED"));
      if (error.is("PIN_NEEDED")) locked();
    }
  };
  const renew = () => {
    if (asked !== null && isOld(asked)) void load();
  };
  useEffect(() => void look(), []);
  useEffect(() => {
    void keptList(session).then((found) => setList((present) => present ?? found));
    const again = () => void load();
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [session.token]);
  const waiting = queue?.waiting.map(({ id }) => id).join();
  const loadedWith = useRef<string | undefined>(undefined);
  useEffect(() => {
    // What has left the queue by now is on the server by now; of what leaves it while things are sent, the end is waited for.
    const known = loadedWith.current;
    if (waiting === undefined || waiting === known || (known !== undefined && queue?.sending)) return;
    loadedWith.current = waiting;
    void load();
  }, [waiting, queue?.sending]);
  useEffect(() => {
    if (queue?.stopped === "locked") locked();
  }, [queue?.stopped]);

  const folded = fold(sought);
  const children = (list?.children ?? []).filter((child) => fold(`${child.name} ${child.asSaid}`).includes(folded));
  const unsent = queue?.waiting.filter((item) => item.content.kind !== "photo" || item.refused) ?? [];

  return (
    <Screen
      title={session.site?.name ?? say("site.title")}
      aside={
        sees ? (
          <Link class="button quiet" href="/site/settings" aria-label={say("settings.title")}>
            <Icon name="settings" />
          </Link>
        ) : null
      }
      actions={
        <button type="button" class="button main" onClick={() => go("/site/register")}>
          <Icon name="plus" />
          {say("site.register")}
        </button>
      }
    >
      {justSaved > 0 && unsent.length > 0 ? <Notice tone="good">{say("site.savedHere", { count: justSaved })}</Notice> : null}
      {!queue || left === null ? (
        <p class="row soft small">
          <Icon name="cloud" />
        </p>
      ) : left > 0 && queue.waiting.length === 0 ? null : (
        <Saved queue={queue} away={away} signedOut={signedOut} byDoor={!sees} />
      )}
      {left ? <LeftSealed count={left} look={look} sent={load} /> : null}
      {unsent.map((item) => (
        <Unsent key={item.id} item={item} session={session} go={go} />
      ))}
      {sees ? null : <Notice>{say("site.helper")}</Notice>}
      {sees ? (
        <>
          <MissingNearby session={session} at={asked} />
          <RecheckRequests session={session} at={asked} />
          <Link class="button" href="/site/roll-call">
            <Icon name="list" />
            {say("rollCall.title")}
          </Link>
          <Text label={say("site.seek")} type="search" value={sought} change={setSought} />
        </>
      ) : null}
      {list && children.length === 0 ? <p class="soft">{say(sought ? "site.nobodyFound" : "site.nobody")}</p> : null}
      <Rows of={children} row={(child) => <ChildRow key={child.id} child={child} renew={renew} />} />
      <CallCentre phone={centre} />
    </Screen>
  );
}

/** What is saved on this phone, and what is on the server: never a guess. */
function Saved({ queue, away, signedOut, byDoor }: { queue: QueueState; away: boolean; signedOut: boolean; byDoor: boolean }) {
  const { say, moment } = useWords();
  const people = queue.waiting.reduce((sum, item) => sum + childrenOf(item).length, 0);
  const photos = queue.waiting.filter(({ content }) => content.kind === "photo").length;
  const at = queue.synced && moment(queue.synced, isToday(queue.synced) ? "short" : "medium");
  if (signedOut || queue.stopped === "signed out") {
    if (!byDoor) return <Notice tone="bad">{say("site.signedOut", { people, photos })}</Notice>;
    return (
      <>
        <Notice tone="bad">{say("site.doorClosed", { people, photos })}</Notice>
        <Link class="button" href="/join">
          {say("site.newCode")}
        </Link>
      </>
    );
  }
  return (
    <p class="row soft small" role="status">
      <Icon name={away || queue.stopped ? "cloudOff" : "cloud"} />
      <span class="grows">
        {people + photos === 0 ? say("site.allThere") : say(queue.sending ? "site.sending" : "site.waiting", { people, photos })}{" "}
        {at ? say("site.synced", { time: at }) : null} {away ? say("site.away") : null}
      </span>
      {people + photos > 0 && !queue.sending ? (
        <button type="button" class="button quiet" onClick={() => void send()}>
          {say("site.sendNow")}
        </button>
      ) : null}
    </p>
  );
}

function isToday(moment: number): boolean {
  return new Date(moment).toDateString() === new Date().toDateString();
}

function ChildRow({ child, renew }: { child: Child; renew: () => void }) {
  const { say } = useWords();
  return (
    <li>
      <Link class="card" href={`/site/child#${child.id}`}>
        <div class="row">
          <Portrait photo={child.photo} small renew={renew} />
          <div class="grows">
            <h2>
              <bdi>{child.name ?? child.asSaid ?? say("site.nameless")}</bdi>
            </h2>
            <p class="soft small">
              {[child.age && say("site.age", { age: child.age }), say(`care.${child.careStatus}`)].filter(Boolean).join(" · ")}
            </p>
            {child.status === "IN_CARE" ? null : <span class="tag">{say(`status.${child.status}`)}</span>}
            {child.confirmation === "UNCONFIRMED" ? <span class="tag warn">{say("site.unconfirmed")}</span> : null}
          </div>
          <Icon name="forward" turns />
        </div>
      </Link>
    </li>
  );
}

/** What waits to be sent; null until this phone was asked. */
function useQueue(): QueueState | null {
  const [state, setState] = useState<QueueState | null>(null);
  useEffect(() => follow(setState), []);
  return state;
}

/** Letters as one looks for them: without case and accents. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
