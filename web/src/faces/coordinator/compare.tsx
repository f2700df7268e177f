/** Two records side by side, and what speaks for one child and for two. */
import type { ComponentChildren } from "preact";
import { type Key, useWords } from "../../languages/words";
import { Portrait } from "../../parts/photo";
import { type Match, nameOf } from "./review";

type Person = NonNullable<Match["report"]>["person"];

export function Compare({ match }: { match: Match }) {
  const { say, language } = useWords();
  const { report, registration } = match;
  const moment = (at: string | null) =>
    at ? new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at)) : null;
  const left = report ? factsOf(report.person, say, language) : {};
  const right = registration ? factsOf(registration.person, say, language) : {};
  const rows: [Key, ComponentChildren, ComponentChildren][] = [
    ["compare.when", moment(report?.lastSeenAt ?? null), moment(registration?.foundAt ?? null)],
    ["compare.where", report?.lastSeenPlace.text, registration?.foundPlace.text],
    ...([...new Set([...Object.keys(left), ...Object.keys(right)])] as Key[]).map(
      (key): [Key, ComponentChildren, ComponentChildren] => [key, left[key], right[key]],
    ),
  ];
  return (
    <table class="compare">
      <thead>
        <tr>
          <td />
          <Head title={say("compare.report")} name={report && nameOf(report.person.names)} photos={report?.photos} />
          <Head
            title={say("compare.registration", { site: registration?.site?.name ?? "" })}
            name={registration && nameOf(registration.person.names)}
            photos={registration?.photos}
          />
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

function Head({ title, name, photos }: { title: string; name: string | null | undefined; photos: { id: string; large: string }[] | undefined }) {
  const { say } = useWords();
  return (
    <th scope="col">
      <span class="soft small">{title}</span>
      <div class="photos">
        {photos?.length ? (
          photos.map((photo) => (
            <a key={photo.id} href={photo.large} target="_blank" rel="noreferrer">
              <img src={photo.large} alt={say("compare.photo")} />
            </a>
          ))
        ) : (
          <Portrait photo={null} />
        )}
      </div>
      <bdi>{name ?? say("compare.nameless")}</bdi>
    </th>
  );
}

function factsOf(person: Person, say: (key: Key) => string, language: string): Partial<Record<Key, string>> {
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

const TONES = { AGREE: "for", CLOSE: "for", DISAGREE: "against", CONFLICT: "against", UNKNOWN: "unknown" } as const;
const STRONGEST = 10;

/** Each piece of evidence in words, with its weight as a bar: to the one side for the pair, to the other against it. */
export function Evidence({ match }: { match: Match }) {
  const { say, language } = useWords();
  const bits = new Intl.NumberFormat(language, { signDisplay: "exceptZero", maximumFractionDigits: 1 });
  const known = match.evidence.filter(({ level }) => level !== "UNKNOWN");
  const unknown = match.evidence.filter(({ level }) => level === "UNKNOWN");
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
