import { defineConfig } from "vite";

// Everything comes from this server. Old phones are asked for no more than ES2020.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist/app",
    target: "es2020",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true }, "/photos": "http://127.0.0.1:8000" } },
});
