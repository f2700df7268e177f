/** A report as a family fills it in: one reporter, one child or several. */
import { v7 as newId } from "uuid";
import type { FileReportInput, NearbyAgreementInput } from "../../api/generated/types";
import { type PlaceDraft, placeInput } from "../../parts/place-field";
import { NOBODY, type PersonDraft, type Relation, toInput } from "../../person/draft";

export type ChildDraft = {
  id: string;
  person: PersonDraft;
  photo: Blob | null;
  photoId: string;
  lastSeenDay: string;
  lastSeenTime: string;
  lastSeenPlace: string;
  /** Which place of that name was meant; null where nobody said. */
  lastSeenMeant: PlaceDraft["meant"];
  nearby: Nearby;
};

/** What those near where a child was last seen may be told: nothing, words, or words and photos. */
export const NEARBY = ["NO", "WORDS", "PHOTOS"] as const;
export type Nearby = (typeof NEARBY)[number];

export type ReportDraft = {
  id: string;
  retryKey: string;
  incidentId: string | null;
  step: Step;
  /** Which child the steps are about. */
  at: number;
  children: ChildDraft[];
  name: string;
  relation: Relation | null;
  phone: string;
  email: string;
};

/** In this order; those of a child are gone through again for each. */
export const STEPS = ["child", "looks", "seen", "you", "check"] as const;
export type Step = (typeof STEPS)[number];

export function newChild(): ChildDraft {
  return {
    id: newId(),
    person: NOBODY,
    photo: null,
    photoId: newId(),
    lastSeenDay: "",
    lastSeenTime: "",
    lastSeenPlace: "",
    lastSeenMeant: null,
    nearby: "NO",
  };
}

export function newReport(): ReportDraft {
  return {
    id: newId(),
    retryKey: secret(),
    incidentId: null,
    step: "child",
    at: 0,
    children: [newChild()],
    name: "",
    relation: null,
    phone: "",
    email: "",
  };
}

export function toFiling(report: ReportDraft, incidentId: string, now: Date): FileReportInput {
  return {
    id: report.id,
    incidentId,
    retryKey: report.retryKey,
    reporter: {
      name: report.name.trim() || null,
      relation: report.relation,
      phone: report.phone.trim() || null,
      email: report.email.trim() || null,
    },
    children: report.children.map((child) => ({
      id: child.id,
      relation: report.relation,
      person: toInput(child.person, now, false),
      lastSeenAt: lastSeen(child),
      lastSeenPlace: placeInput({ text: child.lastSeenPlace, meant: child.lastSeenMeant ?? null }),
      nearby: agreement(child.nearby ?? "NO"),
    })),
  };
}

export function agreement(nearby: Nearby): NearbyAgreementInput {
  return { alert: nearby !== "NO", photos: nearby === "PHOTOS" };
}

/** The moment in the phone's own time zone; noon stands for a day of which no more is known. */
function lastSeen({ lastSeenDay, lastSeenTime }: ChildDraft): string | null {
  if (!lastSeenDay) return null;
  const moment = new Date(`${lastSeenDay}T${lastSeenTime || "12:00"}`);
  return new Date(Math.min(moment.getTime(), Date.now())).toISOString();
}

/** 32 random characters that only this phone knows: with them a lost answer can be asked for again. */
export function secret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
