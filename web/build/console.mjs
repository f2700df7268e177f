// Gathers the developers' console in dist/graphiql/, so that it needs no other host: our page, and GraphiQL as published.
import { cp, mkdir, rm } from "node:fs/promises";

const target = new URL("../dist/graphiql/", import.meta.url);
const files = {
  "console/index.html": "index.html",
  "console/console.css": "console.css",
  "console/console.js": "console.js",
  "console/api.js": "api.js",
  "node_modules/graphiql/graphiql.min.css": "graphiql.min.css",
  "node_modules/graphiql/graphiql.min.js": "graphiql.min.js",
  "node_modules/graphql-ws/umd/graphql-ws.min.js": "graphql-ws.min.js",
  "node_modules/react/umd/react.production.min.js": "react.production.min.js",
  "node_modules/react-dom/umd/react-dom.production.min.js": "react-dom.production.min.js",
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [source, name] of Object.entries(files)) {
  await cp(new URL(`../${source}`, import.meta.url), new URL(name, target));
}
console.log(`The developers' console is in ${target.pathname}`);
