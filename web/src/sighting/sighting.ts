/** Telling the server what somebody saw. */
import { ask, made } from "../api/client";
import { RecordSighting } from "../api/generated/operations";
import { type SightingDraft, toSighting } from "./draft";

/** With an account or without one; the same draft again is the same sighting. Raises Refusal, Unreachable. */
export async function record(draft: SightingDraft, incidentId: string, token: string | null = null): Promise<void> {
  made((await ask(RecordSighting, { input: toSighting(draft, incidentId, new Date()) }, token)).recordSighting);
}
