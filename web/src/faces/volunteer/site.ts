/** The children of the own site: what the server says, and what of it this phone keeps for when there is no network. */
import { ask, made } from "../../api/client";
import { ConfirmRegistration, DismissRegistration, Registration, Registrations, Site, Viewer } from "../../api/generated/operations";
import type { CareStatus, Confirmation, RegistrationsQuery, RegistrationStatus } from "../../api/generated/types";
import { keepIfPossible, kept } from "../../kept/values";
import { askSignedIn, type Session, unlocked } from "../../kept/session";
import type { Recorded } from "./draft";

export type Child = {
  id: string;
  name: string | null;
  asSaid: string | null;
  age: string | null;
  careStatus: CareStatus;
  status: RegistrationStatus;
  photo: string | null;
  confirmation: Confirmation;
  version: number;
};

export type SiteList = { siteId: string | null; children: Child[] };

const KEPT_AS = "site list";
const PAGE = 100;
const RENEWED_AFTER_MILLISECONDS = 60_000;

/** The list as this phone saw it last; null where that was of another site, or its person is shown none. */
export async function keptList(session: Session): Promise<SiteList | null> {
  const list = seesList(session) ? await kept<SiteList>(KEPT_AS) : null;
  return list && list.siteId === (session.site?.id ?? null) ? list : null;
}

/** Whether a list that was asked for then is to be asked for again where a photo's address is good no more. */
export const isOld = (asked: number): boolean => Date.now() - asked > RENEWED_AFTER_MILLISECONDS;

/** Helpers without an account register, and are shown nothing of others. */
export const seesList = ({ role }: Session): boolean => role !== "UNVERIFIED_REGISTRAR";

/** All who are registered at the site, newest first. Raises Refusal, Unreachable. */
export async function loadList(session: Session): Promise<SiteList> {
  const siteId = session.site?.id ?? null;
  const children: Child[] = [];
  let after: string | null = null;
  do {
    const { registrations }: RegistrationsQuery = await askSignedIn(
      Registrations,
      { incidentId: session.incidentId ?? "", siteId, first: PAGE, after },
      session,
    );
    children.push(...registrations.edges.map(({ node }) => shown(node)));
    after = registrations.pageInfo.hasNextPage ? registrations.pageInfo.endCursor : null;
  } while (after);
  const list = { siteId, children };
  await keepIfPossible(KEPT_AS, list);
  return list;
}

type Page = RegistrationsQuery["registrations"];
type Node = Page["edges"][number]["node"];

function shown({ id, person, careStatus, status, confirmation, photos, version }: Node): Child {
  const { full, given, family, asSaid } = person.names;
  const { minimum, maximum, birthDate } = person.age;
  const years = minimum === maximum ? minimum : `${minimum ?? ""}–${maximum ?? ""}`;
  return {
    id,
    name: full ?? ([given, family].filter(Boolean).join(" ") || null),
    asSaid,
    age: birthDate ? String(yearsSince(birthDate)) : years === null ? null : String(years),
    careStatus,
    status,
    photo: photos[0]?.small ?? null,
    confirmation,
    version,
  };
}

/** Whole years; of a date of which only the year or the month is known, about. */
function yearsSince(birthDate: string): number {
  return Math.max(0, Math.floor((Date.now() - new Date(birthDate).getTime()) / (365.25 * 24 * 3600 * 1000)));
}

/** A child of the own site, as the server has it. Raises Refusal, Unreachable. */
export async function loadChild(session: Session, id: string): Promise<Recorded | null> {
  return (await askSignedIn(Registration, { id }, session)).registration;
}

/** To stand for what a helper without an account registered, or to dismiss it as false. Raises Refusal, Unreachable. */
export async function decide(session: Session, child: Recorded, stands: boolean): Promise<void> {
  const what = { id: child.id, version: child.version };
  await unlocked(session.token, async () => {
    if (stands) made((await ask(ConfirmRegistration, what, session.token)).confirmRegistration);
    else made((await ask(DismissRegistration, what, session.token)).dismissRegistration);
  });
}

/** Ask whether one is still signed in. Raises Refusal, Unreachable. */
export async function stillIn(session: Session): Promise<void> {
  await askSignedIn(Viewer, {}, session);
}

/** The session of a token: who it is, and which site it works at. Raises Refusal, Unreachable. */
export async function sessionOf(token: string): Promise<Session> {
  const { viewer } = await ask(Viewer, {}, token);
  const siteId = viewer?.siteIds[0] ?? null;
  const site = siteId ? (await ask(Site, { id: siteId }, token)).site : null;
  return {
    token,
    role: viewer?.role ?? "VOLUNTEER",
    name: viewer?.name ?? "",
    incidentId: site?.incidentId ?? viewer?.incidentIds[0] ?? null,
    site: site ? { id: site.id, name: site.name } : null,
  };
}
