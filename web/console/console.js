// Starts GraphiQL against the address of this page. A token comes as `#token=...`, and stays in this browser tab alone.
const { GraphiQL, React, ReactDOM, graphqlWs } = window;

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    // Gone from the address bar, and with it from the history and from screenshots.
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("token");
}

async function trustedDocuments() {
  const answer = await fetch("graphql/console/operations.json");
  return answer.ok ? answer.json() : [];
}

async function start() {
  const token = takeToken();
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const address = new URL(location.pathname, location.origin);
  const socketAddress = new URL(address);
  socketAddress.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const fetcher = GraphiQL.createFetcher({
    url: address.href,
    headers: authorization,
    wsClient: graphqlWs.createClient({ url: socketAddress.href, connectionParams: authorization, lazy: true }),
  });
  const defaultTabs = (await trustedDocuments()).map((query) => ({ query }));
  const signedIn = token ? "# Signed in with the token of the link.\n" : "# Not signed in: open this page with #token=... at its end.\n";
  const page = React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: signedIn,
    defaultTabs: defaultTabs.length ? defaultTabs : undefined,
    shouldPersistHeaders: false,
  });
  ReactDOM.createRoot(document.getElementById("console")).render(page);
}

start();
