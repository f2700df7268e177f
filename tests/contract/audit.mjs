// Runs the reference audits of GraphQL over HTTP against a server, and prints their results as JSON.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
const rows = results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null }));
process.stdout.write(JSON.stringify(rows));
