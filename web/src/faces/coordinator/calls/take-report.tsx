/** A report on behalf of a caller: the same questions as on a family's own phone, on one page, for several children. */
import { useState } from "preact/hooks";
import { useDraft } from "../../../kept/use-draft";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Choice, Text } from "../../../parts/fields";
import { Icon } from "../../../parts/icons";
import { Notice } from "../../../parts/notice";
import { PlaceField } from "../../../parts/place-field";
import { calledBy, RELATIONS } from "../../../person/draft";
import { AgeFields, ClothingFields, LanguageFields, LooksFields, NameFields, SexField } from "../../../person/fields";
import { type ChildDraft, newChild } from "../../family/draft";
import { type CallDraft, type CaseToReadOut, fileForCaller, newCall, placeOf } from "./calls";
import { ReadOut } from "./read-out";

export function TakeReport({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  // Kept with the incident: a call that was cut off is gone on with where it belongs.
  const draft = useDraft<CallDraft>(`call ${incidentId}`, newCall);
  const [given, setGiven] = useState<CaseToReadOut | null>(null);
  const attempt = useAttempt();
  const call = draft.content;
  if (given) return <ReadOut given={given} again={() => setGiven(null)} />;
  if (!call) return null;
  const put = (child: ChildDraft, changes: Partial<ChildDraft>) =>
    draft.change({ children: call.children.map((other) => (other.id === child.id ? { ...other, ...changes } : other)) });
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const filed = await fileForCaller(session, incidentId, call);
      await draft.discard();
      setGiven(filed);
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <section class="card">
        <h2>{say("calls.caller")}</h2>
        <div class="beside">
          <Text label={say("calls.caller.name")} value={call.name} change={(name) => draft.change({ name })} wrong={attempt.wrong("reporter.name")} />
          <Text label={say("calls.caller.phone")} type="tel" value={call.phone} change={(phone) => draft.change({ phone })} wrong={attempt.wrong("reporter.phone")} />
          <Text label={say("calls.caller.email")} type="email" value={call.email} change={(email) => draft.change({ email })} wrong={attempt.wrong("reporter.email")} />
        </div>
        <Choice
          label={say("calls.caller.relation")}
          options={RELATIONS.map((value) => ({ value, label: say(`relation.${value}`) }))}
          value={call.relation}
          change={(relation) => draft.change({ relation })}
        />
      </section>
      {call.children.map((child, index) => {
        const wrong = (field: string) => attempt.wrong(`children.${index}.${field}`);
        const person = {
          person: child.person,
          change: (changes: object) => put(child, { person: { ...child.person, ...changes } }),
          wrong: (field: string) => wrong(`person.${field}`),
        };
        return (
          <section class="card" key={child.id}>
            <div class="row">
              <h2 class="grows">
                <bdi>{calledBy(child.person) ?? say("calls.child", { number: index + 1 })}</bdi>
              </h2>
              {call.children.length > 1 ? (
                <button type="button" class="button quiet" onClick={() => draft.change({ children: call.children.filter(({ id }) => id !== child.id) })}>
                  {say("remove")}
                </button>
              ) : null}
            </div>
            <div class="beside">
              <NameFields {...person} />
            </div>
            <div class="beside">
              <AgeFields {...person} />
            </div>
            <SexField {...person} />
            <div class="beside">
              <Text
                label={say("calls.seen.day")}
                type="date"
                max={new Date().toISOString().slice(0, 10)}
                value={child.lastSeenDay}
                change={(lastSeenDay) => put(child, { lastSeenDay })}
                wrong={wrong("lastSeenAt")}
              />
              <Text label={say("calls.seen.time")} type="time" value={child.lastSeenTime} change={(lastSeenTime) => put(child, { lastSeenTime })} />
            </div>
            <PlaceField
              label={say("calls.seen.place")}
              place={placeOf(call, child.id)}
              change={(place) => draft.change({ places: { ...call.places, [child.id]: place } })}
              wrong={wrong("lastSeenPlace.text")}
              incidentId={incidentId}
              token={session.token}
            />
            <Text label={say("person.home")} value={child.person.home} change={(home) => person.change({ home })} wrong={person.wrong("home.text")} />
            <details>
              <summary>{say("calls.looks")}</summary>
              <div class="stack">
                <LooksFields {...person} />
                <ClothingFields {...person} />
                <LanguageFields {...person} />
              </div>
            </details>
            <Text lines label={say("person.notes")} hint={say("person.notes.hint")} value={child.person.notes} change={(notes) => person.change({ notes })} wrong={person.wrong("notes")} />
          </section>
        );
      })}
      <div class="row wraps">
        <button type="button" class="button" onClick={() => draft.change({ children: [...call.children, newChild()] })}>
          <Icon name="plus" />
          {say("calls.child.another")}
        </button>
      </div>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <div class="row wraps">
        <button type="submit" class="button main" aria-disabled={attempt.running}>
          {say("calls.file")}
        </button>
        <button type="button" class="button quiet" onClick={() => void draft.discard()}>
          {say("calls.empty")}
        </button>
      </div>
    </form>
  );
}
