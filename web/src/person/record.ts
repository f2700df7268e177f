/** A person as the server keeps it, in a form and back: what nobody touched stays as it was, also what no form shows. */
import type { PersonInput, RegistrationQuery } from "../api/generated/types";
import { COLOURS, type Colour, GARMENTS, type Garment, type MarkDraft, NOBODY, type PersonDraft, RELATIONS, type Relation, type Site, SITES, SPOKEN, type Spoken, toInput } from "./draft";

export type RecordedPerson = NonNullable<RegistrationQuery["registration"]>["person"];

export function toDraft(person: RecordedPerson): PersonDraft {
  const { names, age } = person;
  return {
    ...NOBODY,
    given: names.given ?? (names.family ? "" : (names.full ?? "")),
    family: names.family ?? "",
    asSaid: names.asSaid ?? "",
    sex: person.sex,
    birthDate: age.birthDate ?? "",
    youngest: age.minimum?.toString() ?? "",
    oldest: age.maximum?.toString() ?? "",
    languages: person.languages.filter((tag): tag is Spoken => one(SPOKEN, tag) !== null),
    hair: one(COLOURS, person.hair),
    eyes: one(COLOURS, person.eyes),
    height: person.heightCm?.toString() ?? "",
    marks: marksOf(person.marks),
    clothing: person.clothing.flatMap(({ kind, colour }) => {
      const garment = one(GARMENTS, kind);
      return garment ? [{ kind: garment as Garment, colour: one(COLOURS, colour) as Colour | null }] : [];
    }),
    relatives: person.relatives.map(({ relation, name, phone }) => ({
      relation: one(RELATIONS, relation) as Relation | null,
      name: name ?? "",
      phone: phone ?? "",
    })),
    home: person.home?.text ?? "",
    notes: person.notes ?? "",
  };
}

/** The whole description, with what was changed in the form. */
export function withChanges(person: RecordedPerson, draft: PersonDraft, now: Date): PersonInput {
  const [before, after] = [toInput(toDraft(person), now, true), toInput(draft, now, true)];
  const touched = Object.entries(after).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof PersonInput]),
  );
  const changes = Object.fromEntries(touched) as Partial<PersonInput>;
  const names = changes.names ? { ...person.names, full: null, ...changes.names } : person.names;
  return { ...person, ...changes, ...withUnseen(person, changes), names };
}

/** What a form cannot show of a list stays in it. */
function withUnseen(person: RecordedPerson, { languages, clothing, relatives }: Partial<PersonInput>): Partial<PersonInput> {
  const places = new Map(person.relatives.map(({ name, place }) => [name, place]));
  return {
    ...(languages ? { languages: [...languages, ...person.languages.filter((tag) => one(SPOKEN, tag) === null)] } : {}),
    ...(clothing ? { clothing: [...clothing, ...person.clothing.filter(({ kind }) => one(GARMENTS, kind) === null)] } : {}),
    ...(relatives ? { relatives: relatives.map((one) => ({ ...one, place: places.get(one.name ?? null) ?? null })) } : {}),
  };
}

/** The record has changed elsewhere meanwhile: the form with what is new there, and what was typed here. */
export function onTopOf(before: RecordedPerson, typed: PersonDraft, now: RecordedPerson): PersonDraft {
  const [base, fresh] = [toDraft(before), toDraft(now)];
  const own = Object.entries(typed).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(base[field as keyof PersonDraft]),
  );
  return { ...fresh, ...(Object.fromEntries(own) as Partial<PersonDraft>) };
}

function marksOf(marks: RecordedPerson["marks"]): MarkDraft[] {
  const drafts = new Map<MarkDraft["kind"], MarkDraft>();
  for (const { kind, bodySite, text } of marks) {
    const draft = drafts.get(kind) ?? { kind, where: "", sites: [] };
    const site = one(SITES, bodySite) as Site | null;
    const words = [draft.where, site ? null : bodySite, text].filter(Boolean);
    drafts.set(kind, { kind, where: [...new Set(words)].join(", "), sites: site ? [...draft.sites, site] : draft.sites });
  }
  return [...drafts.values()];
}

function one<Value extends string>(known: readonly Value[], value: string | null): Value | null {
  return known.find((other) => other === value?.toLowerCase()) ?? null;
}
