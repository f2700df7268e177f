/** A person as somebody describes them on a phone; whatever is not known stays empty. */
import type { MarkKind, PersonInput, Sex } from "../api/generated/types";

export const COLOURS = ["black", "brown", "blond", "red", "white", "grey", "blue", "green", "yellow", "pink", "purple", "orange"] as const;
export const HAIR = ["black", "brown", "blond", "red", "grey"] as const;
export const EYES = ["brown", "blue", "green", "grey", "black"] as const;
export const GARMENTS = ["t-shirt", "trousers", "shorts", "skirt", "dress", "jacket", "shoes", "hat", "pyjamas", "swimsuit", "diaper"] as const;
export const MARKS = ["SCAR", "BIRTHMARK", "MOLE", "BURN", "TATTOO", "PIERCING", "DENTAL", "AMPUTATION", "OTHER"] as const satisfies readonly MarkKind[];
/** As the matcher knows them; left and right are the child's own. */
export const SITES = [
  "head", "face", "neck", "chest", "belly", "back", "bottom",
  "right shoulder", "left shoulder", "right arm", "left arm", "right hand", "left hand",
  "right leg", "left leg", "right knee", "left knee", "right foot", "left foot",
] as const;
export const RELATIONS = ["mother", "father", "sibling", "grandparent", "aunt or uncle", "cousin", "guardian"] as const;
/** Asked for by name; anything else is written beside them. */
export const SPOKEN = ["en", "es", "fr", "ht", "vi", "uk", "ar", "pt", "ru", "zh"] as const;

export type Colour = (typeof COLOURS)[number];
export type Garment = (typeof GARMENTS)[number];
export type Spoken = (typeof SPOKEN)[number];
export type Relation = (typeof RELATIONS)[number];

export type Site = (typeof SITES)[number];
/** `sites` were tapped on a body, `where` is in words. */
export type MarkDraft = { kind: MarkKind; where: string; sites: Site[] };
export type GarmentDraft = { kind: Garment; colour: Colour | null };
export type RelativeDraft = { relation: Relation | null; name: string; phone: string };

export type PersonDraft = {
  given: string;
  family: string;
  asSaid: string;
  sex: Sex | null;
  birthDate: string;
  youngest: string;
  oldest: string;
  languages: Spoken[];
  hair: Colour | null;
  eyes: Colour | null;
  height: string;
  marks: MarkDraft[];
  clothing: GarmentDraft[];
  relatives: RelativeDraft[];
  home: string;
  notes: string;
};

export const NOBODY: PersonDraft = {
  given: "",
  family: "",
  asSaid: "",
  sex: null,
  birthDate: "",
  youngest: "",
  oldest: "",
  languages: [],
  hair: null,
  eyes: null,
  height: "",
  marks: [],
  clothing: [],
  relatives: [],
  home: "",
  notes: "",
};

/** What the person is called on this phone's screens, or null where nothing is known. */
export function calledBy(person: PersonDraft): string | null {
  return [person.given, person.family].filter((name) => name.trim()).join(" ") || person.asSaid.trim() || null;
}

export function isDescribed(person: PersonDraft): boolean {
  return JSON.stringify(person) !== JSON.stringify(NOBODY);
}

/** `now` is the moment at which the years hold; `looked` tells that the age was guessed by looking. */
export function toInput(person: PersonDraft, now: Date, looked: boolean): PersonInput {
  const years = [number(person.youngest), number(person.oldest)];
  const [minimum, maximum] = [years[0] ?? years[1], years[1] ?? years[0]];
  const knowsAge = person.birthDate !== "" || minimum !== null;
  return {
    names: { given: text(person.given), family: text(person.family), asSaid: text(person.asSaid) },
    sex: person.sex,
    age: knowsAge
      ? {
          birthDate: text(person.birthDate),
          minimum: minimum ?? null,
          maximum: maximum ?? null,
          source: looked && !person.birthDate ? "ESTIMATED" : "STATED",
          asOf: now.toISOString(),
        }
      : null,
    languages: person.languages,
    hair: person.hair,
    eyes: person.eyes,
    heightCm: number(person.height),
    marks: person.marks.flatMap(marksOf),
    clothing: person.clothing.map(({ kind, colour }) => ({ kind, colour })),
    relatives: person.relatives
      .filter(({ relation, name, phone }) => relation || name.trim() || phone.trim())
      .map(({ relation, name, phone }) => ({ relation, name: text(name), phone: text(phone) })),
    home: text(person.home) ? { text: person.home.trim() } : null,
    notes: text(person.notes),
  };
}

/** One for each place that was tapped; the words are said of each. */
function marksOf({ kind, where, sites }: MarkDraft): NonNullable<PersonInput["marks"]> {
  if (sites.length === 0) return [{ kind, bodySite: text(where) }];
  return sites.map((bodySite) => ({ kind, bodySite, text: text(where) }));
}

function text(value: string): string | null {
  return value.trim() || null;
}

/** A decimal comma is a comma in half of the world. */
function number(value: string): number | null {
  const read = Number(value.replace(",", "."));
  return value.trim() && Number.isFinite(read) ? read : null;
}
