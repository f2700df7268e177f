/** The database of this phone. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { ErrorCode } from "../api/generated/types";

export interface Kept extends DBSchema {
  /** Single values by name: the session, drafts of forms, a family's case. */
  values: { key: string; value: unknown };
  /** What waits to be sent, in the order in which it was saved. */
  queue: { key: string; value: Waiting; indexes: { saved: number } };
}

export type Refused = { code: ErrorCode; message: string; field: string | null };

/** One thing that waits to be sent; what it holds is kept as it was typed until the server has it. */
export type Waiting = {
  id: string;
  saved: number;
  kind: string;
  /** As `toKeep` of the safe made it. */
  content: unknown;
  tries: number;
  /** What the server would not take, for the form to show. */
  refused: Refused[] | null;
};

let opened: Promise<IDBPDatabase<Kept>> | null = null;

/** Raises what the browser raises where it lets nothing be kept. */
export async function database(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>("reunify", 1, {
    upgrade(made) {
      made.createObjectStore("values");
      made.createObjectStore("queue", { keyPath: "id" }).createIndex("saved", "saved");
    },
  });
  return opened;
}
