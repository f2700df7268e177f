/** Children as a volunteer registers them: one, or brothers and sisters in one go. */
import { v7 as newId } from "uuid";
import type { CareStatus, RegisterPersonInput, RegistrationQuery } from "../../api/generated/types";
import type { Saving } from "../../kept/queue";
import { isDescribed, NOBODY, type PersonDraft, toInput } from "../../person/draft";
import { onTopOf, toDraft, withChanges } from "../../person/record";

export type ChildDraft = {
  id: string;
  person: PersonDraft;
  photo: Blob | null;
  photoId: string;
  careStatus: CareStatus;
  foundPlace: string;
  medicalNotes: string;
};

export type RegistrationDraft = {
  groupId: string;
  at: number;
  children: ChildDraft[];
  foundAt: string;
  /** A photo that could not be sent, and waits until this is saved with it. */
  insteadOf?: string;
};

export function newChild(like: ChildDraft | null = null): ChildDraft {
  return {
    id: newId(),
    person: like ? { ...NOBODY, family: like.person.family, languages: like.person.languages, home: like.person.home } : NOBODY,
    photo: null,
    photoId: newId(),
    careStatus: like?.careStatus ?? "UNACCOMPANIED",
    foundPlace: like?.foundPlace ?? "",
    medicalNotes: "",
  };
}

export function newRegistration(): RegistrationDraft {
  return { groupId: newId(), at: 0, children: [newChild()], foundAt: new Date().toISOString() };
}

/** The same under ids of its own, since there is something else under those that it has. */
export function renewed(form: RegistrationDraft): RegistrationDraft {
  return { ...form, groupId: newId(), children: form.children.map((child) => ({ ...child, id: newId(), photoId: newId() })) };
}

/** A record that is there already, as somebody changes it: `version` is of `before`, the record as it was then. */
export type ChangeDraft = { before: Recorded; child: ChildDraft };
export type Recorded = NonNullable<RegistrationQuery["registration"]>;

export function toChange(before: Recorded): ChangeDraft {
  const child: ChildDraft = {
    id: before.id,
    person: toDraft(before.person),
    photo: null,
    photoId: newId(),
    careStatus: before.careStatus,
    foundPlace: before.foundPlace?.text ?? "",
    medicalNotes: before.medicalNotes ?? "",
  };
  return { before, child };
}

/** What was typed, on top of the record as somebody else has changed it. */
export function rebased({ before, child }: ChangeDraft, now: Recorded): ChangeDraft {
  const [base, fresh] = [toChange(before).child, toChange(now).child];
  const own = (["careStatus", "foundPlace", "medicalNotes"] as const).filter((field) => child[field] !== base[field]);
  const typed = Object.fromEntries(own.map((field) => [field, child[field]]));
  return {
    before: now,
    child: { ...child, ...fresh, ...typed, photo: child.photo, photoId: child.photoId, person: onTopOf(before.person, child.person, now.person) },
  };
}

/** What is to be sent of it: what was changed, and a photo. */
export function changesToQueue(draft: ChangeDraft): Saving[] {
  const { before, child } = draft;
  const base = toChange(before).child;
  const place = child.foundPlace.trim();
  const input = {
    id: before.id,
    version: before.version,
    person: withChanges(before.person, child.person, new Date()),
    careStatus: child.careStatus,
    ...(child.foundPlace === base.foundPlace ? {} : { foundPlace: { text: place || null, point: null } }),
    ...(child.medicalNotes === base.medicalNotes ? {} : { medicalNotes: child.medicalNotes.trim() || null }),
  };
  return [
    { id: `change ${before.id}`, content: { kind: "change", input, form: draft } },
    ...(child.photo
      ? [{ id: child.photoId, content: { kind: "photo" as const, registrationId: before.id, photo: child.photo } }]
      : []),
  ];
}

/** Whether enough is known: a name, a description or a photo. */
export function isEnough(child: ChildDraft): boolean {
  return child.photo !== null || isDescribed(child.person);
}

/** What is to be saved: the people first, then their photos. */
export function toQueue(draft: RegistrationDraft, siteId: string): Saving[] {
  const now = new Date();
  const people = draft.children.map(
    (child): RegisterPersonInput => ({
      id: child.id,
      siteId,
      careStatus: child.careStatus,
      foundAt: draft.foundAt,
      person: toInput(child.person, now, true),
      foundPlace: child.foundPlace.trim() ? { text: child.foundPlace.trim() } : null,
      medicalNotes: child.medicalNotes.trim() || null,
      photoId: child.photo ? child.photoId : null,
    }),
  );
  return [
    { id: draft.groupId, content: { kind: "registration", people, groupId: draft.groupId, form: draft } },
    ...draft.children.flatMap(({ id, photo, photoId }) =>
      photo ? [{ id: photoId, content: { kind: "photo" as const, registrationId: id, photo } }] : [],
    ),
  ];
}
