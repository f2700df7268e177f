/** The map as it is seen: Leaflet draws, the screen around it decides what. */
import * as L from "leaflet";
import { render } from "preact";
import { drawGround } from "../../../map/ground";
import { at, boundsOf, drawTowns, NOWHERE, openMap, pointOf, wholeOf } from "../../../map/ground-map";
import { Glyph } from "./glyph";
import type { Shown } from "./layers";
import type { AlertArea, Line, Part, Point, Spot, Tiles, Town } from "./map";

export type Drawn = {
  spots: readonly Spot[];
  lines: readonly Line[];
  towns: readonly Town[];
  area: readonly Point[];
  /** Where people are being told of a missing child. */
  alerts: readonly AlertArea[];
  /** What is being drawn by hand: corners of an area, or a middle with a reach in kilometres. */
  draft: readonly Point[];
  circle: { middle: Point; km: number } | null;
};

export type Handlers = {
  moved: (part: Part) => void;
  chosen: (spot: Spot) => void;
  chosenLine: (line: Line) => void;
  clicked: (point: Point) => void;
  /** What a number on the map counts, for those who hear it. */
  name: (shown: Shown) => string;
  count: (count: number) => string;
};

export type Picture = {
  draw: (what: Drawn) => void;
  /** So that all of these are in sight, and no closer than this zoom. */
  show: (points: readonly Point[], closest?: number) => void;
  closer: (point: Point) => void;
  /** What must not go out of sight where the room for the map changes. */
  keepInSight: (point: Point | null) => void;
  middle: () => Point;
  lay: (tiles: Tiles) => void;
  close: () => void;
};

/** Pixels between two things that would cover each other. */
const BETWEEN = 2;

export function openPicture(element: HTMLElement, words: { label: string; closer: string; wider: string }, handlers: () => Handlers): Picture {
  const { map, credits } = openMap(element, words);
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", words.label);
  const layers = { area: L.layerGroup(), alerts: L.layerGroup(), lines: L.layerGroup(), towns: L.layerGroup(), draft: L.layerGroup() };
  for (const layer of Object.values(layers)) layer.addTo(map);
  const spots = new Map<string, { marker: L.Marker; button: HTMLButtonElement; spot: Spot }>();
  let drawn: Partial<Drawn> = {};

  map.on("moveend", () => element.clientWidth > 0 && handlers().moved(partOf(map)));
  map.on("zoomend", () => spread(map, [...spots.values()]));
  map.on("click", ({ latlng }) => handlers().clicked(pointOf(latlng.wrap())));
  map.fitBounds(boundsOf(NOWHERE), { animate: false });

  const drawSpots = (wanted: readonly Spot[]) => {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { marker, button }] of spots) {
      if (keys.has(key)) continue;
      render(null, button);
      marker.remove();
      spots.delete(key);
    }
    for (const spot of wanted) {
      let known = spots.get(spot.key);
      if (!known) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "spot";
        button.addEventListener("click", () => handlers().chosen(spots.get(spot.key)?.spot ?? spot));
        L.DomEvent.disableClickPropagation(button);
        const icon = L.divIcon({ html: button, className: "spot-at", iconSize: [0, 0] });
        const marker = L.marker([spot.point.latitude, spot.point.longitude], { icon, keyboard: false, interactive: false }).addTo(map);
        known = { marker, button, spot };
        spots.set(spot.key, known);
      }
      known.spot = spot;
      render(<InSpot spot={spot} {...handlers()} />, known.button);
    }
    spread(map, [...spots.values()]);
  };

  const drawLines = (lines: readonly Line[]) => {
    layers.lines.clearLayers();
    for (const line of lines) {
      const [start, end] = [at(line.start), at(line.end)];
      const path = L.polyline([start, end], { className: "match", weight: 2 + Math.min(4, Math.log2(line.count)) });
      path.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        handlers().chosenLine(line);
      });
      path.addTo(layers.lines);
      L.circleMarker(start, { className: "match lost", radius: 4, interactive: false }).addTo(layers.lines);
      L.circleMarker(end, { className: "match found", radius: 4, interactive: false }).addTo(layers.lines);
    }
  };

  const drawAlerts = (alerts: readonly AlertArea[]) => {
    layers.alerts.clearLayers();
    for (const { centre, radiusKm, outline } of alerts) {
      const options = { className: "alert-area", interactive: false };
      if (centre && radiusKm) L.circle(at(centre), { ...options, radius: radiusKm * 1000 }).addTo(layers.alerts);
      else L.polygon([outline.map(at)], options).addTo(layers.alerts);
    }
  };

  const drawDraft = (corners: readonly Point[], circle: Drawn["circle"]) => {
    layers.draft.clearLayers();
    if (corners.length > 0) L.polygon([corners.map(at)], { className: "draft", interactive: false }).addTo(layers.draft);
    for (const corner of corners) L.circleMarker(at(corner), { className: "draft corner", radius: 5, interactive: false }).addTo(layers.draft);
    if (circle) L.circle(at(circle.middle), { className: "draft", radius: circle.km * 1000, interactive: false }).addTo(layers.draft);
  };

  void drawGround(map);
  let kept: Point | null = null;
  map.on("resize", () => kept && map.panInside(at(kept), { padding: [60, 60], animate: false }));
  return {
    draw: (what) => {
      if (what.area !== drawn.area) {
        layers.area.clearLayers();
        if (what.area.length > 0) L.polygon([what.area.map(at)], { className: "area", interactive: false }).addTo(layers.area);
      }
      if (what.alerts !== drawn.alerts) drawAlerts(what.alerts);
      if (what.towns !== drawn.towns) drawTowns(map, layers.towns, what.towns);
      if (what.lines !== drawn.lines) drawLines(what.lines);
      if (what.spots !== drawn.spots) drawSpots(what.spots);
      if (what.draft !== drawn.draft || what.circle !== drawn.circle) drawDraft(what.draft, what.circle);
      drawn = what;
    },
    show: (points, closest = 11) => {
      map.fitBounds(boundsOf(points.length > 0 ? points : NOWHERE), { animate: false, padding: [8, 8], maxZoom: closest });
    },
    closer: (point) => void map.setView(at(point), Math.min(map.getMaxZoom(), map.getZoom() + 2)),
    keepInSight: (point) => {
      kept = point;
    },
    middle: () => pointOf(map.getCenter().wrap()),
    lay: ({ url, attribution }) => {
      L.tileLayer(url, { maxZoom: 17, className: "tiles" }).addTo(map);
      element.classList.add("has-tiles");
      credits.addAttribution(escaped(attribution));
    },
    close: () => {
      for (const { button } of spots.values()) render(null, button);
      map.remove();
    },
  };
}

