/** An incident and its sites, as they are set up at the desk. */
import { v7 as newId } from "uuid";
import { ask, made } from "../../api/client";
import { AddSite, ChangeIncident, ChangeSite, Incident as IncidentOperation, OpenIncident } from "../../api/generated/operations";
import type { AddSiteInput, ChangeIncidentInput, IncidentKind, IncidentQuery, IncidentScale, OpenIncidentInput, SiteKind } from "../../api/generated/types";
import type { Session } from "../../kept/session";

export const INCIDENT_KINDS = ["HURRICANE", "EARTHQUAKE", "FLOOD", "FIRE", "TORNADO", "TSUNAMI", "CONFLICT", "OTHER"] as const satisfies readonly IncidentKind[];
export const SCALES = ["LOCAL", "REGIONAL", "CATASTROPHIC"] as const satisfies readonly IncidentScale[];
export const SITE_KINDS = ["SHELTER", "SCHOOL", "HOSPITAL", "RECEPTION_CENTRE", "POLICE_STATION", "OTHER"] as const satisfies readonly SiteKind[];

export type IncidentWhole = NonNullable<IncidentQuery["incident"]>;
export type Site = IncidentWhole["sites"]["edges"][number]["node"];

/** The incident with all of its sites, oldest first. Raises Refusal, Unreachable. */
export async function loadIncident(session: Session, id: string): Promise<{ incident: IncidentWhole; sites: Site[] } | null> {
  const sites: Site[] = [];
  let after: string | null = null;
  for (;;) {
    const { incident }: IncidentQuery = await ask(IncidentOperation, { id, firstSites: 100, afterSite: after }, session.token);
    if (!incident) return null;
    sites.push(...incident.sites.edges.map(({ node }) => node));
    if (!incident.sites.pageInfo.hasNextPage) return { incident, sites: sites.reverse() };
    after = incident.sites.pageInfo.endCursor;
  }
}

/** Its id. Raises Refusal, Unreachable. */
export async function open(session: Session, incident: Omit<OpenIncidentInput, "id">): Promise<string> {
  const input = { id: newId(), ...incident };
  const { openIncident } = await ask(OpenIncident, { input }, session.token);
  return made(openIncident).incident?.id ?? input.id;
}

/** Raises Refusal, Unreachable. */
export async function change(session: Session, input: ChangeIncidentInput): Promise<void> {
  made((await ask(ChangeIncident, { input }, session.token)).changeIncident);
}

/** Raises Refusal, Unreachable. */
export async function addSite(session: Session, input: AddSiteInput): Promise<void> {
  made((await ask(AddSite, { input }, session.token)).addSite);
}

/** Raises Refusal, Unreachable. */
export async function setOpen(session: Session, site: Site, isOpen: boolean): Promise<void> {
  made((await ask(ChangeSite, { input: { id: site.id, version: site.version, open: isOpen } }, session.token)).changeSite);
}
