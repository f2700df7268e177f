/** Children as a volunteer registers them: one, or brothers and sisters in one go. */
import { v7 as newId } from "uuid";
import type { CareStatus, RegisterPersonInput } from "../../api/generated/types";
import type { Content } from "../../kept/queue";
import { isDescribed, NOBODY, type PersonDraft, toInput } from "../../person/draft";

export type ChildDraft = {
  id: string;
  person: PersonDraft;
  photo: Blob | null;
  photoId: string;
  careStatus: CareStatus;
  foundPlace: string;
  medicalNotes: string;
};

export type RegistrationDraft = { groupId: string; at: number; children: ChildDraft[]; foundAt: string };

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

/** Whether enough is known: a name, a description or a photo. */
export function isEnough(child: ChildDraft): boolean {
  return child.photo !== null || isDescribed(child.person);
}

/** What is to be saved: the people first, then their photos. */
export function toQueue(draft: RegistrationDraft, siteId: string): { id: string; content: Content }[] {
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
      photoFollows: child.photo !== null,
    }),
  );
  return [
    { id: draft.groupId, content: { kind: "registration", people, groupId: draft.groupId, form: draft } },
    ...draft.children.flatMap(({ id, photo, photoId }) =>
      photo ? [{ id: photoId, content: { kind: "photo" as const, registrationId: id, photo } }] : [],
    ),
  ];
}
