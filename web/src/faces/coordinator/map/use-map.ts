/** What the map shows, kept up with the server: asked anew when it is moved and when something changed, and by what it is
 * known to be live.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { MapChanges } from "../../../api/generated/operations";
import { followOn } from "../../../api/live";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import type { Shown } from "./layers";
import { loadTowns, loadView, type MapView, type Part, type Town } from "./map";

export type LiveMap = {
  view: MapView | null;
  towns: readonly Town[];
  /** Since when nothing is heard of changes; null while they are heard. */
  awaySince: Date | null;
  wrong: string | null;
  /** Counts the changes that were heard, for whoever shows the same in another way. */
  heard: number;
};

export function useLiveMap(session: Session, incidentId: string, part: Part | null, shown: readonly Shown[], alertAreas: boolean, at: string | null): LiveMap {
  const { why } = useWords();
  const [view, setView] = useState<MapView | null>(null);
  const [towns, setTowns] = useState<readonly Town[]>([]);
  const [awaySince, setAwaySince] = useState<Date | null>(() => new Date());
  const [wrong, setWrong] = useState<string | null>(null);
  const [heard, setHeard] = useState(0);
  const asking = useRef({ running: false, again: false });
  const wanted = useRef({ part, shown, alertAreas, at });
  wanted.current = { part, shown, alertAreas, at };

  /** One question at a time: what changes meanwhile is asked for once, afterwards. */
  const load = async () => {
    const { part: of, shown: layers, alertAreas: areas, at: when } = wanted.current;
    if (!of) return;
    if (asking.current.running) {
      asking.current.again = true;
      return;
    }
    asking.current = { running: true, again: false };
    try {
      setView(await loadView(session, incidentId, of, layers, areas, when));
      setWrong(null);
    } catch (error) {
      setWrong(why(error));
    }
    asking.current.running = false;
    if (asking.current.again) void load();
  };

  useEffect(() => void load(), [session.token, incidentId, part, shown, alertAreas, at]);

  useEffect(() => {
    if (!part) return;
    let gone = false;
    // A map without names of towns is a map still.
    loadTowns(session, incidentId, part.bounds).then(
      (found) => gone || setTowns(found),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [session.token, incidentId, part]);

  useEffect(() => {
    // The first message comes as soon as it is followed: what changed before that is not told any more.
    const told = () => {
      setAwaySince(null);
      setHeard((count) => count + 1);
      if (wanted.current.at === null) void load();
    };
    return followOn(
      session.token,
      (live, ended) => live.follow(MapChanges, { incidentId }, told, ended),
      () => setAwaySince((since) => since ?? new Date()),
    );
  }, [session.token, incidentId]);

  return { view, towns, awaySince, wrong, heard };
}
