/** Showing on a map where somebody was: the map is moved until its cross is there, by finger, mouse or keyboard. */
import * as L from "leaflet";
import { useEffect, useRef, useState } from "preact/hooks";
import "../design/place-map.css";
import { ask } from "../api/client";
import { MapTowns, NameOfPlace, OpenAreas } from "../api/generated/operations";
import { useWords } from "../languages/words";
import { Dialog } from "../parts/dialog";
import { drawGround } from "./ground";
import { at, boundsOf, drawTowns, NOWHERE, openMap, type Point, pointOf, wholeOf } from "./ground-map";

/** From this zoom on, where the cross is can be told from the next town: a pixel is some 70 m. */
const NEAR = 11;
const CLOSEST = 15;
/** How much nearer a tap or the button goes, from afar. */
const NEARER = 3;
/** Milliseconds that the map lies still before its middle is named. */
const STILL = 700;

type Properties = {
  title: string;
  /** What is known already. */
  start: Point | null;
  incidentId: string | null;
  token: string | null;
  take: (place: Point & { name: string }) => void;
  close: () => void;
};

export default function PlaceMap({ title, start, incidentId, token, take, close }: Properties) {
  const { say, language } = useWords();
  const element = useRef<HTMLDivElement>(null);
  const shown = useRef<L.Map | null>(null);
  const [near, setNear] = useState(false);
  const [named, setNamed] = useState<{ point: Point; name: string } | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);

  useEffect(() => {
    if (!element.current) return;
    const map = openUnderCross(element.current, { closer: say("place.closer"), wider: say("place.wider") });
    shown.current = map;
    let gone = false;
    let still: ReturnType<typeof setTimeout>;
    const name = async () => {
      const point = middleOf(map);
      // Without its name a place can be taken still.
      const { nameOfPlace } = await ask(NameOfPlace, { point, language }, token).catch(() => ({ nameOfPlace: null }));
      if (!gone && nameOfPlace) setNamed({ point, name: nameOfPlace });
    };
    const moved = () => {
      setNear(map.getZoom() >= NEAR);
      clearTimeout(still);
      if (map.getZoom() >= NEAR) still = setTimeout(() => void name(), STILL);
    };
    map.on("movestart", () => setNamed(null));
    map.on("moveend", moved);
    const towns = incidentId && followTowns(map, incidentId, token);
    if (start) map.setView(at(start), Math.max(NEAR, 13), { animate: false });
    else if (incidentId) void showArea(map, incidentId);
    moved();
    return () => {
      gone = true;
      clearTimeout(still);
      if (towns) towns();
      map.remove();
    };
  }, []);

  const takeIt = () => {
    const map = shown.current;
    if (!map) return;
    const point = middleOf(map);
    take({ ...point, name: named && isSame(named.point, point) ? named.name : say("place.onMap") });
  };
  const goHere = () => {
    setWrong(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => shown.current?.setView([latitude, longitude], CLOSEST),
      () => setWrong(say("place.notHere")),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  };
  return (
    <Dialog title={title} close={close} kind="place-map">
      <p class="small" id="place-map-how">
        {say("place.map.how")}
      </p>
      <div class="under-cross">
        {/* Leaflet lays things out from the left, in whatever language. */}
        <div ref={element} class="map" dir="ltr" role="application" aria-label={say("place.map.name")} aria-describedby="place-map-how" />
        <svg class="cross" viewBox="0 0 48 48" aria-hidden="true">
          <path class="halo" d="M24 2v16M24 30v16M2 24h16M30 24h16" />
          <path d="M24 2v16M24 30v16M2 24h16M30 24h16" />
          <circle cx="24" cy="24" r="2" />
        </svg>
      </div>
      <div class="stack">
        <p role="status" class="place-name">
          {wrong ?? (near ? <bdi>{named?.name}</bdi> : say("place.far"))}
        </p>
        <div class="row wraps">
          {near ? (
            <button type="button" class="button main" onClick={takeIt}>
              {say("place.take")}
            </button>
          ) : (
            <button type="button" class="button main" onClick={() => shown.current?.setZoom(shown.current.getZoom() + NEARER)}>
              {say("place.closer")}
            </button>
          )}
          {"geolocation" in navigator ? (
            <button type="button" class="button" onClick={goHere}>
              {say("place.here")}
            </button>
          ) : null}
          <button type="button" class="button quiet" onClick={close}>
            {say("cancel")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** Whatever comes nearer does so towards the cross, and what is tapped comes to lie under it. */
function openUnderCross(element: HTMLElement, words: { closer: string; wider: string }): L.Map {
  const { map } = openMap(element, words, {
    maxZoom: CLOSEST,
    touchZoom: "center",
    scrollWheelZoom: "center",
    doubleClickZoom: false,
  });
  map.on("click", ({ latlng }) => {
    const zoom = map.getZoom();
    if (zoom < NEAR) map.setView(latlng, zoom + NEARER);
    else map.panTo(latlng);
  });
  map.fitBounds(boundsOf(NOWHERE), { animate: false });
  void drawGround(map);
  return map;
}

/** Names of towns as the map moves: asked for a part that is larger than what is seen, so that one answer lasts. */
function followTowns(map: L.Map, incidentId: string, token: string | null): () => void {
  const layer = L.layerGroup().addTo(map);
  let there: { bounds: L.LatLngBounds; zoom: number; towns: { name: string; point: Point }[] } | null = null;
  let gone = false;
  const look = async () => {
    const seen = map.getBounds();
    if (!there?.bounds.contains(seen) || Math.abs(there.zoom - map.getZoom()) > 1) {
      const [bounds, zoom] = [seen.pad(0.5), map.getZoom()];
      try {
        const { mapTowns } = await ask(MapTowns, { incidentId, bounds: wholeOf(bounds) }, token);
        there = { bounds, zoom, towns: mapTowns };
      } catch {
        return; // a map without names is a map still
      }
    }
    if (!gone) drawTowns(map, layer, there.towns);
  };
  const moved = () => void look();
  map.on("moveend", moved);
  return () => {
    gone = true;
    map.off("moveend", moved);
  };
}

/** Where this disaster is, unless somebody has moved the map meanwhile. */
async function showArea(map: L.Map, incidentId: string): Promise<void> {
  const before = map.getBounds();
  const { openIncidents } = await ask(OpenAreas, {}).catch(() => ({ openIncidents: [] }));
  const area = openIncidents.find(({ id }) => id === incidentId)?.area ?? [];
  if (area.length > 0 && map.getContainer().isConnected && map.getBounds().equals(before)) map.fitBounds(boundsOf(area), { animate: false });
}

function middleOf(map: L.Map): Point {
  return pointOf(map.getCenter().wrap());
}

function isSame(one: Point, other: Point): boolean {
  return one.latitude === other.latitude && one.longitude === other.longitude;
}
