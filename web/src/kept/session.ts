/** Who is signed in on this phone. */
import { ask, made, Refusal } from "../api/client";
import { Unlock } from "../api/generated/operations";
import type { Role } from "../api/generated/types";
import type { Operation } from "../api/operation";
import { keep, kept } from "./values";

export type Session = {
  token: string;
  role: Role;
  name: string;
  incidentId: string | null;
  site: { id: string; name: string } | null;
};

const KEPT_AS = "session";

/** The PIN that was entered last, until the phone is locked: the server locks a phone that was out of the net too. */
let pin: string | null = null;

export const keptSession = (): Promise<Session | null> => kept<Session>(KEPT_AS);
export const keepSession = (session: Session): Promise<void> => keep(KEPT_AS, session);

export function rememberPin(entered: string | null): void {
  pin = entered;
}

/** Do something with the session's token; where the server has locked it meanwhile, unlock it first. Raises Refusal,
 * with PIN_NEEDED where nobody entered the PIN; Unreachable.
 */
export async function unlocked<Result>(token: string, what: () => Promise<Result>): Promise<Result> {
  try {
    return await what();
  } catch (error) {
    if (!pin || !(error instanceof Refusal) || !error.is("PIN_NEEDED")) throw error;
  }
  await unlockAgain(token, pin);
  return what();
}

/** A PIN that the server does not take is tried once: the fifth wrong one would end the session. */
async function unlockAgain(token: string, entered: string): Promise<void> {
  try {
    await unlockAtServer(token, entered);
  } catch (error) {
    if (!(error instanceof Refusal) || !error.is("INVALID")) throw error;
    rememberPin(null);
    throw new Refusal(error.problems.map((problem) => ({ ...problem, code: "PIN_NEEDED" })));
  }
}

export function askSignedIn<Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  { token }: Session,
): Promise<Result> {
  return unlocked(token, () => ask(operation, variables, token));
}

/** Raises Refusal, Unreachable. */
export async function unlockAtServer(token: string, entered: string): Promise<void> {
  made((await ask(Unlock, { input: { token, pin: entered } })).unlock);
}
