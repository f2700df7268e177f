/** The lock of a volunteer's phone: after it was left alone, and whenever the app is opened; also without a network. */
import { made, Refusal } from "../api/client";
import { SetPin } from "../api/generated/operations";
import { setAside } from "./left";
import { forgetOpened, sealQueue } from "./queue";
import { addPin, closeSafe, hasSafe, isOpen, LEFT_ALONE, openSafe, settlePin, stayOpen } from "./safe";
import { askSignedIn, rememberPin, type Session, unlockAtServer } from "./session";
import { allKept, sealValues } from "./values";

export type LockState = "none" | "locked" | "open";

const NOTED_EVERY = 20_000;
const USES = ["pointerdown", "keydown", "scroll"] as const;

/** Asked once, when the app is opened. */
export async function lockAtStart(): Promise<LockState> {
  if (!(await hasSafe())) return "none";
  if (isOpen()) return "open";
  await closeSafe();
  return "locked";
}

/** Lock it now; what was typed is kept, and sealed, first. */
export async function lock(): Promise<void> {
  await allKept();
  rememberPin(null);
  await closeSafe();
  await forgetOpened();
}

/** Enter the PIN. The server is asked only once it is needed, and told then. Raises WrongPin. */
export async function unlock(typed: string): Promise<void> {
  const pin = asDigits(typed);
  await openSafe(pin);
  rememberPin(pin);
  await sealAll();
}

/** The server has locked a phone whose PIN was set elsewhere, or before this phone had kept anything under it. Raises
 * Refusal, Unreachable.
 */
export async function unlockWithServer(typed: string, session: Session): Promise<void> {
  const pin = asDigits(typed);
  await unlockAtServer(session.token, pin);
  if (!(await hasSafe())) await addPin(pin, null);
  rememberPin(pin);
  await sealAll();
}

/** Set a PIN, or change it. Raises WrongPin for the present one, Refusal, Unreachable. */
export async function changePin(session: Session, typed: string, present: string | null): Promise<void> {
  const pin = asDigits(typed);
  const presentPin = present === null ? null : asDigits(present);
  const had = await hasSafe();
  // This phone first: while both open it, nothing that happens in between shuts anybody out.
  if (had) await addPin(pin, presentPin);
  try {
    made((await askSignedIn(SetPin, { input: { pin, presentPin } }, session)).setPin);
  } catch (error) {
    // Of an answer that was lost nobody knows what it said: both PINs go on opening this phone.
    if (error instanceof Refusal) await settlePin("old");
    throw error;
  }
  if (had) await settlePin("new");
  else await addPin(pin, null);
  rememberPin(pin);
  await sealAll();
}

/** The PIN is forgotten: the phone begins anew, and what was saved and not sent stays, sealed, until it is remembered. */
export async function beginAnew(): Promise<void> {
  rememberPin(null);
  await allKept();
  await closeSafe();
  await setAside();
  await forgetOpened();
}

/** Call `left` once the phone was left alone for as long as the server has it; returns what ends the watch. */
export function watchUse(left: () => void): () => void {
  let used = Date.now();
  let noted = used;
  const isLeft = () => Date.now() - used >= LEFT_ALONE;
  const use = () => {
    if (isLeft()) return;
    used = Date.now();
    if (used - noted < NOTED_EVERY) return;
    noted = used;
    void stayOpen();
  };
  const look = () => {
    if (isLeft()) left();
  };
  for (const name of USES) addEventListener(name, use, { passive: true, capture: true });
  document.addEventListener("visibilitychange", look);
  const timer = setInterval(look, 1000);
  return () => {
    for (const name of USES) removeEventListener(name, use, { capture: true });
    document.removeEventListener("visibilitychange", look);
    clearInterval(timer);
  };
}

async function sealAll(): Promise<void> {
  await sealValues();
  await sealQueue();
}

/** The digits 0 to 9, whichever digits the keyboard has, as the server reads them. */
export function asDigits(typed: string): string {
  return typed
    .normalize("NFKC")
    .replace(/\s/g, "")
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}
