/** A queue of pairs that wait for a person's word: the list, one pair, and the steps with it, all of it by keyboard. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { followOn, type Live } from "../../api/live";
import { kept, keep } from "../../kept/values";
import type { Session } from "../../kept/session";
import { type Key, useWords } from "../../languages/words";
import { Dialog } from "../../parts/dialog";
import { Choices, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { useProvenAttempt } from "./proof-dialog";

export type Page<Item> = { items: Item[]; more: string | null };

/** What may be done with a pair. The key is a letter; `reason` asks why first; `undoes` takes the last step back. */
export type Step<Whole> = {
  key: string;
  label: Key;
  main?: boolean;
  reason?: boolean;
  /** Whether the next pair is shown then. */
  goesOn?: boolean;
  undoes?: boolean;
  /** What is said once it is done. */
  done: Key;
  take: (pair: Whole, reason: string) => Promise<void>;
};

type Properties<Item, Whole> = {
  session: Session;
  title: Key;
  /** What the list depends on besides the session: it is read anew where one of these changes. */
  about: readonly unknown[];
  filters: ComponentChildren;
  load: (after: string | null) => Promise<Page<Item>>;
  loadOne: (id: string) => Promise<Whole | null>;
  follow?: (feed: Live, changed: () => void, ended: () => void) => () => void;
  row: (item: Item) => ComponentChildren;
  show: (pair: Whole, choose: (id: string) => void) => ComponentChildren;
  chance: (pair: Whole) => number;
  steps: (pair: Whole) => Step<Whole>[];
};

const KEYS_OFF = "keysOff";
const MILLISECONDS_TO_LOOK = 400;

