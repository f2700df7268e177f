/** What was saved on this phone and is not on the server yet. Sending it is `delivery.ts`. */
import type { ChangeRegistrationInput, RegisterPersonInput } from "../api/generated/types";
import { database, type Refused, type Waiting } from "./database";
import { fromKept, isSealed, Locked, toKeep } from "./safe";
import { tellUnkept } from "./values";

export type Registering = {
  kind: "registration";
  /** Two or more are brothers and sisters. */
  people: RegisterPersonInput[];
  groupId: string;
  /** The form as it was filled in, to be shown again where the server refuses a field. */
  form: unknown;
};
export type Changing = { kind: "change"; input: ChangeRegistrationInput; form: unknown };
export type Photographing = { kind: "photo"; registrationId: string; photo: Blob };
export type Content = Registering | Changing | Photographing;
export type Item = Waiting & { content: Content };
export type Saving = { id: string; content: Content };

export type QueueState = {
  waiting: readonly Item[];
  sending: boolean;
  /** When everything was last on the server. */
  synced: number | null;
  /** Why nothing is sent just now. */
  stopped: Stopped | null;
};
export type Stopped = "away" | "signed out" | "locked";

const SYNCED = "synced";
/** The page and the service worker tell each other what they changed. */
const channel = new BroadcastChannel("queue");
const listeners = new Set<(state: QueueState) => void>();
/** What was opened already: photos are many, and take their time. */
const opened = new Map<string, Content>();
const NOTHING: QueueState = { waiting: [], sending: false, synced: null, stopped: null };
let state = NOTHING;
/** Whether it was read what waits: until then nobody is told that nothing does, and nobody is told of before. */
let isRead = false;

/** Be told of every change, and first of what waits now; returns what ends it. */
export function follow(listener: (state: QueueState) => void): () => void {
  listeners.add(listener);
  if (isRead) listener(state);
  channel.onmessage = () => void refresh();
  void refresh();
  return () => {
    listeners.delete(listener);
    isRead = listeners.size > 0;
  };
}

/** Save things on this phone, all of them or none, in place of some that waited. */
export async function add(items: Saving[], instead: string[]): Promise<void> {
  const first = Date.now();
  const records = await Promise.all(
    items.map(async ({ id, content }, index) => ({
      id,
      kind: content.kind,
      content: await toKeep(content),
      saved: first + index / 1000,
      tries: 0,
      refused: null,
    })),
  );
  try {
    const change = (await database()).transaction("queue", "readwrite", { durability: "strict" });
    for (const id of instead) void change.store.delete(id);
    for (const record of records) void change.store.put(record);
    await change.done;
  } catch (error) {
    tellUnkept(true);
    throw error;
  }
  for (const id of [...instead, ...items.map((item) => item.id)]) opened.delete(id);
  await changed();
}

/** Take something out: it is on the server, or is to be mended or let go. */
export async function takeOut(...ids: string[]): Promise<void> {
  const change = (await database()).transaction("queue", "readwrite", { durability: "strict" });
  for (const id of ids) void change.store.delete(id);
  await change.done;
  for (const id of ids) opened.delete(id);
  await changed();
}

/** The server would not take it: it stays until somebody says what becomes of it; null to have it sent again. */
export async function keepRefused(id: string, refused: Refused[] | null): Promise<void> {
  const change = (await database()).transaction("queue", "readwrite");
  const there = await change.store.get(id);
  if (there) await change.store.put({ ...there, tries: there.tries + 1, refused });
  await change.done;
  await changed();
}

/** What waits of these children's photos. */
export async function photosOf(children: { id: string }[]): Promise<string[]> {
  const ids = new Set(children.map(({ id }) => id));
  return (await all()).filter(({ content }) => content.kind === "photo" && ids.has(content.registrationId)).map(({ id }) => id);
}

export async function all(): Promise<Item[]> {
  const records = await (await database()).getAllFromIndex("queue", "saved");
  return Promise.all(
    records.map(async (record) => {
      const content = opened.get(record.id) ?? ((await fromKept(record.content)) as Content);
      opened.set(record.id, content);
      return { ...record, content };
    }),
  );
}

export async function isEmpty(): Promise<boolean> {
  return (await (await database()).count("queue")) === 0;
}

/** Seal what was saved before there was a PIN. */
export async function sealQueue(): Promise<void> {
  for (const record of await (await database()).getAll("queue")) {
    if (isSealed(record.content)) continue;
    const content = await toKeep(record.content);
    const change = (await database()).transaction("queue", "readwrite");
    const there = await change.store.get(record.id);
    if (there) await change.store.put({ ...there, content });
    await change.done;
  }
}

/** The phone is locked, or begins anew. */
export async function forgetOpened(): Promise<void> {
  opened.clear();
  state = NOTHING;
  isRead = false;
}

export async function allThere(): Promise<void> {
  await (await database()).put("values", Date.now(), SYNCED);
}

async function changed(): Promise<void> {
  channel.postMessage("changed");
  await refresh();
}

/** Say anew what waits, to those who follow. */
export async function refresh(): Promise<void> {
  if (listeners.size === 0) return;
  const synced = ((await (await database()).get("values", SYNCED)) as number | undefined) ?? null;
  try {
    tell({ waiting: await all(), synced });
  } catch (error) {
    if (!(error instanceof Locked)) throw error;
  }
}

export function tell(changes: Partial<QueueState>): void {
  state = { ...state, ...changes };
  isRead ||= changes.waiting !== undefined;
  if (isRead) for (const listener of listeners) listener(state);
}
