// How much JavaScript a phone loads before it shows a face, gzipped: the app, the face and what both import, and the
// longest catalogues. The build fails where it is more than a bad network should be asked for.
// Each face has a page of its own that names all of it at once, so that a bad network is asked once and not in turns.
import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const MOST = 60 * 1024;
const FACES = ["family", "volunteer"];

const built = new URL("../dist/app/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL("manifest.json", built), "utf8"));

const size = async (name) => gzipSync(await readFile(new URL(manifest[name].file, built))).length;
const withImports = (name, found = new Set()) => {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of manifest[name].imports ?? []) withImports(other, found);
  return found;
};
const longest = async (part) => {
  const names = Object.keys(manifest).filter((name) => name.endsWith(`/${part}.json`));
  return Math.max(...(await Promise.all(names.map(size))));
};

const page = await readFile(new URL("index.html", built), "utf8");
const preload = (name) => `    <link rel="modulepreload" crossorigin href="/${manifest[name].file}">\n`;

for (const face of FACES) {
  const more = [...withImports(`src/faces/${face}/${face}.tsx`)].filter((name) => !page.includes(manifest[name].file));
  await writeFile(new URL(`${face}.html`, built), page.replace("  </head>", `${more.map(preload).join("")}  </head>`));
  const names = [...withImports("index.html"), ...withImports(`src/faces/${face}/${face}.tsx`)];
  const sizes = await Promise.all([...new Set(names)].map(size));
  const bytes = [...sizes, await longest("shared"), await longest(face)].reduce((sum, one) => sum + one);
  console.log(`The ${face} screens load ${(bytes / 1024).toFixed(1)} KB of JavaScript, of ${MOST / 1024} at most.`);
  if (bytes > MOST) process.exit(1);
}
