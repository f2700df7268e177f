/** False reports that were taken down, and what their families say against it. */
import { ask, made } from "../../api/client";
import { AnswerTakeDown, TakeDown as TakeDownOperation, TakeDownReport, TakeDowns } from "../../api/generated/operations";
import type { IdentityProof, TakeDownQuery, TakeDownReportInput, TakeDownsQuery, TakeDownState } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import type { Page } from "./pair-queue";

export type TakeDown = NonNullable<TakeDownQuery["takeDown"]>;
export type ListedTakeDown = TakeDownsQuery["takeDowns"]["edges"][number]["node"];
export const PROOFS = ["PASSPORT", "IDENTITY_CARD", "DRIVING_LICENCE", "BIRTH_CERTIFICATE", "COURT_ORDER", "KNOWN_IN_PERSON", "OTHER"] as const satisfies readonly IdentityProof[];

const PAGE = 30;

/** Raises Refusal, Unreachable. */
export async function takeDowns({ token }: Session, incidentId: string, states: TakeDownState[], after: string | null): Promise<Page<ListedTakeDown>> {
  const { takeDowns: found } = await ask(TakeDowns, { incidentId, states, first: PAGE, after }, token);
  return { items: found.edges.map(({ node }) => node), more: found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null };
}

/** Raises Refusal, Unreachable. */
export const takeDownOf = async ({ token }: Session, id: string): Promise<TakeDown | null> => (await ask(TakeDownOperation, { id }, token)).takeDown;

/** Raises Refusal, also STEP_UP_NEEDED, and Unreachable. */
export async function takeDown({ token }: Session, input: TakeDownReportInput): Promise<void> {
  made((await ask(TakeDownReport, { input }, token)).takeDownReport);
}

/** By another person than who took it down. Raises Refusal, also STEP_UP_NEEDED, and Unreachable. */
export async function answer({ token }: Session, { id, version }: ListedTakeDown, restore: boolean, reason: string): Promise<void> {
  made((await ask(AnswerTakeDown, { input: { id, version, restore, reason } }, token)).answerTakeDown);
}
