/** What a lost phone shows: nothing. With a PIN, what is kept of children and of the session is sealed (AES-GCM) under
 * a key of this phone's own, and that key under one that is derived from the PIN (PBKDF2). It works without a network.
 *
 * It keeps out whoever finds the phone. Who copies its storage in a laboratory can try all PINs of a few digits, so the
 * phone's own lock and encryption stay what protects against that.
 */
import { database } from "./database";

type Sealed = { sealed: Bytes; iv: Bytes; blobs: SealedBlob[] };
type SealedBlob = { bytes: Bytes; iv: Bytes; type: string };
type Bytes = Uint8Array<ArrayBuffer>;
/** The phone's key under a PIN. There are two while a PIN is being changed, so that one of them is right at any time. */
type Wrap = { salt: Bytes; iv: Bytes; key: ArrayBuffer };
export type Safe = { wraps: Wrap[]; wrong: number; again: number };
/** Lets the service worker send what waits after the app was closed, for as long as the server takes it. */
type Opened = { key: CryptoKey; until: number };

/** OWASP's advice of 2023 for PBKDF2 with SHA-256; about a second on a small phone. */
const ROUNDS = 600_000;
const FREE_TRIES = 5;
const FIRST_PAUSE = 60_000;
/** As long as the server lets a phone go on that is not used. */
export const LEFT_ALONE = 10 * 60_000;
export const SAFE = "safe";
const OPENED = "opened";

let key: CryptoKey | null = null;
const sealedBlobs = new WeakMap<Blob, Promise<SealedBlob>>();

/** There is a PIN, and it was not entered yet. */
export class Locked extends Error {}

/** `again` is when the next try is listened to. */
export class WrongPin extends Error {
  constructor(readonly again: number) {
    super();
  }
}

export async function hasSafe(): Promise<boolean> {
  return (await theSafe()) !== null;
}

export function isOpen(): boolean {
  return key !== null;
}

/** Open the safe. Raises WrongPin; after five of them each try waits twice as long as the one before. */
export async function openSafe(pin: string): Promise<void> {
  const safe = await theSafe();
  if (!safe) return;
  if (safe.again > Date.now()) throw new WrongPin(safe.again);
  const { after, opening } = await tried(safe, pin);
  await put(SAFE, after);
  if (!opening) throw new WrongPin(after.again);
  key = opening;
  await stayOpen();
}

/** A PIN tried on a safe: the safe as it is to be kept `after`, and its key, or null where that was not its PIN. */
export async function tried(safe: Safe, pin: string): Promise<{ after: Safe; opening: CryptoKey | null }> {
  const found = await unwrapped(safe, pin);
  if (found) return { after: { ...safe, wrong: 0, again: 0 }, opening: await usable(found.raw) };
  const wrong = safe.wrong + 1;
  const again = wrong < FREE_TRIES ? 0 : Date.now() + FIRST_PAUSE * 2 ** Math.min(wrong - FREE_TRIES, 10);
  return { after: { ...safe, wrong, again }, opening: null };
}

/** Close it: what was opened is forgotten. */
export async function closeSafe(): Promise<void> {
  key = null;
  await (await database()).delete("values", OPENED);
}

/** The phone is being used: the service worker may go on sending for a while once it is not. */
export async function stayOpen(): Promise<void> {
  if (key) await put(OPENED, { key, until: Date.now() + LEFT_ALONE } satisfies Opened);
}

/** In the service worker: open it with what the app left, if it is not too late. */
export async function openWithWhatIsLeft(): Promise<void> {
  const left = (await (await database()).get("values", OPENED)) as Opened | undefined;
  if (left && left.until > Date.now()) key = left.key;
  else await closeSafe();
}

/** A new PIN: beside the present one, if there is one, until `settlePin`. Raises WrongPin for the present one. */
export async function addPin(pin: string, present: string | null): Promise<void> {
  const safe = await theSafe();
  const found = safe && (await unwrapped(safe, present ?? ""));
  if (safe && !found) throw new WrongPin(0);
  const raw = found?.raw ?? crypto.getRandomValues(new Uint8Array(32));
  const wraps = [...(found ? [found.wrap] : []), await wrapped(raw, pin)];
  await put(SAFE, { wraps, wrong: 0, again: 0 } satisfies Safe);
  key = await usable(raw);
  await stayOpen();
}

