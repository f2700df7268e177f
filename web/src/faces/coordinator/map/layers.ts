/** What may be shown on the map, and what of it the server counts so. */
import type { Key } from "../../../languages/words";
import type { MapLayer } from "../../../api/generated/types";

export const SHOWN = ["sites", "children", "others", "reports", "sightings", "matches"] as const;
export type Shown = (typeof SHOWN)[number];

type Layer = { of: MapLayer; title: Key; states?: readonly string[]; but?: readonly string[] };

export const LAYERS: Record<Shown, Layer> = {
  sites: { of: "SITES", title: "map.layer.sites" },
  children: { of: "IN_CARE", title: "map.layer.children", states: ["UNACCOMPANIED"] },
  others: { of: "IN_CARE", title: "map.layer.others", but: ["UNACCOMPANIED"] },
  reports: { of: "REPORTS", title: "map.layer.reports" },
  sightings: { of: "SIGHTINGS", title: "map.layer.sightings" },
  matches: { of: "MATCHES", title: "map.layer.matches" },
};
export const AT_FIRST: readonly Shown[] = ["sites", "children", "reports", "sightings", "matches"];

/** The layers to ask the server for. */
export function asked(shown: readonly Shown[]): MapLayer[] {
  return [...new Set(shown.map((one) => LAYERS[one].of))];
}

/** As which of the shown layers a count or a thing is shown; null where it is not. */
export function shownAs({ layer, state }: { layer: MapLayer; state: string }, shown: readonly Shown[]): Shown | null {
  const found = SHOWN.find((one) => {
    const { of, states, but } = LAYERS[one];
    return of === layer && (!states || states.includes(state)) && !but?.includes(state);
  });
  return found && shown.includes(found) ? found : null;
}
