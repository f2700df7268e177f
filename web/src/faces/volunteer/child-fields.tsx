/** What is asked of a child at a site: the photo first, then what is known. Every field may wait. */
import { useWords } from "../../languages/words";
import { Choice, Text } from "../../parts/fields";
import { PhotoField } from "../../parts/photo";
import {
  ClothingFields,
  LanguageFields,
  LooksFields,
  LooksLikeAge,
  NameFields,
  RelativeFields,
  SexField,
  type Wrong,
} from "../../person/fields";
import type { ChildDraft } from "./draft";

const CARE = ["UNACCOMPANIED", "SEPARATED", "ACCOMPANIED", "ADULT"] as const;

type Properties = {
  child: ChildDraft;
  change: (changes: Partial<ChildDraft>) => void;
  /** What the server said of a field, by its path in a registration. */
  wrong: Wrong;
};

export function ChildFields({ child, change: put, wrong }: Properties) {
  const { say } = useWords();
  const person = {
    person: child.person,
    change: (changes: object) => put({ person: { ...child.person, ...changes } }),
    wrong: (field: string) => wrong(`person.${field}`),
  };
  return (
    <>
      <PhotoField label={say("register.photo")} photo={child.photo} change={(photo) => put({ photo })} />
      <NameFields {...person} />
      <LooksLikeAge {...person} />
      <SexField {...person} />
      <Choice
        must
        label={say("register.care")}
        options={CARE.map((value) => ({ value, label: say(`care.${value}`) }))}
        value={child.careStatus}
        change={(careStatus) => careStatus && put({ careStatus })}
      />
      <Text
        label={say("register.foundPlace")}
        value={child.foundPlace}
        change={(foundPlace) => put({ foundPlace })}
        wrong={wrong("foundPlace.text")}
      />
      <LanguageFields {...person} />
      <LooksFields {...person} />
      <ClothingFields {...person} />
      <h2>{say("register.relatives")}</h2>
      <RelativeFields {...person} />
      <Text
        label={say("person.home")}
        hint={say("register.home.hint")}
        value={child.person.home}
        change={(home) => person.change({ home })}
        wrong={person.wrong("home.text")}
      />
      <Text
        lines
        label={say("register.medical")}
        hint={say("register.medical.hint")}
        value={child.medicalNotes}
        change={(medicalNotes) => put({ medicalNotes })}
        wrong={wrong("medicalNotes")}
      />
      <Text lines label={say("person.notes")} value={child.person.notes} change={(notes) => person.change({ notes })} wrong={person.wrong("notes")} />
    </>
  );
}
