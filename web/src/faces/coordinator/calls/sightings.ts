/** Sightings that wait for somebody to say whom they are of. */
import { ask, made } from "../../../api/client";
import { DismissSighting, LinkSighting, ReopenSighting, Sighting as SightingOperation, Sightings } from "../../../api/generated/operations";
import type { SightingQuery, SightingsQuery, SightingState } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";

export type Listed = SightingsQuery["sightings"]["edges"][number]["node"];
export type Sighting = NonNullable<SightingQuery["sighting"]>;
export type Sheet = { sightings: Listed[]; more: string | null };

/** Newest first. Raises Refusal, Unreachable. */
export async function loadSightings(session: Session, incidentId: string, state: SightingState, after: string | null = null): Promise<Sheet> {
  const { sightings } = await ask(Sightings, { incidentId, states: [state], first: 50, after }, session.token);
  return { sightings: sightings.edges.map(({ node }) => node), more: sightings.pageInfo.hasNextPage ? sightings.pageInfo.endCursor : null };
}

/** Raises Refusal, Unreachable. */
export async function loadSighting(session: Session, id: string): Promise<Sighting | null> {
  return (await ask(SightingOperation, { id }, session.token)).sighting;
}

/** Raises Refusal, Unreachable. */
export async function link(session: Session, { id, version }: Sighting, reportId: string): Promise<void> {
  made((await ask(LinkSighting, { input: { id, version, reportId } }, session.token)).linkSighting);
}

/** Raises Refusal, Unreachable. */
export async function dismiss(session: Session, { id, version }: Sighting, reason: string): Promise<void> {
  made((await ask(DismissSighting, { input: { id, version, reason: reason.trim() } }, session.token)).dismissSighting);
}

/** Raises Refusal, Unreachable. */
export async function reopen(session: Session, { id, version }: Sighting): Promise<void> {
  made((await ask(ReopenSighting, { id, version }, session.token)).reopenSighting);
}
