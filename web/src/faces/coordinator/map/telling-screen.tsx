/** Area alerts: choose a report, draw where, see whom it would reach, send, follow, widen, stop. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Session } from "../../../kept/session";
import { InWords, useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Notice } from "../../../parts/notice";
import "../../../design/calls.css";
import "../../../design/map.css";
import { FindReport } from "../calls/find-report";
import { Compose, Progress } from "./compose-telling";
import { type AlertArea, loadIncident, loadTowns, type Part, type Point, type Town } from "./map";
import { openPicture, type Picture } from "./picture";
import { aboutReport, areaOf, type Drawing, followTelling, loadTellings, NOTHING_DRAWN, reachOf, type Reach, type Telling } from "./telling";

type Properties = { session: Session; incidentId: string };
type About = { id: string; name: string | null; point: Point | null };

const NO_POINTS: readonly Point[] = [];
const NO_ALERTS: readonly AlertArea[] = [];
/** Until whom it reaches is asked for, after the last stroke. */
const A_PAUSE_MS = 300;
/** How long until one looks again how far it has come; twice as long each time that nothing has changed. */
const FOLLOWED_AFTER_MS = { first: 1_000, most: 60_000 };
/** The zoom at which some tens of kilometres around a point are in sight. */
const AROUND = 9;

export default function TellingScreen(properties: Properties) {
  return (
    <InWords part="calls">
      <InWords part="map">
        <Tellings key={properties.incidentId} {...properties} />
      </InWords>
    </InWords>
  );
}

