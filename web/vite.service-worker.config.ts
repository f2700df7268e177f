import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

// A build of its own, after the app's, whose files it is to keep on the phone. One plain script: old browsers know no
// modules in service workers.
// The map is kept by those alone who open it, piece by piece.
const MAP = /^(map|picture|telling|place-map|ground-map)-|\.(json|png)$/;
const files = readdirSync("dist/app/assets")
  .filter((name) => !MAP.test(name))
  .sort()
  .map((name) => `/assets/${name}`);

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
