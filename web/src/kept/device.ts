/** This phone as a device that is told of news: subscribed, renewed when the browser changes the subscription, ended. */
import { ask, made } from "../api/client";
import { PushKey, RegisterDevice, RemoveDevice } from "../api/generated/operations";
import { keptSession } from "./session";
import { forget, keep, kept } from "./values";

/** `whose` is what holds the token that the subscription is renewed with, when nobody is at the phone. */
export type Whose = "family" | "staff";
export type Device = { id: string; endpoint: string; language: string; whose: Whose };

const KEPT_AS: Record<Whose, string> = { family: "family device", staff: "device" };

export const keptDevice = (whose: Whose): Promise<Device | null> => kept<Device>(KEPT_AS[whose]);

/** Subscribe, and tell the server. Raises Refusal, Unreachable. */
export async function subscribe(
  registration: ServiceWorkerRegistration,
  whose: Whose,
  language: string,
  token: string,
): Promise<Device> {
  const { pushKey } = await ask(PushKey, {});
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: pushKey });
  return tellServer(subscription.toJSON(), whose, language, token);
}

/** Tell the server where this phone is reached now; the same again changes nothing. Raises Refusal, Unreachable. */
export async function tellServer(
  { endpoint = "", keys }: PushSubscriptionJSON,
  whose: Whose,
  language: string,
  token: string,
): Promise<Device> {
  const before = await keptDevice(whose);
  const replaces = before && before.endpoint !== endpoint ? before.id : null;
  const input = { endpoint, publicKey: keys?.["p256dh"] ?? "", authSecret: keys?.["auth"] ?? "", language, replaces };
  const { registerDevice } = await ask(RegisterDevice, { input }, token);
  const device = { id: made(registerDevice).device?.id ?? "", endpoint, language, whose };
  await keep(KEPT_AS[whose], device);
  return device;
}

/** Raises Refusal, Unreachable. */
export async function unsubscribe(device: Device, token: string): Promise<void> {
  made((await ask(RemoveDevice, { id: device.id }, token)).removeDevice);
  await forget(KEPT_AS[device.whose]);
}

/** The browser changed the subscription, or the person the language: the server is told, for all who use this phone. */
export async function renewDevices(subscription: PushSubscriptionJSON, language: string | null = null): Promise<void> {
  for (const whose of ["family", "staff"] as const) {
    const device = await keptDevice(whose);
    const token = await tokenOf(whose);
    if (!device || !token) continue; // or the phone is locked: then when it is opened
    if (device.endpoint === subscription.endpoint && (language ?? device.language) === device.language) continue;
    await tellServer(subscription, whose, language ?? device.language, token);
  }
}

async function tokenOf(whose: Whose): Promise<string | null> {
  const holder = whose === "family" ? await kept<{ token: string }>("case") : await keptSession();
  return holder?.token ?? null;
}
