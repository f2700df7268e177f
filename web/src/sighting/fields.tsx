/** The questions about a child whom somebody saw; none has to be answered. */
import { useWords } from "../languages/words";
import { Text } from "../parts/fields";
import { PlaceField } from "../parts/place-field";
import { ClothingFields, LooksLikeAge, SexField } from "../person/fields";
import type { SightingDraft } from "./draft";

type Properties = {
  draft: SightingDraft;
  change: (changes: Partial<SightingDraft>) => void;
  wrong: (field: string) => string | undefined;
  incidentId: string | null;
  token?: string | null;
};

/** What the fields are called by the server, for whoever shows what is said of none of them. */
export const ASKED = ["what", "seenAt", "place.text", "person.names.given", "person.age.minimum", "person.age.maximum", "witness.name", "witness.phone", "witness.email"];

export function SeenFields({ draft, change, wrong, incidentId, token = null }: Properties) {
  const { say } = useWords();
  const person = {
    person: draft.person,
    change: (changes: object) => change({ person: { ...draft.person, ...changes } }),
    wrong: (field: string) => wrong(`person.${field}`),
  };
  return (
    <>
      <Text lines label={say("seen.what")} hint={say("seen.what.hint")} value={draft.what} change={(what) => change({ what })} wrong={wrong("what")} />
      <PlaceField label={say("seen.where")} hint={say("seen.where.hint")} place={draft.place} change={(place) => change({ place })} wrong={wrong("place.text")} incidentId={incidentId} token={token} />
      <div class="beside">
        <Text label={say("seen.day")} type="date" max={new Date().toISOString().slice(0, 10)} value={draft.day} change={(day) => change({ day })} wrong={wrong("seenAt")} />
        <Text label={say("seen.time")} type="time" value={draft.time} change={(time) => change({ time })} />
      </div>
      <Text label={say("seen.name")} hint={say("seen.name.hint")} value={draft.person.given} change={(given) => person.change({ given })} wrong={person.wrong("names.given")} />
      <SexField {...person} />
      <LooksLikeAge {...person} />
      <ClothingFields {...person} />
    </>
  );
}

export function WitnessFields({ draft, change, wrong }: Pick<Properties, "draft" | "change" | "wrong">) {
  const { say } = useWords();
  return (
    <>
      <Text label={say("seen.you.name")} autoComplete="name" value={draft.name} change={(name) => change({ name })} wrong={wrong("witness.name")} />
      <Text label={say("seen.you.phone")} type="tel" autoComplete="tel" value={draft.phone} change={(phone) => change({ phone })} wrong={wrong("witness.phone")} />
      <Text label={say("seen.you.email")} type="email" autoComplete="email" value={draft.email} change={(email) => change({ email })} wrong={wrong("witness.email")} />
    </>
  );
}
