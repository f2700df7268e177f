/** What is loaded when it is wanted, and wanted again where the network was away. */
import { useEffect, useRef, useState } from "preact/hooks";

export type Fetched<Found> = {
  found: Found | null;
  /** It could not be had; it is asked for again as soon as the phone is back in the net, and from time to time. */
  away: boolean;
  again: () => void;
};

/** A network that is back is not always told of, and not always through at once. */
const FIRST_WAIT_SECONDS = 4;
const LONGEST_WAIT_SECONDS = 60;

/** `of` says what it depends on. What was found last stays until the next is there. */
export function useFetched<Found>(fetching: () => Promise<Found>, of: readonly unknown[]): Fetched<Found> {
  const [state, setState] = useState<{ found: Found | null; away: boolean }>({ found: null, away: false });
  const wanted = useRef<readonly unknown[]>(of);

  const attempt = async (failed: () => void) => {
    wanted.current = of;
    setState(({ found }) => ({ found, away: false }));
    try {
      const found = await fetching();
      if (wanted.current === of) setState({ found, away: false });
    } catch {
      if (wanted.current === of) failed();
    }
  };
  const away = () => setState(({ found }) => ({ found, away: true }));
  const again = () => void attempt(() => void reopen().then(away, away));

  useEffect(() => void attempt(away), of);
  useEffect(() => {
    if (!state.away) return;
    const awaited = wanted.current;
    let waiting = 0;
    let over = false;
    const quietly = async (otherwise: () => void) => {
      clearTimeout(waiting);
      try {
        const found = await fetching();
        if (wanted.current === awaited) setState({ found, away: false });
      } catch {
        if (!over) otherwise();
      }
    };
    const later = (seconds: number) => {
      const longer = Math.min(2 * seconds, LONGEST_WAIT_SECONDS);
      waiting = setTimeout(() => void quietly(() => later(longer)), seconds * 1000);
    };
    // Some browsers remember that a part did not come: told that the network is back, they open the page anew, once.
    const online = () => void quietly(() => (waiting = setTimeout(again, FIRST_WAIT_SECONDS * 1000)));
    addEventListener("online", online);
    later(FIRST_WAIT_SECONDS);
    return () => {
      over = true;
      removeEventListener("online", online);
      clearTimeout(waiting);
    };
  }, [state.away]);
  return { ...state, again };
}

/** The server is there, and what is asked of it is not: it has a newer build, which the page is opened with. */
async function reopen(): Promise<void> {
  const { ok } = await fetch("/", { method: "HEAD" });
  if (ok) location.reload();
}