export function PairQueue<Item extends { id: string; version: number }, Whole extends { id: string }>(properties: Properties<Item, Whole>) {
  const { session, about } = properties;
  const { say, why, spoken, moment } = useWords();
  const [queue, setQueue] = useState<Page<Item> | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [loaded, setPair] = useState<Whole | null>(null);
  const [ready, setReady] = useState<string | null>(null);
  const [awaySince, setAwaySince] = useState<Date | null>(() => new Date());
  const [told, setTold] = useState<{ text: string; undo: string | null } | null>(null);
  const [asking, setAsking] = useState<{ step: Step<Whole>; of: Whole } | null>(null);
  const [helping, setHelping] = useState(false);
  const [keysOff, setKeysOff] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const attempt = useProvenAttempt(session);
  const [failed, setFailed] = useState<string | null>(null);

  useEffect(() => void kept<boolean>(KEYS_OFF).then((off) => setKeysOff(off ?? false)), []);

  const fail = (error: unknown) => setFailed(why(error));
  const asked = useRef(0);
  const load = async () => {
    asked.current += 1;
    const own = asked.current;
    try {
      const found = await properties.load(null);
      if (own !== asked.current) return;
      setFailed(null);
      setQueue(found);
      // A pair that somebody else decided stays on the screen: no other one slips under a hand that is about to decide.
      setChosen((present) => present ?? found.items[0]?.id ?? null);
    } catch (error) {
      if (own === asked.current) fail(error);
    }
  };
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    setQueue(null);
    setTold(null);
    setChosen(null);
    void load();
  }, [session.token, ...about]);

  const { follow } = properties;
  useEffect(() => {
    if (!follow) return undefined;
    let soon: number | undefined;
    // The first message comes as soon as it is followed. Many changes at once are one look.
    const changed = () => {
      setAwaySince(null);
      clearTimeout(soon);
      soon = window.setTimeout(() => void latest.current(), 300);
    };
    const end = followOn(
      session.token,
      (live, ended) => follow(live, changed, ended),
      () => setAwaySince((since) => since ?? new Date()),
    );
    return () => {
      clearTimeout(soon);
      end();
    };
  }, [session.token, ...about]);

  const version = queue?.items.find(({ id }) => id === chosen)?.version;
  useEffect(() => {
    let gone = false;
    if (!chosen) setPair(null);
    else properties.loadOne(chosen).then((found) => !gone && setPair(found), (error: unknown) => !gone && fail(error));
    return () => {
      gone = true;
    };
  }, [chosen, version, spoken]);

  const pair = loaded?.id === chosen ? loaded : null;
  useEffect(() => {
    setReady(null);
    const timer = setTimeout(() => setReady(pair?.id ?? null), MILLISECONDS_TO_LOOK);
    return () => clearTimeout(timer);
  }, [pair?.id]);

  const choose = (id: string | null) => {
    setTold(null);
    setChosen(id);
  };
  const neighbour = (by: number): string | null => {
    const ids = queue?.items.map(({ id }) => id) ?? [];
    const at = ids.indexOf(chosen ?? "");
    return ids[Math.min(Math.max(at + by, 0), ids.length - 1)] ?? null;
  };
  // The keyboard stays in the list, on the pair that is shown, and the pair in sight.
  const focus = (id: string | null) => {
    const row = id ? list.current?.querySelector<HTMLElement>(`[data-pair="${id}"]`) : null;
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  };
  const move = (by: number) => {
    const next = neighbour(by);
    choose(next);
    focus(next);
  };

  /** What is shown once a step was taken; not waited for, so that the next key is heard. */
  const goTo = async (id: string | null) => {
    setChosen(id);
    await load();
    if (id) await properties.loadOne(id).then(setPair, fail);
    requestAnimationFrame(() => focus(id));
  };
  const take = (step: Step<Whole>, of: Whole, reason: string) =>
    attempt.run(async () => {
      const ahead = neighbour(1) === of.id ? neighbour(-1) : neighbour(1);
      try {
        await step.take(of, reason);
      } catch (error) {
        // Somebody else was quicker, or there is new evidence: what it is now is shown beside what was wrong.
        if (error instanceof Refusal && !error.is("STEP_UP_NEEDED")) void goTo(of.id);
        throw error;
      }
      setAsking(null);
      setTold({ text: say(step.done), undo: step.goesOn ? of.id : null });
      void goTo(!step.goesOn ? of.id : ahead === of.id ? null : ahead);
    });
  const press = (step: Step<Whole>) => {
    if (!pair || ready !== pair.id) return;
    if (step.reason) setAsking({ step, of: pair });
    else void take(step, pair, "");
  };
  /** What was decided last, although another pair is shown by now. */
  const undoLast = (id: string) =>
    attempt.run(async () => {
      const whole = await properties.loadOne(id);
      const undo = whole && properties.steps(whole).find(({ undoes }) => undoes);
      if (!whole || !undo) return;
      await undo.take(whole, "");
      setTold({ text: say(undo.done), undo: null });
      void goTo(id);
    });

  const steps = pair ? properties.steps(pair) : [];
  // With what is on the screen, not a moment after it: a key that is pressed as soon as it may be is heard.
  useLayoutEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
      if (typing || keysOff || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = steps.find(({ key, undoes }) => key === event.key && !(undoes && told?.undo));
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.repeat) return;
      else if (event.key === "?") setHelping(true);
      else if (event.key === "u" && told?.undo) void undoLast(told.undo);
      else if (step) press(step);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  });

  const wrong = attempt.general() ?? failed;
  return (
    <div class="review">
      <section class="queue" aria-label={say("review.queue")}>
        <div class="row wraps">
          <h1 class="grows">{say(properties.title)}</h1>
          {follow ? (
            <span role="status" class={awaySince ? "tag warn" : "tag good"}>
              {awaySince ? say("notLive", { time: moment(awaySince.getTime(), "short") }) : say("live")}
            </span>
          ) : null}
          <button type="button" class="button quiet" onClick={() => setHelping(true)}>
            {say("review.help")} {keysOff ? null : <kbd>?</kbd>}
          </button>
        </div>
        {properties.filters}
        {queue?.items.length === 0 ? <p class="soft">{say("review.none")}</p> : null}
        <ol class="list" ref={list}>
          {queue?.items.map((one) => (
            <li key={one.id}>
              <button type="button" class="pair" data-pair={one.id} aria-current={one.id === chosen ? "true" : undefined} onClick={() => choose(one.id)}>
                {properties.row(one)}
              </button>
            </li>
          ))}
        </ol>
        {queue?.more ? (
          <button
            type="button"
            class="button"
            onClick={() =>
              void properties
                .load(queue.more)
                .then((next) => setQueue({ items: [...queue.items, ...next.items], more: next.more }), fail)
            }
          >
            {say("review.more")}
          </button>
        ) : null}
      </section>
      <section class="pair-view" aria-label={say("review.pair")}>
        {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
        {told ? (
          <Notice tone="good">
            {told.text}{" "}
            {told.undo ? (
              <button type="button" class="link" onClick={() => void undoLast(told.undo ?? "")}>
                {say("review.undoLast")}
              </button>
            ) : null}
          </Notice>
        ) : null}
        {pair ? (
          <>
            <div class="decide">
              <Chance of={properties.chance(pair)} big />
              {steps.map((step) => (
                <button
                  key={step.label}
                  type="button"
                  class={step.main ? "button main" : "button"}
                  {...(keysOff ? {} : { "aria-keyshortcuts": step.key })}
                  aria-disabled={attempt.running || ready !== pair.id}
                  onClick={() => press(step)}
                >
                  {say(step.label)} {keysOff ? null : <kbd>{step.key}</kbd>}
                </button>
              ))}
            </div>
            {properties.show(pair, choose)}
          </>
        ) : null}
      </section>
      {asking ? (
        <ReasonDialog
          step={asking.step}
          wrong={attempt.wrong("reason") ?? attempt.general("reason")}
          cancel={() => setAsking(null)}
          said={(reason) => void take(asking.step, asking.of, reason)}
        />
      ) : null}
      {helping ? (
        <HelpDialog
          steps={steps}
          keysOff={keysOff}
          close={() => setHelping(false)}
          change={(off) => {
            setKeysOff(off);
            void keep(KEYS_OFF, off);
          }}
        />
      ) : null}
      {attempt.dialog}
    </div>
  );
}

