/** Changes as they happen, over one WebSocket; it comes back by itself when the network does. */
import { createClient } from "graphql-ws";
import type { Followed } from "./operation";

export type Live = {
  follow: <Result, Variables extends Record<string, unknown>>(
    operation: Followed<Result, Variables>,
    variables: Variables,
    told: (result: Result) => void,
  ) => () => void;
  end: () => void;
};

/** `connected` is told whenever that changes, so that a screen can say whether what it shows is live. */
export function openLive(token: string, connected: (is: boolean) => void): Live {
  const client = createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    on: { connected: () => connected(true), closed: () => connected(false) },
  });
  return {
    follow: (operation, variables, told) =>
      client.subscribe<never>(
        { query: operation.text, variables },
        {
          next: ({ data }) => data && told(data),
          error: () => undefined, // said by `connected`; a refusal ends what is followed, and the screen asks anew
          complete: () => undefined,
        },
      ),
    end: () => void client.dispose(),
  };
}
