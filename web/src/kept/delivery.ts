/** Sending what waits, in order, one by one, and settled one by one; by the app, and by the service worker after it.
 *
 * Everything has an id made on the phone, so that sending the same again, after an answer that got lost, makes nothing
 * twice.
 */
import { ask, made, Refusal, sendPhoto } from "../api/client";
import { ChangeRegistration, RegisterPerson, RegisterSiblings } from "../api/generated/operations";
import type { RegisterPersonInput } from "../api/generated/types";
import {
  add,
  all,
  allThere,
  follow,
  isEmpty,
  type Item,
  keepRefused,
  refresh,
  type Saving,
  type Stopped,
  takeOut,
  tell,
} from "./queue";
import { keptSession, type Session, unlocked } from "./session";

export const SYNC = "queue";
const FIRST_PAUSE_MILLISECONDS = 3_000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;
let waits = false;

/** Save things on this phone, all of them or none, in place of some that waited, and begin to send them. */
export async function save(items: Saving[], instead: string[] = []): Promise<void> {
  await add(items, instead);
  void send();
  await sendLater();
}

/** Send what was refused once more, as who is signed in now. */
export async function sendAgain(id: string): Promise<void> {
  await keepRefused(id, null);
  await send();
}

/** Send what waits, until all is there or something stands in the way. One page or worker does so at a time. */
export async function send(): Promise<void> {
  if (waits) return;
  waits = true;
  await navigator.locks.request("queue", async () => {
    waits = false;
    await sendAll();
  });
}

/** Send what waits now, and again and again while nothing answers; returns what ends it.
 *
 * A browser says that it is offline where there is no network, and nothing where there is one on which nothing arrives.
 */
export function keepSending(): () => void {
  let pause = FIRST_PAUSE_MILLISECONDS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    void send();
  };
  const unfollow = follow(({ waiting, sending, stopped }) => {
    if (sending || timer !== undefined) return;
    if (stopped !== "away" || waiting.length === 0) {
      pause = FIRST_PAUSE_MILLISECONDS;
      return;
    }
    timer = setTimeout(now, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
  });
  addEventListener("online", now);
  now();
  return () => {
    unfollow();
    clearTimeout(timer);
    removeEventListener("online", now);
  };
}

/** The browser is to wake the service worker when there is a network, also when the app was closed. */
async function sendLater(): Promise<void> {
  if (!("serviceWorker" in navigator) || !("SyncManager" in globalThis)) return;
  const registration = (await navigator.serviceWorker.getRegistration()) as WithSync | undefined;
  await registration?.sync.register(SYNC).catch(() => undefined); // not allowed: the app sends when it is opened
}

type WithSync = ServiceWorkerRegistration & { sync: { register: (tag: string) => Promise<void> } };

async function sendAll(): Promise<void> {
  const session = await keptSession();
  if (!session) return;
  tell({ sending: true, stopped: null });
  try {
    for (let item = await next(); item; item = await next()) {
      const stopped = await settle(item, session);
      if (stopped) {
        tell({ stopped });
        break;
      }
    }
  } finally {
    if (await isEmpty()) await allThere();
    tell({ sending: false });
    await refresh();
  }
}

/** Returns what stands in the way of all others too. */
async function settle(item: Item, session: Session): Promise<Stopped | null> {
  try {
    await unlocked(session.token, () => deliver(item, session.token));
  } catch (error) {
    if (!(error instanceof Refusal) || error.is("RATE_LIMITED")) return "away";
    if (error.is("PIN_NEEDED")) return "locked";
    if (error.is("UNAUTHENTICATED")) return "signed out";
    await keepRefused(item.id, [...error.problems]);
    return null;
  }
  await takeOut(item.id);
  return null;
}

/** Raises Refusal, Unreachable. */
async function deliver({ id, content }: Item, token: string): Promise<void> {
  if (content.kind === "photo") {
    await sendPhoto({ registration: content.registrationId }, id, content.photo, token);
  } else if (content.kind === "change") {
    made((await ask(ChangeRegistration, { input: content.input }, token)).changeRegistration);
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