/** What would lie on something else is moved below it. */
function spread(map: L.Map, spots: { marker: L.Marker; button: HTMLElement }[]): void {
  const boxes = spots.map(({ marker, button }) => {
    const { x, y } = map.latLngToLayerPoint(marker.getLatLng());
    return { button, x, y, width: button.offsetWidth, height: button.offsetHeight };
  });
  const placed: typeof boxes = [];
  for (const box of boxes.sort((one, other) => one.y - other.y || one.x - other.x)) {
    const before = box.y;
    for (const other of placed)
      if (Math.abs(other.x - box.x) * 2 < other.width + box.width && Math.abs(other.y - box.y) * 2 < other.height + box.height)
        box.y = other.y + (other.height + box.height) / 2 + BETWEEN;
    placed.push(box);
    box.button.style.setProperty("--aside", `${box.y - before}px`);
  }
}

function InSpot({ spot, name, count }: { spot: Spot } & Pick<Handlers, "name" | "count">) {
  const full = spot.site?.capacity ? spot.site.inCare >= spot.site.capacity : false;
  return (
    <>
      {spot.entries.map((entry) => (
        <span key={entry.shown} class={full && entry.shown === "sites" ? "full" : undefined}>
          <Glyph of={entry.shown} />
          <b class="only-read-aloud">{(entry.shown === "sites" && spot.site?.name) || name(entry.shown)}: </b>
          {entry.shown === "sites" && spot.site
            ? [spot.site.inCare, spot.site.capacity].filter((one) => one !== null).map(count).join(" / ")
            : count(entry.count)}
        </span>
      ))}
    </>
  );
}

function partOf(map: L.Map): Part {
  return { bounds: wholeOf(map.getBounds()), zoom: Math.round(map.getZoom()) };
}

/** Leaflet takes attributions as HTML. */
function escaped(text: string): string {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}
