/** A map that is nothing yet but ground and names of towns: Leaflet draws it. */
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";
import "../design/ground.css";
import type { BoundsInput } from "../api/generated/types";

export type Point = { latitude: number; longitude: number };
type Named = { name: string; point: Point };

/** What is shown where nobody knows better. */
export const NOWHERE: readonly Point[] = [
  { latitude: 49, longitude: -125 },
  { latitude: 25, longitude: -67 },
];
/** Names so many pixels apart can be read. */
const APART = { x: 90, y: 22 };
const CREDITS = "Natural Earth · US Census Bureau · GeoNames (CC BY 4.0)";

/** Nothing is in sight before the caller says what. */
export function openMap(
  element: HTMLElement,
  words: { closer: string; wider: string },
  options: L.MapOptions = {},
): { map: L.Map; credits: L.Control.Attribution } {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    zoomControl: false,
    attributionControl: false,
    trackResize: false, // by itself it looks once more a moment later, also when the map is closed by then
    worldCopyJump: true,
    minZoom: 2,
    maxZoom: 17,
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    markerZoomAnimation: !calm,
    ...options,
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: words.closer, zoomOutTitle: words.wider }).addTo(map);
  const credits = L.control.attribution({ position: "bottomleft", prefix: false }).addTo(map);
  credits.addAttribution(CREDITS);
  const sizes = new ResizeObserver(() => {
    // Hidden for a while, it stays what it was.
    if (element.clientWidth > 0) map.invalidateSize({ animate: false });
  });
  sizes.observe(element);
  map.on("unload", () => sizes.disconnect());
  return { map, credits };
}

/** The largest first; what would cover another name is left out. */
export function drawTowns(map: L.Map, layer: L.LayerGroup, towns: readonly Named[]): void {
  layer.clearLayers();
  const placed: L.Point[] = [];
  for (const { name, point } of towns) {
    const here = map.latLngToContainerPoint(at(point));
    if (placed.some((other) => Math.abs(other.x - here.x) < APART.x && Math.abs(other.y - here.y) < APART.y)) continue;
    placed.push(here);
    const label = document.createElement("span");
    label.textContent = name;
    const icon = L.divIcon({ html: label, className: "town", iconSize: [0, 0] });
    L.marker(at(point), { icon, keyboard: false, interactive: false, zIndexOffset: -1000 }).addTo(layer);
  }
}

export function at({ latitude, longitude }: Point): L.LatLngTuple {
  return [latitude, longitude];
}

export function pointOf({ lat, lng }: L.LatLng): Point {
  return { latitude: Number(lat.toFixed(5)), longitude: Number(lng.toFixed(5)) };
}

export function boundsOf(points: readonly Point[]): L.LatLngBounds {
  return L.latLngBounds(points.map(at));
}

/** Bounds as the server wants to be asked for them. */
export function wholeOf(bounds: L.LatLngBounds): BoundsInput {
  const whole = bounds.getEast() - bounds.getWest() >= 360;
  return {
    north: Math.min(85, bounds.getNorth()),
    south: Math.max(-85, bounds.getSouth()),
    east: whole ? 180 : L.latLng(0, bounds.getEast()).wrap().lng,
    west: whole ? -180 : L.latLng(0, bounds.getWest()).wrap().lng,
  };
}
