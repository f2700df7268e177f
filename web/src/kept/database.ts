/** What this phone keeps: drafts, what waits to be sent, and what was last seen of the server. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export interface Kept extends DBSchema {
  /** Single values by name: the session, drafts of forms, a family's case. */
  values: { key: string; value: unknown };
  /** What waits to be sent, in the order in which it was saved. */
  queue: { key: string; value: Waiting; indexes: { saved: number } };
}

/** One thing that waits to be sent; what it holds is kept as it was typed until the server has it. */
export type Waiting = {
  id: string;
  saved: number;
  kind: string;
  content: unknown;
  tries: number;
  /** What the server would not take, for the form to show. */
  refused: { message: string; field: string | null }[] | null;
};

let opened: Promise<IDBPDatabase<Kept>> | null = null;

export function database(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>("reunify", 1, {
    upgrade(made) {
      made.createObjectStore("values");
      made.createObjectStore("queue", { keyPath: "id" }).createIndex("saved", "saved");
    },
  });
  return opened;
}

export async function keep(name: string, value: unknown): Promise<void> {
  await (await database()).put("values", value, name);
}

export async function kept<Value>(name: string): Promise<Value | null> {
  return ((await (await database()).get("values", name)) as Value | undefined) ?? null;
}

/** Everything whose name begins so. */
export async function forgetAll(beginning: string): Promise<void> {
  await (await database()).delete("values", IDBKeyRange.bound(beginning, `${beginning}\uffff`));
}

export async function forget(name: string): Promise<void> {
  await (await database()).delete("values", name);
}
