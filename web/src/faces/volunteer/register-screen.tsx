/** Registering a child in under a minute, with one thumb: the photo first, then what is known. */
import { useEffect, useState } from "preact/hooks";
import type { Refused } from "../../kept/database";
import { save } from "../../kept/delivery";
import { all, photosOf } from "../../kept/queue";
import type { Session } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { Choice } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { Screen } from "../../parts/screen";
import { calledBy } from "../../person/draft";
import { ChildFields } from "./child-fields";
import { type ChildDraft, isEnough, newChild, newRegistration, type RegistrationDraft, toQueue } from "./draft";

type Properties = {
  session: Session;
  /** A form that the server refused, and that waits in the queue until it is saved again. */
  mending: boolean;
  saved: (count: number) => void;
  leave: () => void;
};

export function RegisterScreen({ session, mending, saved, leave }: Properties) {
  const { say, refusal } = useWords();
  const draft = useDraft<RegistrationDraft>(mending ? "mending" : "registration", newRegistration);
  const [tries, setTries] = useState(0);
  const form = draft.content;
  const refused = useRefused(form?.groupId);
  if (!form) return null;
  const child = form.children[form.at] ?? newChild();
  const put = (changes: Partial<ChildDraft>) =>
    draft.change({ children: form.children.map((other, index) => (index === form.at ? { ...child, ...changes } : other)) });
  const path = form.children.length > 1 ? `siblings.${form.at}.` : "";
  const wrong = (field: string) => refused.filter((problem) => problem.field === `${path}${field}`).map(refusal)[0];
  const lacking = form.children.findIndex((one) => !isEnough(one));

  const submit = async () => {
    setTries(tries + 1);
    if (lacking >= 0) {
      draft.change({ at: lacking });
      return;
    }
    await save(toQueue(form, session.site?.id ?? ""), mending ? await madeAnew(form) : []);
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
              <li key={problem.field}>{refusal(problem)}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {tries > 0 && lacking >= 0 ? <Notice key={tries} tone="bad">{say("register.lacking")}</Notice> : null}
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
      <ChildFields child={child} change={put} wrong={wrong} />
      <button
        type="button"
        class="button"
        onClick={() => {
          setTries(0);
          draft.change({ children: [...form.children, newChild(child)], at: form.children.length });
        }}
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

/** What the server would not take of this very form; it stays in the queue until the form is saved anew. */
export function useRefused(id: string | undefined): readonly Refused[] {
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  useEffect(() => {
    if (id) void all().then((items) => setRefused(items.find((item) => item.id === id)?.refused ?? []));
  }, [id]);
  return refused;
}

/** What waited before the form was mended: photos may be in it no more. */
async function madeAnew(form: RegistrationDraft): Promise<string[]> {
  return [...(await photosOf(form.children)), ...(form.insteadOf ? [form.insteadOf] : [])];
}
