/** The description of a person, in groups that a screen shows as it needs them. Every field may stay empty. */
import type { Key } from "../languages/words";
import { useWords } from "../languages/words";
import { Choice, Choices, Text } from "../parts/fields";
import { Icon } from "../parts/icons";
import { BodyField } from "./body";
import {
  type Colour,
  COLOURS,
  EYES,
  GARMENTS,
  HAIR,
  type MarkDraft,
  MARKS,
  type PersonDraft,
  RELATIONS,
  SPOKEN,
} from "./draft";

export type Wrong = (field: string) => string | undefined;

type Properties = {
  person: PersonDraft;
  change: (changes: Partial<PersonDraft>) => void;
  /** What the server said of a field, by its path in a person. */
  wrong?: Wrong | undefined;
};

const SEXES = ["FEMALE", "MALE", "OTHER"] as const;
const right: Wrong = () => undefined;

export function NameFields({ person, change, wrong = right }: Properties) {
  const { say } = useWords();
  return (
    <>
      <Text label={say("person.given")} value={person.given} change={(given) => change({ given })} wrong={wrong("names.given")} />
      <Text label={say("person.family")} value={person.family} change={(family) => change({ family })} wrong={wrong("names.family")} />
      <Text
        label={say("person.asSaid")}
        hint={say("person.asSaid.hint")}
        value={person.asSaid}
        change={(asSaid) => change({ asSaid })}
        wrong={wrong("names.asSaid")}
      />
    </>
  );
}

export function SexField({ person, change }: Properties) {
  const { say } = useWords();
  const options = SEXES.map((value) => ({ value, label: say(`sex.${value}`) }));
  return <Choice label={say("person.sex")} options={options} value={person.sex} change={(sex) => change({ sex })} />;
}

/** By birth date, where it is known, else by years. */
export function AgeFields({ person, change, wrong = right }: Properties) {
  const { say } = useWords();
  return (
    <>
      <Text
        label={say("person.birthDate")}
        type="date"
        max={new Date().toISOString().slice(0, 10)}
        value={person.birthDate}
        change={(birthDate) => change({ birthDate })}
        wrong={wrong("age.birthDate")}
      />
      <Text
        label={say("person.years")}
        hint={say("person.years.hint")}
        inputMode="decimal"
        value={person.youngest}
        change={(years) => change({ youngest: years, oldest: years })}
        wrong={wrong("age.minimum") ?? wrong("age.maximum")}
      />
    </>
  );
}

const SPANS = [["0", "1"], ["2", "3"], ["4", "6"], ["7", "9"], ["10", "12"], ["13", "15"], ["16", "17"], ["18", "20"]] as const;

/** As it looks: one tap, or from so many years to so many. */
export function LooksLikeAge({ person, change, wrong = right }: Properties) {
  const { say, number } = useWords();
  const options = SPANS.map(([from, to]) => ({
    value: `${from}-${to}`,
    label: say("person.span", { from: number(Number(from)), to: number(Number(to)) }),
  }));
  const pick = (span: string | null) => {
    const [youngest = "", oldest = ""] = span?.split("-") ?? [];
    change({ youngest, oldest });
  };
  return (
    <>
      <Choice label={say("person.looksLike")} options={options} value={`${person.youngest}-${person.oldest}`} change={pick} />
      <div class="beside">
        <Text label={say("person.from")} inputMode="decimal" value={person.youngest} change={(youngest) => change({ youngest })} wrong={wrong("age.minimum")} />
        <Text label={say("person.to")} inputMode="decimal" value={person.oldest} change={(oldest) => change({ oldest })} wrong={wrong("age.maximum")} />
      </div>
    </>
  );
}

export function LooksFields({ person, change, wrong = right }: Properties) {
  const { say } = useWords();
  return (
    <>
      <ColourField label={say("person.hair")} colours={HAIR} value={person.hair} change={(hair) => change({ hair })} />
      <ColourField label={say("person.eyes")} colours={EYES} value={person.eyes} change={(eyes) => change({ eyes })} />
      <Text
        label={say("person.height")}
        inputMode="numeric"
        value={person.height}
        change={(height) => change({ height })}
        wrong={wrong("heightCm")}
      />
      <MarkFields person={person} change={change} wrong={wrong} />
    </>
  );
}

function ColourField(properties: {
  label: string;
  colours: readonly Colour[];
  value: Colour | null;
  change: (value: Colour | null) => void;
}) {
  const { say } = useWords();
  const options = properties.colours.map((value) => ({
    value,
    label: say(`colour.${value}`),
    picture: <i class={`swatch ${value}`} aria-hidden="true" />,
  }));
  return <Choice label={properties.label} options={options} value={properties.value} change={properties.change} />;
}

