/** What was saved on this phone and is not on the server yet: sent in order, one by one, and settled one by one.
 *
 * Everything has an id made here, so that sending the same again, after an answer that got lost, makes nothing twice.
 */
import { ask, made, Refusal, sendPhoto } from "../api/client";
import { RegisterPerson, RegisterSiblings } from "../api/generated/operations";
import type { RegisterPersonInput } from "../api/generated/types";
import { database, type Waiting } from "./database";
import { keptSession, type Session } from "./session";

export type Registering = {
  kind: "registration";
  /** Two or more are brothers and sisters. */
  people: RegisterPersonInput[];
  groupId: string;
  /** The form as it was filled in, to be shown again where the server refuses a field. */
  form: unknown;
};
export type Photographing = { kind: "photo"; registrationId: string; photo: Blob };
export type Content = Registering | Photographing;
export type Item = Waiting & { content: Content };

export type QueueState = {
  waiting: readonly Item[];
  sending: boolean;
  /** When everything was last on the server. */
  synced: number | null;
  /** Why nothing is sent just now. */
  stopped: "away" | "signed out" | null;
};

const SYNCED = "synced";
const listeners = new Set<(state: QueueState) => void>();
let state: QueueState | null = null;

/** Be told of every change, and first of what waits now; returns what ends it. */
export function follow(listener: (state: QueueState) => void): () => void {
  listeners.add(listener);
  if (state) listener(state);
  void refresh();
  return () => listeners.delete(listener);
}

/** Save things on this phone, all of them or none, and begin to send them. */
export async function save(items: { id: string; content: Content }[]): Promise<void> {
  const change = (await database()).transaction("queue", "readwrite", { durability: "strict" });
  const first = Date.now();
  items.forEach(({ id, content }, index) => {
    void change.store.put({ id, content, kind: content.kind, saved: first + index / 1000, tries: 0, refused: null });
  });
  await change.done;
  await refresh();
  void send();
}

/** Take something back that the server refused, to mend it or to let it go. */
export async function takeBack(id: string): Promise<void> {
  await (await database()).delete("queue", id);
  await refresh();
}

/** Send what waits, until all is there or something stands in the way. Only one page of the app does so at a time. */
export async function send(): Promise<void> {
  await navigator.locks.request("queue", { ifAvailable: true }, async (lock) => {
    if (lock) await sendAll();
  });
}

async function sendAll(): Promise<void> {
  const session = await keptSession();
  if (!session) return;
  tell({ sending: true, stopped: null });
  try {
    for (let item = await next(); item; item = await next()) {
      const settled = await settle(item, session);
      if (settled !== "done" && settled !== "refused") {
        tell({ stopped: settled });
        break;
      }
    }
  } finally {
    if ((await all()).length === 0) {
      const now = Date.now();
      await (await database()).put("values", now, SYNCED);
    }
    tell({ sending: false });
    await refresh();
  }
}

type Settled = "done" | "refused" | "away" | "signed out";

async function settle(item: Item, session: Session): Promise<Settled> {
  try {
    await deliver(item, session.token);
  } catch (error) {
    if (!(error instanceof Refusal) || error.is("RATE_LIMITED")) return "away";
    if (error.is("UNAUTHENTICATED")) return "signed out";
    const refused = error.problems.map(({ message, field }) => ({ message, field }));
    await (await database()).put("queue", { ...item, tries: item.tries + 1, refused });
    await refresh();
    return "refused";
  }
  await (await database()).delete("queue", item.id);
  await refresh();
  return "done";
}

/** Raises Refusal, Unreachable. */
async function deliver({ id, content }: Item, token: string): Promise<void> {
  if (content.kind === "photo") {
    await sendPhoto({ registration: content.registrationId }, id, content.photo, token);
  } else if (content.people.length === 1) {
    made((await ask(RegisterPerson, { input: content.people[0] as RegisterPersonInput }, token)).registerPerson);
  } else {
    const input = { siblings: content.people, groupId: content.groupId };
    made((await ask(RegisterSiblings, { input }, token)).registerSiblings);
  }
}

/** The next that the server has not refused; a photo waits for the record that it is of. */
async function next(): Promise<Item | undefined> {
  const waiting = await all();
  const refused = new Set(
    waiting.flatMap(({ refused: why, content }) =>
      why && content.kind === "registration" ? content.people.map((person) => person.id) : [],
    ),
  );
  return waiting.find(
    ({ refused: why, content }) => !why && !(content.kind === "photo" && refused.has(content.registrationId)),
  );
}

async function all(): Promise<Item[]> {
  return (await (await database()).getAllFromIndex("queue", "saved")) as Item[];
}

async function refresh(): Promise<void> {
  const synced = ((await (await database()).get("values", SYNCED)) as number | undefined) ?? null;
  tell({ waiting: await all(), synced });
}

/** Until this phone was asked what waits, nobody is told that nothing does. */
function tell(changes: Partial<QueueState>): void {
  if (!state && !changes.waiting) return;
  const now: QueueState = { waiting: [], sending: false, synced: null, stopped: null, ...state, ...changes };
  state = now;
  for (const listener of listeners) listener(now);
}
