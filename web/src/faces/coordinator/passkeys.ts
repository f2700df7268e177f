/** Passkeys: what the server asks, the browser has a device answer, and the server is told. */
import { ask, made } from "../../api/client";
import {
  BeginPasskey,
  ConfirmPasskey,
  PasskeyChallenge,
  PasskeyChallengeToSignIn,
  ProveWithPasskey,
  RemovePasskey,
} from "../../api/generated/operations";
import type { Session } from "../../kept/session";

/** Whether this browser knows passkeys here; it does not at an address without encryption, or one of numbers. */
export const passkeysPossible = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;

/** The person, the device or the time said no: nothing happened. */
export class NoPasskey extends Error {}

/** Recovery codes where it is the first second factor, else null. Raises Refusal, Unreachable, NoPasskey. */
export async function addPasskey(session: Session, password: string, name: string): Promise<string[] | null> {
  const { options } = made((await ask(BeginPasskey, { password }, session.token)).beginPasskey);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options ?? "{}"));
  const answer = await answered(navigator.credentials.create({ publicKey }));
  return made((await ask(ConfirmPasskey, { input: { name, answer } }, session.token)).confirmPasskey).recoveryCodes;
}

/** Raises Refusal, Unreachable. */
export async function removePasskey(session: Session, id: string): Promise<void> {
  made((await ask(RemovePasskey, { id }, session.token)).removePasskey);
}

/** This session may decide for some minutes. Raises Refusal, Unreachable, NoPasskey. */
export async function proveWithPasskey(session: Session): Promise<void> {
  const { options } = made((await ask(PasskeyChallenge, {}, session.token)).passkeyChallenge);
  const answer = await assertion(options);
  made((await ask(ProveWithPasskey, { answer }, session.token)).proveWithPasskey);
}

/** What `signInWithPassword` takes in place of a code. Raises Refusal, Unreachable, NoPasskey. */
export async function passkeyToSignIn(signInName: string): Promise<string> {
  const { options } = made((await ask(PasskeyChallengeToSignIn, { signInName })).passkeyChallengeToSignIn);
  return assertion(options);
}

async function assertion(options: string | null): Promise<string> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options ?? "{}"));
  return answered(navigator.credentials.get({ publicKey }));
}

async function answered(asking: Promise<Credential | null>): Promise<string> {
  const credential = await asking.catch((error: unknown) => {
    throw new NoPasskey(String(error));
  });
  if (!credential) throw new NoPasskey();
  return JSON.stringify((credential as PublicKeyCredential).toJSON());
}
