/** How it goes: who is in care where, how it went in the last two days, and what may be passed on. */
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../api/client";
import { MapView, PublicFigures } from "../../api/generated/operations";
import type { MapViewQuery, PublicFiguresQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Notice } from "../../parts/notice";
import { loadIncident, type Site } from "./incident";
import { Bars, Lines } from "./plots";

type Totals = MapViewQuery["mapView"] extends infer View ? (View extends { totals: infer Found } ? Found : never) : never;
type Figures = PublicFiguresQuery["publicFigures"];

const HOUR = 3_600_000;
const STEP_HOURS = 6;
const STEPS = 8;
/** Where nothing is: only the totals of the whole incident are wanted. */
const NOWHERE = { north: 0.001, south: 0, east: 0.001, west: 0 };

export function FiguresScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say, spoken, number } = useWords();
  const [sites, setSites] = useState<Site[]>([]);
  const [figures, setFigures] = useState<Figures | null>(null);
  const [past, setPast] = useState<{ at: Date; totals: Totals }[]>([]);
  const attempt = useAttempt();
  const sees = session.role === "COORDINATOR" || session.role === "OFFICER";
  useEffect(
    () =>
      void attempt.read(
        () =>
          Promise.all([
            loadIncident(session, incidentId),
            ask(PublicFigures, { incidentId }, session.token),
            sees ? course(session, incidentId) : [],
          ]),
        ([incident, { publicFigures }, found]) => {
          setSites(incident?.sites ?? []);
          setFigures(publicFigures);
          setPast(found);
        },
      ),
    [session.token, incidentId],
  );
  const hour = new Intl.DateTimeFormat(spoken, { weekday: "short", hour: "2-digit", minute: "2-digit" });
  const counted = sites.filter(({ inCare }) => inCare !== null);
  const most = Math.max(1, ...counted.map(({ inCare, capacity }) => Math.max(inCare ?? 0, capacity ?? 0)));
  const sum = (totals: Totals, layer: string) => totals.filter((one) => one.layer === layer).reduce((all, { count }) => all + count, 0);
  return (
    <div class="settings">
      <h1>{say("figures.title")}</h1>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {past.length > 0 ? (
        <section class="card">
          <h2>{say("figures.course")}</h2>
          <Lines
            caption={say("figures.course.lead")}
            moments={past.map(({ at }) => hour.format(at))}
            lines={[
              { name: say("figures.inCare"), values: past.map(({ totals }) => sum(totals, "IN_CARE")) },
              { name: say("figures.reports"), values: past.map(({ totals }) => sum(totals, "REPORTS")) },
              { name: say("figures.found"), values: past.map(({ totals }) => sum(totals, "MATCHES")) },
            ]}
          />
        </section>
      ) : null}
      {counted.length > 0 ? (
        <section class="card">
          <h2>{say("figures.sites")}</h2>
          <Bars
            caption={say("figures.sites.lead")}
            head={[say("figures.site"), say("figures.inCare")]}
            bars={counted.map(({ name, inCare, capacity }) => ({
              name,
              value: inCare ?? 0,
              shown: capacity === null ? number(inCare ?? 0) : say("figures.of", { count: number(inCare ?? 0), room: number(capacity) }),
              most: capacity ?? most,
            }))}
          />
        </section>
      ) : null}
      {figures ? <Published figures={figures} /> : null}
    </div>
  );
}

/** What may be passed on: small counts are hidden. */
function Published({ figures }: { figures: Figures }) {
  const { say, spoken } = useWords();
  const day = new Intl.DateTimeFormat(spoken, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(new Date(figures.asOf));
  const { missing, inCare, found } = figures.totals;
  const totals = { "figures.missing": missing, "figures.alone": inCare, "figures.found": found } as const;
  const most = Math.max(1, ...figures.ages.map((age) => rough(age.inCare)));
  return (
    <section class="card">
      <h2>{say("figures.public")}</h2>
      <p class="soft">{say("figures.public.lead", { day })}</p>
      <dl class="tiles">
        {Object.entries(totals).map(([key, value]) => (
          <div key={key}>
            <dt>{say(key as keyof typeof totals)}</dt>
            <dd>{value ?? say("figures.none")}</dd>
          </div>
        ))}
      </dl>
      {figures.ages.length > 0 ? (
        <Bars
          caption={say("figures.ages")}
          head={[say("figures.years"), say("figures.alone")]}
          bars={figures.ages.map((age) => ({ name: age.years, value: rough(age.inCare), shown: age.inCare, most }))}
        />
      ) : null}
    </section>
  );
}

/** "<5" is drawn as 2: what it is, nobody may know. */
function rough(count: string): number {
  return count.startsWith("<") ? 2 : Number(count) || 0;
}

/** The totals of the last two days, hour by full hour. Raises Refusal, Unreachable. */
async function course(session: Session, incidentId: string): Promise<{ at: Date; totals: Totals }[]> {
  const last = Math.floor(Date.now() / HOUR) * HOUR;
  const hours = Array.from({ length: STEPS + 1 }, (_, step) => new Date(last - (STEPS - step) * STEP_HOURS * HOUR));
  const found = [];
  for (const [index, at] of hours.entries()) {
    // The newest is as it is now, not as it was at the full hour.
    const then = index === STEPS ? null : at.toISOString();
    const { mapView } = await ask(MapView, { incidentId, bounds: NOWHERE, zoom: 0, layers: ["IN_CARE", "REPORTS", "MATCHES"], at: then }, session.token);
    found.push({ at: index === STEPS ? new Date() : at, totals: (mapView?.totals ?? []) as Totals });
  }
  return found;
}
