// The ground beneath the map: borders of countries, and of the states and counties of the United States, in small files
// that the app asks for as they come into sight. From Natural Earth (world-atlas) and the Census Bureau (us-atlas), both
// in the public domain.
//
// A file is { rings: [ring...] } or { lines: [line...] }, each a flat list of whole numbers: longitude and latitude in
// thousandths of a degree, then by how much each further point differs from the one before.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { feature, mesh } from "topojson-client";

const require = createRequire(import.meta.url);
const target = new URL("../src/map/generated/", import.meta.url);
const UNITS = 1000;
/** Degrees: what a line may be off by. A pixel is about that much at zoom 7, and at zoom 9. */
const SLACK = { world: 0.01, states: 0.0025 };
const USA = "840";
/** Degrees: `where.json` says of each file in which squares of this width it lies. */
const SQUARE = 10;

async function atlas(name) {
  return JSON.parse(await readFile(require.resolve(name), "utf8"));
}

/** A topology decoded, with each of its arcs on the way simplified: what two shapes share stays shared. */
function simplified(topology, slack) {
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    const points = arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
    return straightened(points, slack);
  });
  const { transform, ...rest } = topology;
  return { ...rest, arcs };
}

/** Douglas and Peucker: without the points that lie within the slack of the line between others. */
function straightened(points, slack) {
  const kept = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  while (open.length > 0) {
    const [first, last] = open.pop();
    let [farthest, most] = [-1, slack];
    for (let index = first + 1; index < last; index += 1) {
      const off = away(points[index], points[first], points[last]);
      if (off > most) [farthest, most] = [index, off];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    open.push([first, farthest], [farthest, last]);
  }
  return points.filter((_, index) => kept.has(index));
}

function away([x, y], [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

function packed(line) {
  const found = [];
  let [x, y] = [0, 0];
  for (const [longitude, latitude] of line) {
    const [nextX, nextY] = [Math.round(longitude * UNITS), Math.round(latitude * UNITS)];
    if (found.length === 0 || nextX !== x || nextY !== y) found.push(nextX - x, nextY - y);
    [x, y] = [nextX, nextY];
  }
  return found;
}

function ringsOf(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flatMap((polygon) => polygon.map(packed)).filter((ring) => ring.length >= 6);
}

/** The squares that the boxes around these lines touch: a number for each, rows of 36 from the south-west. */
function squaresOf(lines) {
  const found = new Set();
  for (const line of lines) {
    const [west, east] = reach(line, 0);
    const [south, north] = reach(line, 1);
    for (let row = square(south + 90, 17); row <= square(north + 90, 17); row += 1)
      for (let column = square(west + 180, 35); column <= square(east + 180, 35); column += 1) found.add(row * 36 + column);
  }
  return [...found].sort((one, other) => one - other);
}

function square(degrees, last) {
  return Math.min(last, Math.max(0, Math.floor(degrees / SQUARE)));
}

function reach(line, axis) {
  let [at, least, most] = [0, Infinity, -Infinity];
  for (let index = axis; index < line.length; index += 2) {
    at += line[index];
    [least, most] = [Math.min(least, at), Math.max(most, at)];
  }
  return [least / UNITS, most / UNITS];
}

async function put(name, content) {
  await writeFile(new URL(`${name}.json`, target), JSON.stringify(content));
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

const far = await atlas("world-atlas/countries-110m.json");
await put("far", { rings: feature(far, far.objects.countries).features.flatMap(({ geometry }) => ringsOf(geometry)) });

const near = simplified(await atlas("world-atlas/countries-10m.json"), SLACK.world);
const states = simplified(await atlas("us-atlas/counties-10m.json"), SLACK.states);
/** By the name of a file, where it is. */
const countries = {};
const counties = {};
for (const { id, geometry } of feature(near, near.objects.countries).features) {
  if (!id || id === USA || !geometry) continue;
  const rings = ringsOf(geometry);
  if (rings.length === 0) continue;
  // Some islands have the number of the country that they belong to.
  const name = countries[`country-${id}`] ? `country-${id}-${Object.keys(countries).length}` : `country-${id}`;
  countries[name] = squaresOf(rings);
  await put(name, { rings });
}
const american = feature(states, states.objects.states).features.flatMap(({ geometry }) => ringsOf(geometry));
countries[`country-${USA}`] = squaresOf(american);
await put(`country-${USA}`, { rings: american });

const state = ({ id }) => id.slice(0, 2);
for (const { id } of states.objects.states.geometries) {
  const within = mesh(states, states.objects.counties, (one, other) => one !== other && state(one) === id && state(other) === id);
  const lines = within.coordinates.map(packed).filter((line) => line.length >= 4);
  if (lines.length === 0) continue;
  counties[`counties-${id}`] = squaresOf(lines);
  await put(`counties-${id}`, { lines });
}
await put("where", { countries, counties });
