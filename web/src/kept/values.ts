/** What this phone keeps by name: drafts, the session, what was last seen of the server. */
import { database } from "./database";
import { fromKept, isSealed, Locked, toKeep } from "./safe";

/** What is a volunteer's, and so sealed where the volunteer has a PIN. A family's phone is its own. */
export const SEALED = /^(session|registration|mending|change .*|site list|roll call|device)$/;

let writing: Promise<unknown> = Promise.resolve();
let unkept = false;
const listeners = new Set<(is: boolean) => void>();

/** Be told whether this phone could not keep what it was to keep last; returns what ends it. */
export function followUnkept(listener: (is: boolean) => void): () => void {
  listeners.add(listener);
  listener(unkept);
  return () => listeners.delete(listener);
}

/** Keep a value; what was said last is what is kept, however long sealing takes. Raises Locked, and what the browser
 * raises where it cannot keep it.
 */
export function keep(name: string, value: unknown): Promise<void> {
  const write = async () => {
    const content = SEALED.test(name) ? await toKeep(value) : value;
    await (await database()).put("values", content, name);
  };
  const done = writing.then(write);
  writing = done.then(
    () => tellUnkept(false),
    (error: unknown) => error instanceof Locked || tellUnkept(true),
  );
  return done;
}

/** Keep a value where this phone can; where it cannot, the person is told so, and goes on. Raises Locked. */
export async function keepIfPossible(name: string, value: unknown): Promise<void> {
  await keep(name, value).catch((error: unknown) => {
    if (error instanceof Locked) throw error;
  });
}

/** Wait until all that was to be kept is kept; whether it is. */
export async function allKept(): Promise<boolean> {
  await writing;
  return !unkept;
}

/** Said by whoever keeps something in another way, too. */
export function tellUnkept(is: boolean): void {
  unkept = is;
  for (const listener of listeners) listener(is);
}

/** What is kept by that name; null where there is nothing, or nothing that may be seen before the PIN. */
export async function kept<Value>(name: string): Promise<Value | null> {
  await writing;
  // A browser that lets nothing be kept at all, such as in a private window, has nothing kept.
  const opened = await database().catch(() => tellUnkept(true));
  if (!opened) return null;
  const found: unknown = await opened.get("values", name);
  try {
    return ((await fromKept(found)) as Value | undefined) ?? null;
  } catch (error) {
    if (error instanceof Locked) return null;
    throw error;
  }
}

/** Whether something is kept by that name, seen or not. */
export async function isKept(name: string): Promise<boolean> {
  return (await (await database()).count("values", name)) > 0;
}

export async function forget(name: string): Promise<void> {
  await writing;
  await (await database()).delete("values", name);
}

/** Everything whose name begins so. */
export async function forgetAll(beginning: string): Promise<void> {
  await writing;
  await (await database()).delete("values", IDBKeyRange.bound(beginning, `${beginning}\uffff`));
}

/** Seal what was kept before there was a PIN. May be called at any time after the safe was opened. */
export async function sealValues(): Promise<void> {
  for (const name of await sealedNames()) {
    const found: unknown = await (await database()).get("values", name);
    if (found !== undefined && !isSealed(found)) await keep(name, found);
  }
}

async function sealedNames(): Promise<string[]> {
  return (await (await database()).getAllKeys("values")).filter((name) => SEALED.test(name));
}
