/** The review queue: matches that wait for a person, and the steps that one may take with them. */
import { ask, made } from "../../api/client";
import {
  ConfirmMatch,
  LeaveMatch,
  Match as MatchOperation,
  Matches,
  ProveYourself,
  RejectMatch,
  TakeMatch,
  UndoMatch,
} from "../../api/generated/operations";
import type { MatchesQuery, MatchQuery, MatchState } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import type { Page } from "./pair-queue";

export type QueuedMatch = MatchesQuery["matches"]["edges"][number]["node"];
export type Match = NonNullable<MatchQuery["match"]>;
export type Step = "take" | "leave" | "free" | "confirm" | "reject" | "undo";
const PAGE = 50;

/** Raises Refusal, Unreachable. */
export async function loadQueue(
  session: Session,
  incidentId: string,
  states: MatchState[] | null,
  language: string,
  after: string | null = null,
): Promise<Page<QueuedMatch>> {
  const { matches } = await ask(Matches, { incidentId, states, first: PAGE, after, language }, session.token);
  return {
    items: matches.edges.map(({ node }) => node),
    more: matches.pageInfo.hasNextPage ? matches.pageInfo.endCursor : null,
  };
}

/** Raises Refusal, Unreachable. */
export async function loadMatch(session: Session, id: string, language: string): Promise<Match | null> {
  return (await ask(MatchOperation, { id, language }, session.token)).match;
}

/** Raises Refusal, also STEP_UP_NEEDED where a code must be entered first, and Unreachable. */
export async function take(step: Step, session: Session, match: Match, reason: string): Promise<void> {
  const input = { id: match.id, version: match.version, reason: reason.trim() || null };
  const { token } = session;
  switch (step) {
    case "take":
      made((await ask(TakeMatch, { id: match.id }, token)).takeMatch);
      break;
    case "leave":
      made((await ask(LeaveMatch, { id: match.id }, token)).leaveMatch);
      break;
    case "confirm":
      made((await ask(ConfirmMatch, { input }, token)).confirmMatch);
      break;
    case "reject":
      made((await ask(RejectMatch, { input }, token)).rejectMatch);
      break;
    case "free":
    case "undo":
      made((await ask(UndoMatch, { input }, token)).undoMatch);
  }
}

/** Raises Refusal, Unreachable. */
export async function prove(session: Session, code: string): Promise<void> {
  made((await ask(ProveYourself, { code: code.trim() }, session.token)).proveYourself);
}

export function nameOf(names: { full: string | null; given: string | null; family: string | null; asSaid?: string | null }): string | null {
  return names.full ?? ([names.given, names.family].filter(Boolean).join(" ") || names.asSaid || null);
}
