/** Changes as they happen, over one WebSocket; it comes back by itself when the network does. */
import { createClient } from "graphql-ws";
import type { Followed } from "./operation";

export type Live = {
  follow: <Result, Variables extends Record<string, unknown>>(
    operation: Followed<Result, Variables>,
    variables: Variables,
    told: (result: Result) => void,
    /** The server follows it no more, though the connection may last: more may have happened than can be told. */
    ended?: () => void,
  ) => () => void;
  end: () => void;
};

const FOLLOWED_AGAIN_MS = 5_000;

/** Follow until what is returned is called, anew where the server ended it; `lost` is told whenever nothing is heard. */
export function followOn(token: string, follow: (live: Live, ended: () => void) => () => void, lost: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;
  let end = () => undefined as void;
  const away = () => gone || lost();
  const live = openLive(token, (is) => is || away());
  const begin = () => {
    end = follow(live, () => {
      away();
      if (!gone) timer = setTimeout(begin, FOLLOWED_AGAIN_MS);
    });
  };
  begin();
  return () => {
    gone = true;
    clearTimeout(timer);
    // What is still followed keeps the connection coming back: first that, then the connection.
    end();
    live.end();
  };
}

/** `connected` is told whenever that changes, so that a screen can say whether what it shows is live. */
function openLive(token: string, connected: (is: boolean) => void): Live {
  const client = createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    on: { connected: () => connected(true), closed: () => connected(false) },
  });
  return {
    follow: (operation, variables, told, ended = () => undefined) =>
      client.subscribe<never>(
        { query: operation.text, variables },
        {
          next: ({ data }) => data && told(data),
          error: ended,
          complete: () => undefined,
        },
      ),
    end: () => void client.dispose(),
  };
}
