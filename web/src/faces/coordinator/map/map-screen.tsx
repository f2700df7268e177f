/** The live map of an incident: what there is, where, now or as it was; as a picture or as a table. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Session } from "../../../kept/session";
import { InWords, useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Icon } from "../../../parts/icons";
import { Notice } from "../../../parts/notice";
import "../../../design/map.css";
import { AreaTools } from "./area-tools";
import { Glyph } from "./glyph";
import { AT_FIRST, LAYERS, SHOWN, type Shown } from "./layers";
import { type AlertArea, type IncidentOnMap, type Line, loadIncident, loadTiles, type Part, type Point, type Spot, spotsOf, totalsOf } from "./map";
import { MapRowsTable } from "./map-table";
import { openPicture, type Picture } from "./picture";
import { LinePanel, SpotPanel } from "./spot-panel";
import { TimeSlider } from "./time-slider";
import { useLiveMap } from "./use-map";

type Properties = { session: Session; incidentId: string; go: (path: string) => void };
type Chosen = { spot: Spot } | { line: Line };

const NOTHING: readonly Point[] = [];
const NO_ALERTS: readonly AlertArea[] = [];

export default function MapScreen(properties: Properties) {
  return (
    <InWords part="map">
      <LiveMapScreen key={properties.incidentId} {...properties} />
    </InWords>
  );
}

function LiveMapScreen({ session, incidentId, go }: Properties) {
  const { say, spoken, number, moment } = useWords();
  const [incident, setIncident] = useState<IncidentOnMap | null>(null);
  const [part, setPart] = useState<Part | null>(null);
  const [shown, setShown] = useState<readonly Shown[]>(AT_FIRST);
  const [areaShown, setAreaShown] = useState(true);
  const [alertsShown, setAlertsShown] = useState(true);
  const [at, setAt] = useState<string | null>(null);
  const [inRows, setInRows] = useState(false);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [corners, setCorners] = useState<readonly Point[] | null>(null);
  const attempt = useAttempt();
  const element = useRef<HTMLDivElement>(null);
  const picture = useRef<Picture | null>(null);
  const { view, towns, awaySince, wrong, heard } = useLiveMap(session, incidentId, part, shown, alertsShown, at);

  const occupied = ({ inCare, capacity }: NonNullable<Spot["site"]>) =>
    capacity === null ? say("map.inCare", { count: number(inCare) }) : say("map.occupancy", { count: number(inCare), capacity: number(capacity) });

  const name = (one: Shown) => say(LAYERS[one].title);
  const handlers = useRef({ moved: setPart, chosen: (_: Spot) => {}, chosenLine: (_: Line) => {}, clicked: (_: Point) => {}, name, count: number });
  handlers.current = {
    moved: setPart,
    chosen: (spot) => setChosen({ spot }),
    chosenLine: (line) => setChosen({ line }),
    clicked: (point) => (corners ? setCorners([...corners, point]) : setChosen(null)),
    name,
    count: number,
  };

  const load = (look: boolean) =>
    attempt.read(
      () => loadIncident(session, incidentId),
      (found) => {
        setIncident(found);
        if (found && look) picture.current?.show(found.area.length > 0 ? found.area : found.sites.edges.map(({ node }) => node.point));
      },
    );
  useEffect(() => {
    if (!element.current) return;
    const words = { label: say("map.title"), closer: say("map.closer"), wider: say("map.wider") };
    const opened = openPicture(element.current, words, () => handlers.current);
    picture.current = opened;
    void load(true);
    loadTiles(session).then(
      (tiles) => tiles && opened.lay(tiles),
      () => undefined, // the borders are there all the same
    );
    return () => opened.close();
  }, [session.token]);

  const spots = useMemo(() => (view ? spotsOf(view, shown) : []), [view, shown]);
  const lines = shown.includes("matches") ? (view?.lines ?? []) : [];
  const totals = view ? totalsOf(view.totals) : {};
  useEffect(() => {
    const area = areaShown && corners === null ? (incident?.area ?? NOTHING) : NOTHING;
    picture.current?.draw({ spots, lines, towns, area, alerts: view?.alertAreas ?? NO_ALERTS, draft: corners ?? NOTHING, circle: null });
  }, [spots, lines, towns, view, incident, areaShown, corners, spoken]);

  useEffect(() => picture.current?.keepInSight(chosen && "spot" in chosen ? chosen.spot.point : null), [chosen]);

  const known = chosen && "spot" in chosen ? spots.find(({ key }) => key === chosen.spot.key) : undefined;
  return (
    <div class="map-screen">
      <section class="map-tools" aria-label={say("map.tools")}>
        <div>
          <h1>{say("map.title")}</h1>
          <p class="small" role="status">
            {awaySince ? (
              <span class="tag warn">
                <Icon name="cloudOff" />
                {say("map.notLive", { time: moment(awaySince.getTime()) })}
              </span>
            ) : at ? (
              <span class="tag">{say("map.past")}</span>
            ) : (
              <span class="tag good">
                <Icon name="check" />
                {say("live")}
              </span>
            )}
          </p>
        </div>
        {wrong ?? attempt.general() ? <Notice tone="bad">{wrong ?? attempt.general()}</Notice> : null}
        <fieldset class="layers">
          <legend>{say("map.layers")}</legend>
          {SHOWN.map((one) => (
            <label key={one}>
              <input
                type="checkbox"
                checked={shown.includes(one)}
                onChange={() => setShown(SHOWN.filter((other) => (other === one) !== shown.includes(other)))}
              />
              <Glyph of={one} />
              <span class="grows">{say(LAYERS[one].title)}</span>
              <span class="count">{number(totals[one] ?? 0)}</span>
            </label>
          ))}
          <label>
            <input type="checkbox" checked={areaShown} onChange={() => setAreaShown(!areaShown)} />
            <span class="glyph area-glyph" aria-hidden="true" />
            <span class="grows">{say("map.layer.area")}</span>
          </label>
          <label>
            <input type="checkbox" checked={alertsShown} onChange={() => setAlertsShown(!alertsShown)} />
            <span class="glyph alert-area-glyph" aria-hidden="true" />
            <span class="grows">{say("map.layer.alerts")}</span>
          </label>
        </fieldset>
        {incident ? <TimeSlider from={incident.createdAt} at={at} change={setAt} shownAt={view?.at ?? null} /> : null}
        <div class="row wraps">
          <button type="button" class="button" aria-pressed={inRows} onClick={() => setInRows(!inRows)}>
            {say(inRows ? "map.asPicture" : "map.asTable")}
          </button>
          {incident && session.role === "COORDINATOR" && !inRows ? (
            <AreaTools
              corners={corners}
              change={setCorners}
              middle={() => picture.current?.middle() ?? null}
              session={session}
              incident={incident}
              saved={() => void load(false)}
            />
          ) : null}
        </div>
      </section>
      <div class={corners ? "map-body drawing" : "map-body"} hidden={inRows}>
        <div class="map" ref={element} />
        {chosen && "spot" in chosen ? (
          <SpotPanel
            key={chosen.spot.key}
            session={session}
            spot={known ?? chosen.spot}
            occupied={occupied}
            close={() => setChosen(null)}
            closer={() => picture.current?.closer(chosen.spot.point)}
            go={go}
          />
        ) : null}
        {chosen && "line" in chosen ? <LinePanel session={session} line={chosen.line} close={() => setChosen(null)} /> : null}
      </div>
      {inRows && part ? <MapRowsTable session={session} incidentId={incidentId} part={part} shown={shown} at={at} heard={heard} /> : null}
    </div>
  );
}
