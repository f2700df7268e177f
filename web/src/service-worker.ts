/** Lets the app open without a network, sends what waits when there is one, and shows alerts.
 *
 * The shell comes from the phone, data always from the server.
 */
import { SYNC, send } from "./kept/delivery";
import { renewDevices } from "./kept/device";
import { isEmpty } from "./kept/queue";
import { closeSafe, openWithWhatIsLeft } from "./kept/safe";
import { screenOf, textOf } from "./kept/alert-texts";

declare const self: ServiceWorkerGlobalScope;
/** The files of this build, by their names that have the hash of their content. */
declare const SHELL_FILES: string[];
declare const SHELL_VERSION: string;

type SyncEvent = ExtendableEvent & { tag: string };
type SubscriptionChange = ExtendableEvent & { oldSubscription?: PushSubscription; newSubscription?: PushSubscription };

const SHELL = "/";
const CACHES = "shell-";
const CACHE = `${CACHES}${SHELL_VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(leaveOldShells().then(() => self.clients.claim()));
});

// Said by a page whose person wants the new build now; else it comes once all pages of the old one are closed.
self.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(self.skipWaiting());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (["/graphql", "/photos", "/stop-emails", "/not-me"].some((path) => pathname.startsWith(path))) return;
  if (request.mode === "navigate") event.respondWith(kept(SHELL));
  else event.respondWith(kept(request, pathname.startsWith("/assets/")));
});

self.addEventListener("sync", (event) => {
  const { tag, waitUntil } = event as SyncEvent;
  if (tag === SYNC) waitUntil.call(event, sendWhatWaits());
});

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { kind, id } = event.notification.data as { kind: string; id: string };
  event.waitUntil(open(screenOf(kind, id)));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  const { oldSubscription, newSubscription, waitUntil } = event as SubscriptionChange;
  waitUntil.call(event, subscribeAgain(oldSubscription ?? null, newSubscription ?? null));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, "/icon.svg", "/manifest.webmanifest", ...SHELL_FILES]);
}

/** A page of the former build may be open still, and load one of its files yet: so that one is left for last. */
async function leaveOldShells(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** `everUsed`: what is no part of the shell, such as the map's ground, is kept from the first time on. */
async function kept(request: Request | string, everUsed = false): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = (await cache.match(request)) ?? (await caches.match(request));
  if (found) return found;
  const fetched = await fetch(request);
  if (everUsed && fetched.ok) await cache.put(request, fetched.clone());
  return fetched;
}

/** Raises where something is left, so that the browser tries again. */
async function sendWhatWaits(): Promise<void> {
  await openWithWhatIsLeft();
  await send();
  if (!(await isEmpty())) throw new Error("Something waits still.");
  if ((await self.clients.matchAll({ type: "window" })).length === 0) await closeSafe();
}

/** The message holds a kind and a language, and nothing about a person. */
async function show(data: PushMessageData | null): Promise<void> {
  const { kind, id, language } = data?.json() as { kind: string; id: string; language: string };
  const { title, body, lang, dir } = textOf(kind, language);
  await self.registration.showNotification(title, { body, lang, dir, icon: "/icon.svg", tag: `${kind} ${id}`, data: { kind, id } });
}

async function open(screen: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find(({ url }) => {
    const { pathname, hash } = new URL(url);
    return (screen.includes("#") ? pathname + hash : pathname) === screen;
  });
  if (there) await there.focus();
  else await self.clients.openWindow(screen);
}

async function subscribeAgain(before: PushSubscription | null, now: PushSubscription | null): Promise<void> {
  await openWithWhatIsLeft();
  const options = { userVisibleOnly: true, applicationServerKey: before?.options.applicationServerKey ?? null };
  const subscription = now ?? (await self.registration.pushManager.subscribe(options));
  await renewDevices(subscription.toJSON());
}