/** The server has the new PIN, or would not have it: one of two is left. */
export async function settlePin(which: "new" | "old"): Promise<void> {
  const safe = await theSafe();
  if (!safe || safe.wraps.length < 2) return;
  await put(SAFE, { ...safe, wraps: which === "new" ? safe.wraps.slice(1) : safe.wraps.slice(0, 1) });
}

/** A value as it is kept: sealed, if this phone has a PIN. Raises Locked. */
export async function toKeep(value: unknown): Promise<unknown> {
  if (!key) {
    if (await hasSafe()) throw new Locked();
    return value;
  }
  const blobs: Blob[] = [];
  const text = JSON.stringify(value, (_, one: unknown) => (one instanceof Blob ? { blob: blobs.push(one) - 1 } : one));
  const kept: Sealed = { ...(await seal(new TextEncoder().encode(text))), blobs: await Promise.all(blobs.map(sealBlob)) };
  return kept;
}

/** What `toKeep` made of it, with the key of now or another that it was sealed with. Raises Locked. */
export async function fromKept(kept: unknown, opening: CryptoKey | null = key): Promise<unknown> {
  if (!isSealed(kept)) return kept;
  if (!opening) throw new Locked();
  const blobs = await Promise.all(kept.blobs.map((blob) => openBlob(blob, opening)));
  const text = new TextDecoder().decode(await unseal(kept.sealed, kept.iv, opening));
  return JSON.parse(text, (_, one: unknown) => (isReference(one) ? blobs[one.blob] : one));
}

export function isSealed(kept: unknown): kept is Sealed {
  return typeof kept === "object" && kept !== null && "sealed" in kept;
}

function isReference(one: unknown): one is { blob: number } {
  return typeof one === "object" && one !== null && typeof (one as { blob?: unknown }).blob === "number";
}

function sealBlob(blob: Blob): Promise<SealedBlob> {
  let made = sealedBlobs.get(blob);
  if (!made) {
    made = blob
      .arrayBuffer()
      .then((bytes) => seal(new Uint8Array(bytes)))
      .then(({ sealed, iv }) => ({ bytes: sealed, iv, type: blob.type }));
    sealedBlobs.set(blob, made);
  }
  return made;
}

async function openBlob(kept: SealedBlob, opening: CryptoKey): Promise<Blob> {
  const blob = new Blob([await unseal(kept.bytes, kept.iv, opening)], { type: kept.type });
  if (opening === key) sealedBlobs.set(blob, Promise.resolve(kept));
  return blob;
}

async function seal(bytes: Bytes): Promise<{ sealed: Bytes; iv: Bytes }> {
  if (!key) throw new Locked();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { sealed: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes)), iv };
}

function unseal(bytes: Bytes, iv: Bytes, opening: CryptoKey): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, opening, bytes);
}

/** Not extractable, so that nothing that runs in the page can read it out. */
function usable(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function wrapped(raw: Bytes, pin: string): Promise<Wrap> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { salt, iv, key: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await derived(pin, salt), raw) };
}

async function unwrapped(safe: Safe, pin: string): Promise<{ raw: Bytes; wrap: Wrap } | null> {
  for (const wrap of safe.wraps) {
    try {
      const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: wrap.iv }, await derived(pin, wrap.salt), wrap.key);
      return { raw: new Uint8Array(raw), wrap };
    } catch {
      // Not this PIN.
    }
  }
  return null;
}

async function derived(pin: string, salt: Bytes): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function theSafe(): Promise<Safe | null> {
  return ((await (await database()).get("values", SAFE)) as Safe | undefined) ?? null;
}

async function put(name: string, value: unknown): Promise<void> {
  await (await database()).put("values", value, name);
}
