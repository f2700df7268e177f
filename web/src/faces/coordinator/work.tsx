/** What there is to do at a desk, for whom, and the screen of each. */
import type { VNode } from "preact";
import type { Role } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import type { Key } from "../../languages/words";
import { later } from "../../parts/later";
import { AccountScreen } from "./account-screen";
import type { Incident } from "./desk";
import { DeliveriesScreen } from "./deliveries-screen";
import { DoorsScreen } from "./doors-screen";
import { DuplicatesScreen } from "./duplicates-screen";
import { DutyScreen } from "./duty-screen";
import { FiguresScreen } from "./figures-screen";
import { IncidentScreen } from "./incident-screen";
import { PeopleScreen } from "./people-screen";
import { ReviewScreen } from "./review-screen";
import { SettingsScreen } from "./settings-screen";
import { TakeDownsScreen } from "./take-downs-screen";
import { WaitingScreen } from "./waiting-screen";
import { WebhooksScreen } from "./webhooks-screen";

const MapScreen = later(() => import("./map/map-screen"));
const TellingScreen = later(() => import("./map/telling-screen"));
const CallsScreen = later(() => import("./calls/calls-screen"));
const RecordScreen = later(() => import("./record/record-screen"));
const SightingsScreen = later(() => import("./calls/sightings-screen"));

/** Where somebody is: who, in which incident, at which path below the desk, with what behind its `?`; `changed` is told where the incident was. */
export type Place = { session: Session; incident: Incident | null; path: string; query: URLSearchParams; go: (path: string) => void; changed: () => void };

/** What belongs together stands together in the side bar, in this order. */
export const GROUPS = ["find", "watch", "setUp", "own"] as const;

export type Work = {
  path: string;
  title: Key;
  group: (typeof GROUPS)[number];
  roles: readonly Role[];
  show: (place: Place) => VNode | null;
};

const DECIDERS: readonly Role[] = ["COORDINATOR", "OFFICER"];
/** Who looks at what strangers filed. */
const TAKERS: readonly Role[] = ["COORDINATOR", "OFFICER", "CALL_TAKER"];
const KEEPERS: readonly Role[] = ["COORDINATOR", "ADMIN"];
const HEARERS: readonly Role[] = ["CALL_TAKER", "COORDINATOR"];
const ALL: readonly Role[] = ["COORDINATOR", "OFFICER", "ADMIN", "CALL_TAKER"];

/** A screen that is about one incident; nothing where there is none. */
const of =
  (show: (session: Session, incidentId: string, childAgeLimit: number) => VNode) =>
  ({ session, incident }: Place): VNode | null =>
    incident && show(session, incident.id, incident.childAgeLimit);

/** The first that a role may do is where it begins. */
export const WORK: readonly Work[] = [
  { path: "/desk", group: "find", title: "desk.review", roles: DECIDERS, show: of((session, incidentId, limit) => <ReviewScreen session={session} incidentId={incidentId} limit={limit} />) },
  { path: "/desk/calls", group: "find", title: "desk.calls", roles: HEARERS, show: of((session, incidentId) => <CallsScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/sightings", group: "find", title: "desk.sightings", roles: TAKERS, show: of((session, incidentId) => <SightingsScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/map", group: "watch", title: "desk.map", roles: DECIDERS, show: ({ session, incident, go }) => incident && <MapScreen session={session} incidentId={incident.id} go={go} /> },
  { path: "/desk/alerts", group: "watch", title: "desk.alerts", roles: DECIDERS, show: of((session, incidentId) => <TellingScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/duplicates", group: "find", title: "desk.duplicates", roles: DECIDERS, show: of((session, incidentId, limit) => <DuplicatesScreen session={session} incidentId={incidentId} limit={limit} />) },
  { path: "/desk/waiting", group: "watch", title: "desk.waiting", roles: TAKERS, show: of((session, incidentId) => <WaitingScreen session={session} incidentId={incidentId} />) },
  {
    path: "/desk/take-downs",
    group: "watch",
    title: "desk.takeDowns",
    roles: DECIDERS,
    show: ({ session, incident, query, go }) => incident && <TakeDownsScreen session={session} incidentId={incident.id} reportId={query.get("report")} go={go} />,
  },
  { path: "/desk/record", group: "watch", title: "desk.record", roles: ["COORDINATOR", "OFFICER", "ADMIN"], show: ({ session, query, go }) => <RecordScreen session={session} query={query} go={go} /> },
  { path: "/desk/figures", group: "watch", title: "desk.figures", roles: ["COORDINATOR", "OFFICER", "ADMIN"], show: of((session, incidentId) => <FiguresScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/doors", group: "setUp", title: "desk.doors", roles: KEEPERS, show: of((session, incidentId) => <DoorsScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/incident", group: "setUp", title: "desk.setUp", roles: KEEPERS, show: of((session, incidentId) => <IncidentScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/people", group: "setUp", title: "desk.people", roles: KEEPERS, show: ({ session, incident }) => <PeopleScreen session={session} incidentId={incident?.id ?? null} /> },
  { path: "/desk/duty", group: "setUp", title: "desk.duty", roles: ["COORDINATOR", "OFFICER", "ADMIN"], show: of((session, incidentId) => <DutyScreen key={incidentId} session={session} incidentId={incidentId} />) },
  {
    path: "/desk/settings",
    group: "setUp",
    title: "desk.settings",
    roles: KEEPERS,
    show: ({ session, incident, changed }) => incident && <SettingsScreen session={session} incidentId={incident.id} changed={changed} />,
  },
  { path: "/desk/deliveries", group: "setUp", title: "desk.deliveries", roles: ["ADMIN"], show: ({ session }) => <DeliveriesScreen session={session} /> },
  { path: "/desk/webhooks", group: "setUp", title: "desk.webhooks", roles: ["ADMIN"], show: of((session, incidentId) => <WebhooksScreen session={session} incidentId={incidentId} />) },
  { path: "/desk/account", group: "own", title: "desk.account", roles: ALL, show: ({ session }) => <AccountScreen session={session} /> },
];

/** The work that a path shows: its own, else the nearest above it (`/desk/reports/1` is `/desk/reports`). */
export function workAt(path: string, work: readonly Work[]): Work | undefined {
  const own = work.filter((one) => one.path !== "/desk" && (path === one.path || path.startsWith(`${one.path}/`)));
  return own.sort((one, other) => other.path.length - one.path.length)[0] ?? work.find((one) => one.path === "/desk") ?? work[0];
}

/** The work of others that somebody opened by its address, such as a link from a colleague. */
export function closedAt(path: string, role: Role): Work | undefined {
  const there = WORK.find((one) => one.path !== "/desk" && (path === one.path || path.startsWith(`${one.path}/`)));
  return there && !there.roles.includes(role) ? there : undefined;
}
