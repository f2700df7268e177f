/** Registering a child in under a minute, with one thumb: the photo first, then what is known. */
import { useState } from "preact/hooks";
import { save } from "../../kept/queue";
import type { Session } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { Choice, Text } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { Notice } from "../../parts/notice";
import { PhotoField, Portrait } from "../../parts/photo";
import { Screen } from "../../parts/screen";
import { calledBy } from "../../person/draft";
import {
  ClothingFields,
  LanguageFields,
  LooksFields,
  LooksLikeAge,
  NameFields,
  RelativeFields,
  SexField,
} from "../../person/fields";
import { type ChildDraft, isEnough, newChild, newRegistration, type RegistrationDraft, toQueue } from "./draft";

const CARE = ["UNACCOMPANIED", "SEPARATED", "ACCOMPANIED", "ADULT"] as const;

type Properties = {
  session: Session;
  /** What the server would not take of this very form, by field. */
  refused: readonly { message: string; field: string | null }[];
  saved: (count: number) => void;
  leave: () => void;
};

export function RegisterScreen({ session, refused, saved, leave }: Properties) {
  const { say } = useWords();
  const draft = useDraft<RegistrationDraft>("registration", newRegistration);
  const [tried, setTried] = useState(false);
  const form = draft.content;
  if (!form) return null;
  const child = form.children[form.at] ?? newChild();
  const put = (changes: Partial<ChildDraft>) =>
    draft.change({ children: form.children.map((other, index) => (index === form.at ? { ...child, ...changes } : other)) });
  const path = form.children.length > 1 ? `siblings.${form.at}.` : "";
  const wrong = (field: string) => refused.find((problem) => problem.field === `${path}${field}`)?.message;
  const person = {
    person: child.person,
    change: (changes: object) => put({ person: { ...child.person, ...changes } }),
    wrong: (field: string) => wrong(`person.${field}`),
  };
  const lacking = form.children.findIndex((one) => !isEnough(one));

  const submit = async () => {
    setTried(true);
    if (lacking >= 0) {
      draft.change({ at: lacking });
      return;
    }
    await save(toQueue(form, session.site?.id ?? ""));
    await draft.discard();
    saved(form.children.length);
  };

  return (
    <Screen
      title={say(form.children.length > 1 ? "register.titleMany" : "register.title")}
      back={leave}
      actions={
        <button type="button" class="button main" onClick={() => void submit()}>
          {say("register.save")}
        </button>
      }
    >
      {refused.length > 0 ? (
        <Notice tone="bad">
          <ul>
            {refused.map((problem) => (
              <li key={problem.field}>{problem.message}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {tried && lacking >= 0 ? <Notice tone="bad">{say("register.lacking")}</Notice> : null}
      {form.children.length > 1 ? (
        <Choice
          must
          label={say("register.which")}
          options={form.children.map((one, index) => ({
            value: String(index),
            label: calledBy(one.person) ?? say("register.nth", { number: index + 1 }),
            picture: <Portrait photo={one.photo} small />,
          }))}
          value={String(form.at)}
          change={(value) => draft.change({ at: Number(value ?? 0) })}
        />
      ) : null}
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
      <button
        type="button"
        class="button"
        onClick={() => draft.change({ children: [...form.children, newChild(child)], at: form.children.length })}
      >
        <Icon name="plus" />
        {say("register.sibling")}
      </button>
      {form.children.length > 1 ? (
        <button
          type="button"
          class="button quiet"
          onClick={() => draft.change({ children: form.children.filter((one) => one !== child), at: 0 })}
        >
          {say("register.remove")}
        </button>
      ) : null}
    </Screen>
  );
}
