/** Two records side by side, and what speaks for one child and for two. */
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import type { MatchQuery } from "../../api/generated/types";
import { type Key, useWords } from "../../languages/words";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { nameOf } from "./review";

type Match = NonNullable<MatchQuery["match"]>;
type Person = NonNullable<Match["report"]>["person"];
type Piece = Pick<Match["evidence"][number], "feature" | "level" | "bits" | "words">;

/** One of the two records. */
export type Side = {
  title: string;
  when: string | null;
  where: string | null;
  person: Person;
  photos: { id: string; large: string }[];
  /** The screen of the whole record. */
  at: string;
};

/** Where one record is shown as a whole. */
export const placeOf = (kind: "registration" | "report", id: string): string => `/desk/record?${kind}=${id}`;

export function Compare({ left: one, right: other }: { left: Side | null; right: Side | null }) {
  const { say, spoken, moment } = useWords();
  const left = one ? factsOf(one.person, say, spoken) : {};
  const right = other ? factsOf(other.person, say, spoken) : {};
  const rows: [Key, ComponentChildren, ComponentChildren][] = [
    ["compare.when", one?.when && moment(one.when), other?.when && moment(other.when)],
    ["compare.where", one?.where, other?.where],
    ...([...new Set([...Object.keys(left), ...Object.keys(right)])] as Key[]).map(
      (key): [Key, ComponentChildren, ComponentChildren] => [key, left[key], right[key]],
    ),
  ];
  return (
    <table class="compare">
      <thead>
        <tr>
          <td />
          <Head side={one} />
          <Head side={other} />
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(([, one, other]) => one || other)
          .map(([key, one, other]) => (
            <tr key={key}>
              <th scope="row">{say(key)}</th>
              <td>{one ? <bdi>{one}</bdi> : <span class="soft">–</span>}</td>
              <td>{other ? <bdi>{other}</bdi> : <span class="soft">–</span>}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function Head({ side }: { side: Side | null }) {
  const { say } = useWords();
  const photos = side?.photos ?? [];
  return (
    <th scope="col">
      <span class="soft small">{side?.title ?? say("compare.hidden")}</span>
      <div class="photos">
        {photos.length > 0 ? (
          photos.map((photo) => (
            <a key={photo.id} href={photo.large} target="_blank" rel="noreferrer">
              <img src={photo.large} alt={say("compare.photo")} />
            </a>
          ))
        ) : (
          <Portrait photo={null} />
        )}
      </div>
      <bdi>{(side && nameOf(side.person.names)) ?? say("compare.nameless")}</bdi>
      {side ? (
        <p class="small">
          <Link href={side.at}>{say("compare.whole")}</Link>
        </p>
      ) : null}
    </th>
  );
}

/** What is known of a person, in words, by what it is called. */
export function factsOf(person: Person, say: (key: Key) => string, language: string): Partial<Record<Key, string>> {
  const { minimum, maximum, birthDate } = person.age;
  const years = minimum === maximum ? minimum : `${minimum ?? "?"}–${maximum ?? "?"}`;
  const names = new Intl.DisplayNames([language], { type: "language", fallback: "code" });
  const listed = (texts: (string | null)[][]) => texts.map((parts) => parts.filter(Boolean).join(" ")).join("; ");
  const facts: Partial<Record<Key, string | null>> = {
    "person.asSaid": person.names.asSaid,
    "compare.otherNames": person.names.others.join(", "),
    "person.sex": person.sex && say(`sex.${person.sex}`),
    "compare.age": [birthDate, years === null ? null : String(years)].filter(Boolean).join(" · "),
    "person.languages": person.languages.map((tag) => names.of(tag)).join(", "),
    "person.hair": person.hair,
    "person.eyes": person.eyes,
    "person.height": person.heightCm === null ? null : String(person.heightCm),
    "person.marks": listed(person.marks.map(({ kind, bodySite, text }) => [say(`mark.${kind}`), bodySite, text])),
    "person.clothing": listed(person.clothing.map(({ colour, kind, text }) => [colour, kind, text])),
    "compare.belongings": listed(person.belongings.map(({ colour, kind, text }) => [colour, kind, text])),
    "compare.relatives": listed(person.relatives.map(({ relation, name, phone }) => [relation, name, phone])),
    "person.home": person.home.text,
    "person.notes": person.notes,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value)) as Partial<Record<Key, string>>;
}

/** What should not be where it is one child, said before anything else. */
export function Conflicts({ evidence }: { evidence: readonly Piece[] }) {
  const { say } = useWords();
  const against = evidence.filter(({ level }) => level === "CONFLICT");
  if (against.length === 0) return null;
  return <Notice tone="warn">{say("evidence.conflicts", { features: against.map(({ feature }) => say(`feature.${feature}`)).join(", ") })}</Notice>;
}

const TONES = { AGREE: "for", CLOSE: "for", DISAGREE: "against", CONFLICT: "against", UNKNOWN: "unknown" } as const;
const STRONGEST = 10;

/** Each piece of evidence in words, with its weight as a bar: to the one side for the pair, to the other against it. */
export function Evidence({ evidence }: { evidence: readonly Piece[] }) {
  const { say, spoken } = useWords();
  const bits = new Intl.NumberFormat(spoken, { signDisplay: "exceptZero", maximumFractionDigits: 1 });
  const known = evidence.filter(({ level }) => level !== "UNKNOWN");
  const unknown = evidence.filter(({ level }) => level === "UNKNOWN");
  return (
    <section class="stack">
      <h2>{say("evidence.title")}</h2>
      <ul class="evidence">
        {[...known]
          .sort((one, other) => Math.abs(other.bits) - Math.abs(one.bits))
          .map((piece) => (
            <li key={piece.feature} class={TONES[piece.level]}>
              <span class="label">
                {say(`feature.${piece.feature}`)} <span class="tag">{say(`level.${piece.level}`)}</span>
              </span>
              <meter
                min={0}
                max={STRONGEST}
                value={Math.min(Math.abs(piece.bits), STRONGEST)}
                aria-label={say("evidence.weight", { bits: bits.format(piece.bits) })}
              />
              <span class="weight">{bits.format(piece.bits)}</span>
              <span class="words">{piece.words}</span>
            </li>
          ))}
      </ul>
      {unknown.length > 0 ? (
        <p class="soft small">
          {say("evidence.unknown", { features: unknown.map(({ feature }) => say(`feature.${feature}`)).join(", ") })}
        </p>
      ) : null}
    </section>
  );
}