function Tellings({ session, incidentId }: Properties) {
  const { say, moment } = useWords();
  const [tellings, setTellings] = useState<readonly Telling[]>([]);
  const [names, setNames] = useState<Record<string, string | null>>({});
  const [about, setAbout] = useState<About | null>(null);
  const [telling, setTelling] = useState<Telling | null>(null);
  const [drawing, setDrawing] = useState<Drawing>(NOTHING_DRAWN);
  const [reach, setReach] = useState<Reach | null>(null);
  const [area, setArea] = useState<readonly Point[]>(NO_POINTS);
  const [towns, setTowns] = useState<readonly Town[]>([]);
  const element = useRef<HTMLDivElement>(null);
  const picture = useRef<Picture | null>(null);
  const pause = useRef(FOLLOWED_AFTER_MS.first);
  const attempt = useAttempt();
  const looking = useAttempt();
  const framing = useAttempt();
  const wrong = attempt.general() ?? looking.general() ?? framing.general();
  const mayTell = session.role === "COORDINATOR";
  const wanted = useMemo(() => (about ? areaOf(drawing) : null), [about, drawing]);

  const load = () =>
    attempt.read(
      async () => {
        const found = await loadTellings(session, incidentId);
        return { found, known: await Promise.all(found.map(({ reportId }) => aboutReport(session, reportId))) };
      },
      ({ found, known }) => {
        setTellings(found);
        setNames(Object.fromEntries(known.map(({ id, name }) => [id, name])));
      },
    );

  const nameTowns = (part: Part) =>
    void loadTowns(session, incidentId, part.bounds).then(setTowns, () => undefined); // a map without names is a map still
  const handlers = useRef({ moved: nameTowns, chosen: () => {}, chosenLine: () => {}, clicked: (_: Point) => {}, name: () => "", count: String });
  handlers.current.clicked = (point) => {
    if (!about) return;
    setDrawing(drawing.way === "circle" ? { ...drawing, middle: point } : { ...drawing, corners: [...drawing.corners, point] });
  };
  useEffect(() => {
    if (!element.current) return;
    const opened = openPicture(element.current, { label: say("telling.map"), closer: say("map.closer"), wider: say("map.wider") }, () => handlers.current);
    picture.current = opened;
    void load();
    void framing.read(
      () => loadIncident(session, incidentId),
      (incident) => {
        setArea(incident?.area ?? NO_POINTS);
        if (incident) opened.show(incident.area.length > 0 ? incident.area : incident.sites.edges.map(({ node }) => node.point));
      },
    );
    return () => opened.close();
  }, [session.token]);

  useEffect(() => {
    const last = telling?.areas.at(-1);
    const circle = about
      ? drawing.way === "circle" && drawing.middle && areaOf(drawing)
        ? { middle: drawing.middle, km: Number(drawing.km.replace(",", ".")) }
        : null
      : last?.centre && last.radiusKm
        ? { middle: last.centre, km: last.radiusKm }
        : null;
    const draft = about ? (drawing.way === "corners" ? drawing.corners : NO_POINTS) : (last?.outline ?? NO_POINTS);
    picture.current?.draw({ spots: [], lines: [], towns, area, alerts: NO_ALERTS, draft, circle });
  }, [about, telling, drawing, area, towns]);

  useEffect(() => {
    setReach(null);
    if (!about || !wanted) return;
    const timer = setTimeout(() => void looking.read(() => reachOf(session, about.id, wanted), setReach), A_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [about?.id, wanted]);

  useEffect(() => {
    if (about || telling?.state !== "GOING") return;
    const look = (found: Telling) => {
      const same = JSON.stringify(found) === JSON.stringify(telling);
      pause.current = same ? Math.min(2 * pause.current, FOLLOWED_AFTER_MS.most) : FOLLOWED_AFTER_MS.first;
      // What was done meanwhile stays done, and who went back stays there.
      setTelling((present) => (present?.id === found.id && present.version <= found.version ? found : present));
    };
    const timer = setTimeout(() => void looking.read(() => followTelling(session, telling), look), pause.current);
    return () => clearTimeout(timer);
  }, [telling, about]);

  const begin = (id: string, before: Telling | null) =>
    void attempt.run(async () => {
      const found = await aboutReport(session, id);
      setTelling(before);
      setDrawing({ ...NOTHING_DRAWN, middle: found.point });
      setAbout(found);
      if (found.point) picture.current?.show([found.point], AROUND);
    });
  const show = (one: Telling | null) => {
    setAbout(null);
    pause.current = FOLLOWED_AFTER_MS.first;
    setTelling(one);
    const last = one?.areas.at(-1);
    if (last) picture.current?.show(last.centre ? [last.centre] : (last.outline ?? []), AROUND);
  };
  const done = (one: Telling | null) => {
    show(one);
    void load();
  };
  return (
    <div class="map-screen telling">
      <section class="map-tools" aria-label={say("telling.title")}>
        <div>
          <h1>{say("telling.title")}</h1>
          <p class="soft">{say("telling.lead")}</p>
        </div>
        {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
        {about ? (
          <Compose
            session={session}
            about={about}
            before={telling?.state === "GOING" ? telling : null}
            drawing={drawing}
            change={setDrawing}
            middle={() => picture.current?.middle() ?? null}
            area={wanted}
            reach={reach}
            done={done}
            cancel={() => show(telling)}
          />
        ) : telling ? (
          <Progress
            session={session}
            telling={telling}
            name={names[telling.reportId] ?? null}
            mayTell={mayTell}
            widen={() => begin(telling.reportId, telling)}
            done={done}
            back={() => show(null)}
          />
        ) : (
          <>
            <ul class="list">
              {tellings.map((one) => (
                <li key={one.id}>
                  <button type="button" class="pair" onClick={() => (one.state === "PROPOSED" && mayTell ? begin(one.reportId, null) : show(one))}>
                    <span class="grows">
                      <bdi>{names[one.reportId] ?? say("compare.nameless")}</bdi>
                      <span class="soft small">{moment(one.updatedAt)}</span>
                    </span>
                    <span class={one.state === "GOING" ? "tag good" : "tag"}>{say(`telling.state.${one.state}`)}</span>
                  </button>
                </li>
              ))}
            </ul>
            {tellings.length === 0 ? <p class="soft">{say("telling.none")}</p> : null}
            {mayTell ? (
              <FindReport
                session={session}
                incidentId={incidentId}
                choose={({ id }) => (
                  <button type="button" class="button" onClick={() => begin(id, null)}>
                    {say("telling.choose")}
                  </button>
                )}
              />
            ) : null}
          </>
        )}
      </section>
      <div class={about ? "map-body drawing" : "map-body"}>
        <div class="map" ref={element} />
      </div>
    </div>
  );
}
