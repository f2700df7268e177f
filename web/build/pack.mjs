// Packs the app's files once, so that the server need not with each request. What the build alone read is left out.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const PACKS = /\.(js|css|json)$/;
const folder = new URL("../dist/app/", import.meta.url);

await rm(new URL("manifest.json", folder));
for (const name of await readdir(folder, { recursive: true })) {
  if (!PACKS.test(name)) continue;
  await writeFile(new URL(`${name}.gz`, folder), gzipSync(await readFile(new URL(name, folder)), { level: 9 }));
}
