/** Who works in an incident, and how somebody comes in. */
import { ask, made } from "../../api/client";
import { Accounts, CloseAccount, CreateInvite, EndSessionsOf, Invites, RevokeInvite } from "../../api/generated/operations";
import type { AccountsQuery, InvitesQuery, Role } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import type { Page } from "./pair-queue";

export type Account = AccountsQuery["accounts"]["edges"][number]["node"];

/** Whom a role may invite (docs/ACCESS.md has the table). */
export function invitedBy(role: Role): Role[] {
  const own: Role[] = ["VOLUNTEER", "CALL_TAKER"];
  return role === "ADMIN" ? [...own, "COORDINATOR", "OFFICER", "ADMIN"] : role === "COORDINATOR" ? own : [];
}

/** Raises Refusal, Unreachable. */
export async function loadAccounts(session: Session, incidentId: string): Promise<Account[]> {
  const found: Account[] = [];
  let after: string | null = null;
  do {
    const { accounts }: AccountsQuery = await ask(Accounts, { incidentId, first: 100, after }, session.token);
    found.push(...accounts.edges.map(({ node }) => node));
    after = accounts.pageInfo.hasNextPage ? accounts.pageInfo.endCursor : null;
  } while (after);
  return found;
}

/** The link, which is shown only now. Raises Refusal, Unreachable. */
export async function invite(
  session: Session,
  role: Role,
  where: { incidentId: string } | { siteId: string } | object,
  uses: number,
  hours: number,
): Promise<string> {
  const { createInvite } = await ask(CreateInvite, { input: { role, ...where, uses, hours } }, session.token);
  return made(createInvite).link ?? "";
}

/** Raises Refusal, Unreachable. */
export async function close(session: Session, account: Account): Promise<void> {
  made((await ask(CloseAccount, { id: account.id }, session.token)).closeAccount);
}

/** Somebody lost a phone: signed out everywhere, and comes back by a new invite. Raises Refusal, Unreachable. */
export async function endSessions(session: Session, account: Account): Promise<void> {
  made((await ask(EndSessionsOf, { id: account.id }, session.token)).endSessionsOf);
}

export type OpenInvite = InvitesQuery["invites"]["edges"][number]["node"];

/** Invites that are still good; without an incident those to none. Raises Refusal, Unreachable. */
export async function openInvites(session: Session, incidentId: string | null, after: string | null): Promise<Page<OpenInvite>> {
  const { invites } = await ask(Invites, { incidentId, first: 30, after }, session.token);
  return { items: invites.edges.map(({ node }) => node), more: invites.pageInfo.hasNextPage ? invites.pageInfo.endCursor : null };
}

/** Raises Refusal, Unreachable. */
export async function revoke(session: Session, { id }: OpenInvite): Promise<void> {
  made((await ask(RevokeInvite, { id }, session.token)).revokeInvite);
}
