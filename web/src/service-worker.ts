/** Lets the app open without a network, and shows alerts. The shell comes from the phone, data always from the server. */

declare const self: ServiceWorkerGlobalScope;
/** The files of this build, by their names that have the hash of their content. */
declare const SHELL_FILES: string[];
declare const SHELL_VERSION: string;

const SHELL = "/";
const CACHE = `shell-${SHELL_VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(leaveOldShells().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (["/graphql", "/photos", "/stop-emails"].some((path) => pathname.startsWith(path))) return;
  if (request.mode === "navigate") event.respondWith(kept(SHELL));
  else event.respondWith(kept(request, pathname.startsWith("/assets/")));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, "/icon.svg", "/manifest.webmanifest", ...SHELL_FILES]);
}

/** A page of the former build may be open still; it has loaded its files or finds them in its own cache until then. */
async function leaveOldShells(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/** `everUsed`: what is no part of the shell, such as the map's ground, is kept from the first time on. */
async function kept(request: Request | string, everUsed = false): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const fetched = await fetch(request);
  if (everUsed && fetched.ok) await cache.put(request, fetched.clone());
  return fetched;
}

export {};