function MarkFields({ person, change }: Properties) {
  const { say } = useWords();
  const options = MARKS.map((value) => ({ value, label: say(`mark.${value}`) }));
  const put = (mark: MarkDraft, changes: Partial<MarkDraft>) =>
    change({ marks: person.marks.map((other) => (other === mark ? { ...mark, ...changes } : other)) });
  return (
    <>
      <Choices
        label={say("person.marks")}
        hint={say("person.marks.hint")}
        options={options}
        value={person.marks.map((mark) => mark.kind)}
        change={(kinds) =>
          change({
            marks: kinds.map((kind) => person.marks.find((mark) => mark.kind === kind) ?? { kind, where: "", sites: [] }),
          })
        }
      />
      {person.marks.map((mark) => (
        <BodyField
          key={mark.kind}
          label={say("person.mark.where", { mark: say(`mark.${mark.kind}`) })}
          sites={mark.sites}
          change={(sites) => put(mark, { sites })}
          words={mark.where}
          changeWords={(where) => put(mark, { where })}
        />
      ))}
    </>
  );
}

export function ClothingFields({ person, change }: Properties) {
  const { say } = useWords();
  const garments = GARMENTS.map((value) => ({ value, label: say(`garment.${value}`) }));
  return (
    <>
      <Choices
        label={say("person.clothing")}
        options={garments}
        value={person.clothing.map((item) => item.kind)}
        change={(kinds) =>
          change({
            clothing: kinds.map((kind) => person.clothing.find((item) => item.kind === kind) ?? { kind, colour: null }),
          })
        }
      />
      {person.clothing.map((item) => (
        <ColourField
          key={item.kind}
          label={say("person.clothing.colour", { garment: say(`garment.${item.kind}`) })}
          colours={COLOURS}
          value={item.colour}
          change={(colour) =>
            change({ clothing: person.clothing.map((other) => (other === item ? { ...item, colour } : other)) })
          }
        />
      ))}
    </>
  );
}

export function LanguageFields({ person, change }: Properties) {
  const { say, language } = useWords();
  const names = new Intl.DisplayNames([language], { type: "language" });
  const options = SPOKEN.map((value) => ({ value, label: names.of(value) ?? value }));
  return (
    <Choices
      label={say("person.languages")}
      options={options}
      value={person.languages}
      change={(languages) => change({ languages })}
    />
  );
}

export function RelativeFields({ person, change, wrong = right }: Properties) {
  const { say } = useWords();
  const options = RELATIONS.map((value) => ({ value, label: say(`relation.${value}`) }));
  const relatives = person.relatives;
  return (
    <>
      {relatives.map((relative, index) => {
        const put = (changes: Partial<typeof relative>) =>
          change({ relatives: relatives.map((other) => (other === relative ? { ...relative, ...changes } : other)) });
        return (
          <div class="card" key={index}>
            <Choice
              label={say("person.relative.relation")}
              options={options}
              value={relative.relation}
              change={(relation) => put({ relation })}
            />
            <Text label={say("person.relative.name")} value={relative.name} change={(name) => put({ name })} wrong={wrong(`relatives.${index}.name`)} />
            <Text
              label={say("person.relative.phone")}
              type="tel"
              value={relative.phone}
              change={(phone) => put({ phone })}
              wrong={wrong(`relatives.${index}.phone`)}
            />
            <button
              type="button"
              class="button quiet"
              onClick={() => change({ relatives: relatives.filter((other) => other !== relative) })}
            >
              {say("remove")}
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="button"
        onClick={() => change({ relatives: [...relatives, { relation: null, name: "", phone: "" }] })}
      >
        <Icon name="plus" />
        {say("person.relative.add")}
      </button>
    </>
  );
}

/** The words of what a draft holds, for a last look before it is sent. */
export function Facts({ person }: { person: PersonDraft }) {
  const { say } = useWords();
  const years = person.youngest === person.oldest ? person.youngest : `${person.youngest}–${person.oldest}`;
  const placesOf = ({ sites, where }: MarkDraft) => [...sites.map((site) => say(`body.${site}`)), where].filter(Boolean).join(", ");
  const facts: [Key, string][] = [
    ["person.given", person.given],
    ["person.family", person.family],
    ["person.asSaid", person.asSaid],
    ["person.sex", person.sex ? say(`sex.${person.sex}`) : ""],
    ["person.birthDate", person.birthDate],
    ["person.age", person.birthDate ? "" : years],
    ["person.hair", person.hair ? say(`colour.${person.hair}`) : ""],
    ["person.eyes", person.eyes ? say(`colour.${person.eyes}`) : ""],
    ["person.height", person.height],
    ["person.marks", person.marks.map((mark) => [say(`mark.${mark.kind}`), placesOf(mark)].filter(Boolean).join(": ")).join("; ")],
    [
      "person.clothing",
      person.clothing
        .map(({ kind, colour }) => [say(`garment.${kind}`), colour && say(`colour.${colour}`)].filter(Boolean).join(", "))
        .join("; "),
    ],
    ["person.home", person.home],
    ["person.notes", person.notes],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value.trim())
        .map(([key, value]) => (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}
