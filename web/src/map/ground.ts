/** The ground beneath the map: land and borders from files of this server, those that are in sight and no others. */
import * as L from "leaflet";

/** From here on countries are drawn as they are; before, as from very far. */
const NEAR = 5;
const COUNTIES_FROM = 8;
const SQUARE = 10;
const UNITS = 1000;
/** Beneath all that is drawn on the ground. */
const PANE = "ground";

type Where = Record<"countries" | "counties", Record<string, number[]>>;
type Shapes = { rings?: number[][]; lines?: number[][] };

const FILES = import.meta.glob<string>("./generated/*.json", { query: "?url", import: "default", eager: true });

/** Draw it, and go on as the map moves. */
export async function drawGround(map: L.Map): Promise<void> {
  map.createPane(PANE);
  const groups = { far: L.layerGroup(), countries: L.layerGroup(), counties: L.layerGroup() };
  const drawn = new Set<string>();
  const where = await load<Where>("where");

  const draw = async (name: string, group: L.LayerGroup, kind: string) => {
    if (drawn.has(name)) return;
    drawn.add(name);
    try {
      const { rings, lines } = await load<Shapes>(name);
      const look = { pane: PANE, className: kind, interactive: false };
      if (rings) L.polygon(rings.map((ring) => [points(ring)]), look).addTo(group);
      if (lines) L.polyline(lines.map(points), { ...look, fill: false }).addTo(group);
    } catch {
      drawn.delete(name); // the network is away; it is asked for again when the map moves
    }
  };

  const look = () => {
    const [zoom, seen] = [map.getZoom(), squaresOf(map.getBounds())];
    const inSight = (names: Record<string, number[]>) => Object.keys(names).filter((name) => names[name]?.some((one) => seen.has(one)));
    show(map, groups.far, zoom < NEAR);
    show(map, groups.countries, zoom >= NEAR);
    show(map, groups.counties, zoom >= COUNTIES_FROM);
    if (zoom < NEAR) void draw("far", groups.far, "land");
    else for (const name of inSight(where.countries)) void draw(name, groups.countries, "land");
    if (zoom >= COUNTIES_FROM) for (const name of inSight(where.counties)) void draw(name, groups.counties, "county");
  };
  map.on("moveend", look);
  look();
}

function show(map: L.Map, group: L.LayerGroup, is: boolean): void {
  if (is) group.addTo(map);
  else group.remove();
}

async function load<Content>(name: string): Promise<Content> {
  const response = await fetch(FILES[`./generated/${name}.json`] as string);
  return (await response.json()) as Content;
}

/** What `build/map.mjs` packed: a point, and by how much each further one differs. */
function points(packed: number[]): L.LatLngTuple[] {
  const found: L.LatLngTuple[] = [];
  let [x, y] = [0, 0];
  for (let index = 0; index + 1 < packed.length; index += 2) {
    x += packed[index] ?? 0;
    y += packed[index + 1] ?? 0;
    found.push([y / UNITS, x / UNITS]);
  }
  return found;
}

/** The squares that a part of the map touches, numbered as in `build/map.mjs`. */
function squaresOf(bounds: L.LatLngBounds): Set<number> {
  const found = new Set<number>();
  const [south, north] = [Math.max(-90, bounds.getSouth()), Math.min(89.9, bounds.getNorth())];
  const across = Math.min(360, bounds.getEast() - bounds.getWest());
  for (let row = Math.floor((south + 90) / SQUARE); row <= Math.floor((north + 90) / SQUARE); row += 1)
    for (let column = Math.floor((bounds.getWest() + 180) / SQUARE); column <= Math.floor((bounds.getWest() + across + 180) / SQUARE); column += 1)
      found.add(row * 36 + (((column % 36) + 36) % 36));
  return found;
}
