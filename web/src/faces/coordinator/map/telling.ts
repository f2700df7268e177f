/** Telling those near where a child was last seen: whom it would reach, sending, following, widening, stopping. */
import { ask, made } from "../../../api/client";
import { AreaAlertProgress, AreaAlerts, AreaReach, Report, SendAreaAlert, StopAreaAlert, WidenAreaAlert } from "../../../api/generated/operations";
import type { AreaAlertsQuery, AreaInput, AreaReachQuery } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { nameOf } from "../review";
import type { Point } from "./map";

export type Telling = AreaAlertsQuery["areaAlerts"]["edges"][number]["node"];
export type Reach = NonNullable<AreaReachQuery["areaReach"]>;

/** An area as it is drawn: around a middle, or by its corners. */
export type Drawing = { way: "circle" | "corners"; middle: Point | null; km: string; corners: readonly Point[] };
export const NOTHING_DRAWN: Drawing = { way: "circle", middle: null, km: "10", corners: [] };
const FEWEST_CORNERS = 3;

/** What the server is told of it; null while it is none yet. */
export function areaOf({ way, middle, km, corners }: Drawing): AreaInput | null {
  if (way === "corners") return corners.length < FEWEST_CORNERS ? null : { outline: corners.map(plain) };
  const radiusKm = Number(km.replace(",", "."));
  return middle && radiusKm > 0 ? { centre: plain(middle), radiusKm } : null;
}

function plain({ latitude, longitude }: Point): Point {
  return { latitude, longitude };
}

/** Newest first. Raises Refusal, Unreachable. */
export async function loadTellings(session: Session, incidentId: string): Promise<Telling[]> {
  const { areaAlerts } = await ask(AreaAlerts, { incidentId, first: 50 }, session.token);
  return areaAlerts.edges.map(({ node }) => node);
}

/** The same as it has come by now; where it went is not looked at again. Raises Refusal, Unreachable. */
export async function followTelling(session: Session, telling: Telling): Promise<Telling> {
  return { ...telling, ...(await ask(AreaAlertProgress, { id: telling.id }, session.token)).areaAlert };
}

/** Of whom a report is, and where the child was last seen. Raises Refusal, Unreachable. */
export async function aboutReport(session: Session, id: string): Promise<{ id: string; name: string | null; point: Point | null }> {
  const { report } = await ask(Report, { id }, session.token);
  return { id, name: report && nameOf(report.person.names), point: report?.lastSeenPlace.point ?? null };
}

/** Raises Refusal, Unreachable. */
export async function reachOf(session: Session, reportId: string, area: AreaInput): Promise<Reach | null> {
  return (await ask(AreaReach, { reportId, area }, session.token)).areaReach;
}

/** Raises Refusal, also STEP_UP_NEEDED where a code must be entered first, and Unreachable. */
export async function tell(session: Session, reportId: string, area: AreaInput): Promise<Telling | null> {
  return made((await ask(SendAreaAlert, { input: { reportId, area } }, session.token)).sendAreaAlert).areaAlert;
}

/** Raises as `tell` does. */
export async function widen(session: Session, { id, version }: Telling, area: AreaInput): Promise<Telling | null> {
  return made((await ask(WidenAreaAlert, { input: { id, version, area } }, session.token)).widenAreaAlert).areaAlert;
}

/** Raises Refusal, Unreachable. */
export async function stop(session: Session, { id }: Telling): Promise<Telling | null> {
  return made((await ask(StopAreaAlert, { id }, session.token)).stopAreaAlert).areaAlert;
}
