/** My site: who is here, what is saved here and what is saved there. */
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { keep } from "../../kept/database";
import { follow, type Item, type QueueState, type Registering, send, takeBack } from "../../kept/queue";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { Screen } from "../../parts/screen";
import { calledBy } from "../../person/draft";
import type { RegistrationDraft } from "./draft";
import { type Child, keptList, loadList, type SiteList } from "./site";

type Properties = {
  session: Session;
  justSaved: number;
  register: () => void;
  /** Open a form again that the server refused. */
  mend: (refused: NonNullable<Item["refused"]>) => void;
};

export function SiteScreen({ session, justSaved, register, mend }: Properties) {
  const { say } = useWords();
  const [list, setList] = useState<SiteList | null>(null);
  const [sought, setSought] = useState("");
  const [away, setAway] = useState(false);
  const [signedOut, setSignedOut] = useState(false);
  const queue = useQueue();

  const seesList = session.role !== "UNVERIFIED_REGISTRAR";
  const load = async () => {
    if (!seesList) return;
    try {
      setList(await loadList(session));
      setAway(false);
      setSignedOut(false);
    } catch (error) {
      setSignedOut(error instanceof Refusal && error.is("UNAUTHENTICATED"));
      setAway(!(error instanceof Refusal));
    }
  };
  useEffect(() => {
    void keptList().then((found) => setList((present) => present ?? found));
    const again = () => void send().then(load);
    again();
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [session.token]);
  useEffect(() => {
    if (queue && !queue.sending) void load();
  }, [queue?.waiting.length]);

  const folded = fold(sought);
  const children = (list?.children ?? []).filter((child) => fold(`${child.name} ${child.asSaid}`).includes(folded));
  const here = queue?.waiting.filter((item) => item.content.kind === "registration") ?? [];

  return (
    <Screen
      title={session.site?.name ?? say("site.title")}
      actions={
        <button type="button" class="button main" onClick={register}>
          <Icon name="plus" />
          {say("site.register")}
        </button>
      }
    >
      {justSaved > 0 && here.length > 0 ? <Notice tone="good">{say("site.savedHere", { count: justSaved })}</Notice> : null}
      {queue ? <Saved queue={queue} away={away} signedOut={signedOut} /> : null}
      {here.map((item) => (
        <Unsent key={item.id} item={item} mend={mend} />
      ))}
      {seesList ? null : <Notice>{say("site.helper")}</Notice>}
      {seesList ? <Text label={say("site.seek")} type="search" value={sought} change={setSought} /> : null}
      {list && children.length === 0 ? <p class="soft">{say(sought ? "site.nobodyFound" : "site.nobody")}</p> : null}
      <ul class="list">
        {children.map((child) => (
          <ChildRow key={child.id} child={child} />
        ))}
      </ul>
    </Screen>
  );
}

/** What is saved on this phone, and what is on the server: never a guess. */
function Saved({ queue, away, signedOut }: { queue: QueueState; away: boolean; signedOut: boolean }) {
  const { say, language } = useWords();
  const people = queue.waiting.flatMap(({ content }) => (content.kind === "registration" ? content.people : [])).length;
  const photos = queue.waiting.filter(({ content }) => content.kind === "photo").length;
  const at = queue.synced && new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(queue.synced);
  if (signedOut || queue.stopped === "signed out") return <Notice tone="bad">{say("site.signedOut", { people, photos })}</Notice>;
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

function Unsent({ item, mend }: { item: Item; mend: Properties["mend"] }) {
  const { say } = useWords();
  const { form } = item.content as Registering;
  const { children } = form as RegistrationDraft;
  const names = children.map((child) => calledBy(child.person) ?? say("site.nameless")).join(", ");
  const open = async () => {
    await keep("registration", form);
    // Photos that were saved with it are in the form as well, and are saved again with it.
    for (const child of children) await takeBack(child.photoId);
    await takeBack(item.id);
    mend(item.refused ?? []);
  };
  return (
    <div class="card">
      <div class="row">
        <Portrait photo={children[0]?.photo ?? null} small />
        <div class="grows">
          <h2>
            <bdi>{names}</bdi>
          </h2>
          <span class={item.refused ? "tag bad" : "tag warn"}>{say(item.refused ? "site.refused" : "site.onlyHere")}</span>
        </div>
      </div>
      {item.refused ? (
        <>
          <p>{item.refused.map((problem) => problem.message).join(" ")}</p>
          <button type="button" class="button" onClick={() => void open()}>
            {say("mend")}
          </button>
        </>
      ) : null}
    </div>
  );
}

function ChildRow({ child }: { child: Child }) {
  const { say } = useWords();
  return (
    <li class="card">
      <div class="row">
        <Portrait photo={child.photo} small />
        <div class="grows">
          <h2>
            <bdi>{child.name ?? child.asSaid ?? say("site.nameless")}</bdi>
          </h2>
          <p class="soft small">
            {[child.age && say("site.age", { age: child.age }), say(`care.${child.careStatus}`)].filter(Boolean).join(" · ")}
          </p>
        </div>
        {child.status === "IN_CARE" ? null : <span class="tag">{say(`status.${child.status}`)}</span>}
      </div>
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
