/** What the server refuses, in the words of a screen: its own are English. */
import type { Problem } from "../api/client";
import type { Key } from "./words";

/** What a code means for some fields, by the end of their path. */
const OF_FIELDS: Record<string, Key> = {
  "INVALID minimum": "refused.INVALID.age",
  "INVALID maximum": "refused.INVALID.age",
  "INVALID birthDate": "refused.INVALID.birthDate",
  "INVALID heightCm": "refused.INVALID.heightCm",
  "INVALID foundAt": "refused.INVALID.time",
  "INVALID lastSeenAt": "refused.INVALID.time",
  "INVALID seenAt": "refused.INVALID.time",
  "INVALID person": "refused.INVALID.person",
  "INVALID what": "refused.INVALID.what",
  "INVALID pin": "refused.INVALID.pin",
  "INVALID presentPin": "refused.INVALID.presentPin",
  "INVALID file": "refused.INVALID.file",
  "UNAUTHENTICATED code": "refused.UNAUTHENTICATED.code",
  "UNAUTHENTICATED pin": "refused.UNAUTHENTICATED.pin",
  "EXPIRED code": "refused.EXPIRED.code",
  "EXPIRED secret": "refused.EXPIRED.secret",
  "CONFLICT siteId": "refused.CONFLICT.siteId",
  "CONFLICT incidentId": "refused.CONFLICT.incidentId",
  "CONFLICT children": "refused.CONFLICT.children",
  "CONFLICT file": "refused.CONFLICT.file",
};

export function keyOfRefusal({ code, field }: Problem): Key {
  return OF_FIELDS[`${code} ${field?.split(".").at(-1)}`] ?? `refused.${code}`;
}
