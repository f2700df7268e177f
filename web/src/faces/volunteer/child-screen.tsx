/** A child of the own site: what is known, and what may be done. */
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { save } from "../../kept/delivery";
import { takeOut } from "../../kept/queue";
import type { Session } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Move } from "../../parts/move";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { Screen } from "../../parts/screen";
import { calledBy } from "../../person/draft";
import { Facts } from "../../person/fields";
import { ChildFields } from "./child-fields";
import { type ChangeDraft, changesToQueue, type ChildDraft, rebased, type Recorded, toChange } from "./draft";
import { useRefused } from "./register-screen";
import { decide, loadChild } from "./site";

type Properties = { session: Session; id: string; change: () => void; leave: () => void };

export function ChildScreen({ session, id, change, leave }: Properties) {
  const { say, moment } = useWords();
  const { child, away, load } = useChild(session, id);
  const attempt = useAttempt();
  const [moved, setMoved] = useState<string | null>(null);
  if (moved) {
    return (
      <Screen title={say("child.title")} back={leave}>
        <Notice tone="good">{say("move.done", { site: moved })}</Notice>
      </Screen>
    );
  }
  if (!child) return <Missing away={away} leave={leave} />;

  const { person, foundPlace, medicalNotes } = toChange(child).child;
  const judge = (stands: boolean) => attempt.run(() => decide(session, child, stands).then(load));
  const wrong = attempt.general();
  return (
    <Screen
      title={calledBy(person) ?? say("site.nameless")}
      back={leave}
      actions={
        <button type="button" class="button main" onClick={change}>
          {say("child.change")}
        </button>
      }
    >
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {child.photos.length > 0 ? (
        <div class="row wraps">
          {child.photos.map((photo) => (
            <Portrait key={photo.id} photo={photo.small} />
          ))}
        </div>
      ) : null}
      <p class="soft">
        {[say(`care.${child.careStatus}`), child.status === "IN_CARE" ? null : say(`status.${child.status}`), say("child.since", { moment: moment(child.foundAt) })]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {child.confirmation === "UNCONFIRMED" ? (
        <section class="card">
          <h2>{say("child.unconfirmed")}</h2>
          <p class="soft">{say("child.unconfirmed.lead")}</p>
          <div class="row wraps">
            <button type="button" class="button" onClick={() => void judge(true)}>
              {say("child.confirm")}
            </button>
            <button type="button" class="button quiet" onClick={() => void judge(false)}>
              {say("child.dismiss")}
            </button>
          </div>
        </section>
      ) : null}
      <section class="card">
        <Facts person={person} />
        {foundPlace || medicalNotes ? (
          <dl class="facts">
            <Fact name={say("register.foundPlace")} value={foundPlace} />
            <Fact name={say("register.medical")} value={medicalNotes} />
          </dl>
        ) : null}
      </section>
      {child.status === "IN_CARE" && session.role === "VOLUNTEER" ? <Move session={session} who={child} moved={setMoved} /> : null}
    </Screen>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

/** The same child in a form. What is saved goes to the queue, and comes back here if the server would not take it. */
export function ChangeScreen({ session, id, saved, leave }: Omit<Properties, "change"> & { saved: () => void }) {
  const { say, refusal } = useWords();
  const { child: record, away } = useChild(session, id);
  const draft = useDraft<ChangeDraft | { before: null; child: null }>(`change ${id}`, () => ({ before: null, child: null }));
  const refused = useRefused(`change ${id}`);
  const typed = draft.content?.before ? draft.content : null;
  const stale = typed !== null && record !== null && record.version > typed.before.version;

  useEffect(() => {
    if (!draft.content || !record) return;
    if (!typed) draft.change(toChange(record));
    else if (stale) draft.change(rebased(typed, record));
  }, [draft.content === null, record]);
  // Once it was put on top of what is there now, the draft's version is the newer one, and this is still to be said.
  const [wasStale, setWasStale] = useState(false);
  useEffect(() => {
    if (stale) setWasStale(true);
  }, [stale]);
  if (!typed) return <Missing away={away} leave={leave} />;

  const put = (changes: Partial<ChildDraft>) => draft.change({ child: { ...typed.child, ...changes } });
  const wrong = (field: string) => refused.filter((problem) => problem.field === field).map(refusal)[0];
  const submit = async () => {
    await save(changesToQueue(typed));
    await draft.discard();
    saved();
  };
  const letGo = async () => {
    await takeOut(`change ${id}`);
    await draft.discard();
    leave();
  };
  const problems = refused.filter(({ code }) => code !== "STALE");
  return (
    <Screen
      title={say("child.change.title", { name: calledBy(typed.child.person) ?? say("site.nameless") })}
      back={leave}
      actions={
        <button type="button" class="button main" onClick={() => void submit()}>
          {say("register.save")}
        </button>
      }
    >
      {wasStale ? <Notice tone="warn">{say("child.stale")}</Notice> : null}
      {problems.length > 0 ? <Notice tone="bad">{problems.map(refusal).join(" ")}</Notice> : null}
      {away ? <Notice>{say("child.away")}</Notice> : null}
      <ChildFields child={typed.child} change={put} wrong={wrong} />
      <button type="button" class="button quiet" onClick={() => void letGo()}>
        {say("child.letGo")}
      </button>
    </Screen>
  );
}

function Missing({ away, leave }: { away: boolean; leave: () => void }) {
  const { say } = useWords();
  return (
    <Screen title={say("child.title")} back={leave}>
      {away ? <Notice tone="warn">{say("child.notHere")}</Notice> : null}
    </Screen>
  );
}

/** The record as it is now; `away` while it cannot be asked for. */
function useChild(session: Session, id: string): { child: Recorded | null; away: boolean; load: () => Promise<void> } {
  const [child, setChild] = useState<Recorded | null>(null);
  const [away, setAway] = useState(false);
  const load = async () => {
    try {
      setChild(await loadChild(session, id));
      setAway(false);
    } catch (error) {
      setAway(!(error instanceof Refusal));
    }
  };
  useEffect(() => {
    void load();
    addEventListener("online", load);
    return () => removeEventListener("online", load);
  }, [id, session.token]);
  return { child, away, load };
}
