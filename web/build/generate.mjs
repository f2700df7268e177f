// Types of every operation in graphql/, and what the server knows each document by: the SHA-256 of its text; the text
// itself of what is followed over a WebSocket.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { codegen } from "@graphql-codegen/core";
import * as operationTypes from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";

const contract = new URL("../../graphql/", import.meta.url);
const target = new URL("../src/api/generated/", import.meta.url);

const schema = parse(await readFile(new URL("schema.graphql", contract), "utf8"));
const documents = [];
for (const file of (await readdir(new URL("operations/", contract))).sort()) {
  const text = await readFile(new URL(`operations/${file}`, contract), "utf8");
  documents.push({ location: file, document: parse(text), text, hash: createHash("sha256").update(text).digest("hex") });
}

const types = await codegen({
  filename: "operations.ts",
  schema,
  documents,
  config: {
    scalars: { DateTime: "string", ID: "string" },
    enumType: "string-literal",
    skipTypename: true,
    useTypeImports: true,
    strictScalars: true,
  },
  plugins: [{ operations: {} }],
  pluginMap: { operations: operationTypes },
});

const names = documents.map(({ document, text, hash }) => {
  const [{ name, operation }] = document.definitions;
  const kind = name.value + operation[0].toUpperCase() + operation.slice(1);
  const followed = operation === "subscription";
  const type = `${followed ? "Followed" : "Operation"}<types.${kind}, types.${kind}Variables>`;
  return `export const ${name.value}: ${type} = ${JSON.stringify(followed ? { text } : { hash })};\n`;
});

await mkdir(target, { recursive: true });
await writeFile(new URL("types.ts", target), types);
await writeFile(
  new URL("operations.ts", target),
  `import type { Followed, Operation } from "../operation";\nimport type * as types from "./types";\n\n${names.join("\n")}`,
);
