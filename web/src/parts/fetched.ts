/** What is loaded when it is wanted, and wanted again where the network was away. */
import { useEffect, useRef, useState } from "preact/hooks";

export type Fetched<Found> = {
  found: Found | null;
  /** It could not be had; it is asked for again as soon as the phone is back in the net. */
  away: boolean;
  again: () => void;
};

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
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [state.away]);
  return { ...state, again };
}

/** The server is there, and what is asked of it is not: it has a newer build, which the page is opened with. */
async function reopen(): Promise<void> {
  const { ok } = await fetch("/", { method: "HEAD" });
  if (ok) location.reload();
}
