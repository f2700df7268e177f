/** What somebody saw, as it is written down by them or by a call taker. */
import { v7 as newId } from "uuid";
import type { RecordSightingInput } from "../api/generated/types";
import { NO_PLACE, type PlaceDraft, placeInput } from "../parts/place-field";
import { isDescribed, NOBODY, type PersonDraft, toInput } from "../person/draft";

export type SightingDraft = {
  id: string;
  incidentId: string | null;
  what: string;
  person: PersonDraft;
  place: PlaceDraft;
  day: string;
  time: string;
  name: string;
  phone: string;
  email: string;
};

export function newSighting(): SightingDraft {
  return { id: newId(), incidentId: null, what: "", person: NOBODY, place: NO_PLACE, day: "", time: "", name: "", phone: "", email: "" };
}

export function toSighting(draft: SightingDraft, incidentId: string, now: Date): RecordSightingInput {
  const seen = draft.day ? new Date(`${draft.day}T${draft.time || "12:00"}`) : null;
  const witness = { name: draft.name.trim() || null, phone: draft.phone.trim() || null, email: draft.email.trim() || null };
  return {
    id: draft.id,
    incidentId,
    what: draft.what.trim() || null,
    person: isDescribed(draft.person) ? toInput(draft.person, now, true) : null,
    place: placeInput(draft.place),
    seenAt: seen && new Date(Math.min(seen.getTime(), now.getTime())).toISOString(),
    witness: Object.values(witness).some(Boolean) ? witness : null,
  };
}