/** Nothing is certain: a match is advice. */
export function Chance({ of, big = false }: { of: number; big?: boolean }) {
  const { spoken } = useWords();
  const format = new Intl.NumberFormat(spoken, { style: "percent", maximumFractionDigits: 0 });
  return <span class={big ? "chance big" : "chance"}>{of > 0.99 ? `> ${format.format(0.99)}` : format.format(of)}</span>;
}

type ReasonProperties = { step: { label: Key }; wrong: string | null | undefined; said: (reason: string) => void; cancel: () => void };

function ReasonDialog({ step, wrong, said, cancel }: ReasonProperties) {
  const { say } = useWords();
  const [reason, setReason] = useState("");
  return (
    <Dialog title={say(step.label)} close={cancel}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          said(reason);
        }}
      >
        <Text label={say("review.reason")} hint={say("review.reason.hint")} value={reason} change={setReason} wrong={wrong ?? undefined} required />
        <div class="row">
          <button type="submit" class="button main grows">
            {say(step.label)}
          </button>
          <button type="button" class="button quiet" onClick={cancel}>
            {say("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type HelpProperties = { steps: { key: string; label: Key }[]; keysOff: boolean; change: (off: boolean) => void; close: () => void };

function HelpDialog({ steps, keysOff, change, close }: HelpProperties) {
  const { say } = useWords();
  const keys: [string, Key][] = [
    ["j", "review.key.next"],
    ["k", "review.key.previous"],
    ...steps.filter(({ key }) => key !== "u").map(({ key, label }): [string, Key] => [key, label]),
    ["u", "review.key.undo"],
    ["?", "review.help"],
  ];
  return (
    <Dialog title={say("review.help")} close={close}>
      <dl class="keys">
        {keys.map(([key, label]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{say(label)}</dd>
          </div>
        ))}
      </dl>
      <Choices label={say("review.keys")} options={[{ value: "on", label: say("review.keys.on") }]} value={keysOff ? [] : ["on"]} change={(value) => change(value.length === 0)} />
      <button type="button" class="button main" onClick={close}>
        {say("close")}
      </button>
    </Dialog>
  );
}
