// Starts GraphiQL against the address of this page. A token comes as `#token=...`, and stays in this browser tab alone.
import { ask, trustedDocuments } from "./api.js";

const { GraphiQL, React, ReactDOM, graphqlWs } = window;

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    // With it goes what somebody else did in this tab: its variables name another incident.
    sessionStorage.clear();
    sessionStorage.setItem("token", given);
    // Gone from the address bar, and with it from the history and from screenshots.
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("token");
}

// Who holds the token, and in which incidents; null where the token is no good any more.
async function whoIs(token) {
  const { data } = await ask("viewer", {}, token);
  if (!data?.viewer) return null;
  const incidents = (await ask("incidents", { first: 100 }, token)).data?.incidents.edges ?? [];
  return { ...data.viewer, incidents: incidents.map(({ node }) => node) };
}

function warnOfExercise(incidents) {
  const exercises = incidents.filter((incident) => incident.synthetic);
  if (!exercises.length) return;
  const banner = document.getElementById("exercise");
  const where = exercises.length < incidents.length ? ` in ${exercises.map(({ name }) => name).join(", ")}` : "";
  banner.textContent = `Exercise: invented people only${where}`;
  banner.hidden = false;
}

function sayWho(token, viewer) {
  const who = document.getElementById("who");
  if (viewer) who.textContent = `Signed in as ${[viewer.name, viewer.role.toLowerCase().replace("_", " ")].filter(Boolean).join(", ")}`;
  else if (token) who.textContent = "The link is no good any more: please open a new one.";
  else who.textContent = "Not signed in: open this page with #token=… at its end.";
}

// The variables of an operation as far as they are known: the incident and the site one works in.
function variablesFor(query, viewer) {
  const variables = {};
  if (/\$incidentId\b/.test(query) || /^query Incident\(/.test(query)) {
    variables[/\$incidentId\b/.test(query) ? "incidentId" : "id"] = viewer?.incidents[0]?.id;
  }
  if (/^query Site\(/.test(query)) variables.id = viewer?.siteIds[0];
  return Object.values(variables).every(Boolean) ? JSON.stringify(variables, null, 2) : undefined;
}

// "Who am I" is what one asks first.
const isFirst = (query) => Number(query.startsWith("query Viewer"));

async function start() {
  const token = takeToken();
  const viewer = token ? await whoIs(token) : null;
  warnOfExercise(viewer?.incidents ?? []);
  sayWho(token, viewer);
  const authorization = viewer ? { authorization: `Bearer ${token}` } : {};
  const address = new URL(location.pathname, location.origin);
  const socketAddress = new URL(address);
  socketAddress.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const fetcher = GraphiQL.createFetcher({
    url: address.href,
    headers: authorization,
    wsClient: graphqlWs.createClient({ url: socketAddress.href, connectionParams: authorization, lazy: true }),
  });
  const documents = (await trustedDocuments()).toSorted((one, other) => isFirst(other) - isFirst(one));
  const page = React.createElement(GraphiQL, {
    fetcher,
    defaultTabs: documents.map((query) => ({ query, variables: variablesFor(query, viewer) })),
    // Gone with the browser tab: variables and history hold what people typed.
    storage: sessionStorage,
    shouldPersistHeaders: false,
  });
  ReactDOM.createRoot(document.getElementById("console")).render(page);
}

start();
