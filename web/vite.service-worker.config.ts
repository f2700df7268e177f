import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// A build of its own, after the app's, whose files it is to keep on the phone. One plain script: old browsers know no
// modules in service workers.
// The desk and maps are kept by those alone who open them, piece by piece.
const KEPT_ON_USE = /^src\/(faces\/coordinator|map)\/|^src\/languages\/en\/(coordinator|map|calls|record)\.json$/;

type Chunk = { file: string; css?: string[]; assets?: string[]; imports?: string[]; dynamicImports?: string[] };
const manifest = JSON.parse(readFileSync("dist/app/manifest.json", "utf8")) as Record<string, Chunk>;

const found = new Set<string>();
const files = [...new Set(filesOf("index.html"))].sort().map((name) => `/${name}`);

function filesOf(name: string): string[] {
  const chunk = manifest[name];
  if (!chunk || found.has(name) || KEPT_ON_USE.test(name)) return [];
  found.add(name);
  const { file, css = [], assets = [], imports = [], dynamicImports = [] } = chunk;
  return [file, ...css, ...assets, ...[...imports, ...dynamicImports].flatMap(filesOf)];
}

export default defineConfig({
  publicDir: false,
  define: {
    SHELL_FILES: JSON.stringify(files),
    SHELL_VERSION: JSON.stringify(createHash("sha256").update(files.join()).digest("hex").slice(0, 12)),
  },
  build: {
    outDir: "dist/app",
    emptyOutDir: false,
    target: "es2020",
    lib: { entry: "src/service-worker.ts", formats: ["iife"], name: "serviceWorker", fileName: () => "service-worker.js" },
  },
});
