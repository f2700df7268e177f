/** A part of an incident's map as the server counts it: never the incident, always what fills a screen. */
import { ask, made } from "../../../api/client";
import {
  ChangeIncident,
  Incident as IncidentOperation,
  MapTable,
  MapTiles,
  MapTowns,
  MapView as MapViewOperation,
  NameOfPlace,
  Registration,
  Report,
  Sighting,
  Site,
} from "../../../api/generated/operations";
import type {
  BoundsInput,
  IncidentQuery,
  MapTableQuery,
  MapTilesQuery,
  MapTownsQuery,
  MapViewQuery,
  RegistrationQuery,
  ReportQuery,
  SightingQuery,
  SiteQuery,
} from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { asked, type Shown, shownAs } from "./layers";

export type MapView = MapViewQuery["mapView"];
export type MapRows = MapTableQuery["mapView"];
export type Thing = MapView["things"][number];
export type Line = MapView["lines"][number];
export type AlertArea = NonNullable<MapView["alertAreas"]>[number];
export type Point = { latitude: number; longitude: number };
export type Town = MapTownsQuery["mapTowns"][number];
export type Tiles = NonNullable<MapTilesQuery["mapTiles"]>;
export type IncidentOnMap = NonNullable<IncidentQuery["incident"]>;
/** What fills the screen, as the server wants to be asked. */
export type Part = { bounds: BoundsInput; zoom: number };

/** All that is at one place: counts of a cell, or single things at one point with their ids. */
export type Spot = {
  key: string;
  point: Point;
  entries: { shown: Shown; count: number; states: Record<string, number>; ids: string[] }[];
  /** Of a site at this very point. */
  site: { name: string; inCare: number; unaccompanied: number; capacity: number | null } | null;
};

/** Raises Refusal, Unreachable. */
export async function loadView(session: Session, incidentId: string, part: Part, shown: readonly Shown[], alertAreas: boolean, at: string | null): Promise<MapView> {
  const { mapView } = await ask(MapViewOperation, { incidentId, ...part, layers: asked(shown), alertAreas, at }, session.token);
  return mapView;
}

/** As far from the ground as still tells one place from the next; single things but sites are in their cells. */
const ROWS_FROM_ZOOM = 11;

/** The same in rows, each cell with a name. Raises Refusal, Unreachable. */
export async function loadRows(
  session: Session,
  incidentId: string,
  { bounds }: Part,
  shown: readonly Shown[],
  at: string | null,
  language: string,
): Promise<MapRows> {
  const wanted = { incidentId, bounds, zoom: ROWS_FROM_ZOOM, layers: asked(shown), at, language };
  return (await ask(MapTable, wanted, session.token)).mapView;
}

/** Raises Refusal, Unreachable. */
export async function loadIncident(session: Session, id: string): Promise<IncidentOnMap | null> {
  return (await ask(IncidentOperation, { id, firstSites: 100 }, session.token)).incident;
}

/** Raises Refusal, Unreachable. */
export async function loadTowns(session: Session, incidentId: string, bounds: BoundsInput): Promise<Town[]> {
  return (await ask(MapTowns, { incidentId, bounds }, session.token)).mapTowns;
}

/** Null where the operator has named no server of pictures. Raises Refusal, Unreachable. */
export async function loadTiles(session: Session): Promise<Tiles | null> {
  return (await ask(MapTiles, {}, session.token)).mapTiles;
}

/** Raises Refusal, Unreachable. */
export async function nameOf(session: Session, { latitude, longitude }: Point, language: string): Promise<string | null> {
  return (await ask(NameOfPlace, { point: { latitude, longitude }, language }, session.token)).nameOfPlace;
}

/** Raises Refusal, Unreachable. */
export async function drawArea(session: Session, incident: IncidentOnMap, area: Point[]): Promise<void> {
  const ring = area.map(({ latitude, longitude }) => ({ latitude, longitude }));
  made((await ask(ChangeIncident, { input: { id: incident.id, version: incident.version, area: ring } }, session.token)).changeIncident);
}

export type Found =
  | { shown: "sites"; site: NonNullable<SiteQuery["site"]> }
  | { shown: "children" | "others"; registration: NonNullable<RegistrationQuery["registration"]> }
  | { shown: "reports"; report: NonNullable<ReportQuery["report"]> }
  | { shown: "sightings"; sighting: NonNullable<SightingQuery["sighting"]> };

/** What a thing on the map is, as far as the server shows it. Raises Refusal, Unreachable. */
export async function loadThing(session: Session, shown: Shown, id: string): Promise<Found | null> {
  const { token } = session;
  switch (shown) {
    case "sites": {
      const { site } = await ask(Site, { id }, token);
      return site && { shown, site };
    }
    case "children":
    case "others": {
      const { registration } = await ask(Registration, { id }, token);
      return registration && { shown, registration };
    }
    case "reports": {
      const { report } = await ask(Report, { id }, token);
      return report && { shown, report };
    }
    case "sightings": {
      const { sighting } = await ask(Sighting, { id }, token);
      return sighting && { shown, sighting };
    }
    case "matches":
      return null;
  }
}

/** The cells and the single things of a view by where they are; in the order of the server. */
export function spotsOf(view: MapView, shown: readonly Shown[]): Spot[] {
  const spots = new Map<string, Spot>();
  const at = (key: string, point: Point): Spot => {
    const found = spots.get(key) ?? { key, point, entries: [], site: null };
    spots.set(key, found);
    return found;
  };
  const add = (spot: Spot, as: Shown, state: string, count: number, id?: string) => {
    let entry = spot.entries.find((one) => one.shown === as);
    if (!entry) {
      entry = { shown: as, count: 0, states: {}, ids: [] };
      spot.entries.push(entry);
    }
    entry.count += count;
    entry.states[state] = (entry.states[state] ?? 0) + count;
    if (id) entry.ids.push(id);
  };
  for (const { cell, centre, counts } of view.cells) {
    for (const count of counts) {
      const as = shownAs(count, shown);
      if (as) add(at(cell, centre), as, count.state, count.count);
    }
  }
  for (const { id, layer, state, point, name, inCare, unaccompanied, capacity } of view.things) {
    const as = shownAs({ layer, state }, shown);
    if (!as) continue;
    const spot = at(`${point.latitude.toFixed(5)} ${point.longitude.toFixed(5)}`, point);
    add(spot, as, state, 1, id);
    if (as === "sites" && inCare !== null) spot.site = { name: name ?? "", inCare, unaccompanied: unaccompanied ?? 0, capacity };
  }
  return [...spots.values()];
}

/** How many of each shown layer there are in the whole incident. */
export function totalsOf(totals: MapView["totals"]): Partial<Record<Shown, number>> {
  const found: Partial<Record<Shown, number>> = {};
  for (const one of totals) {
    const as = shownAs(one, ["sites", "children", "others", "reports", "sightings", "matches"]);
    if (as) found[as] = (found[as] ?? 0) + one.count;
  }
  return found;
}
