/** A question that came up with a child, and its answer: the fields of what is asked, words beside them, or nothing. */
import { useState } from "preact/hooks";
import { v7 as newId } from "uuid";
import type { AnswerInput, AskedKind, MarkKind } from "../api/generated/types";
import { useWords } from "../languages/words";
import { useAttempt } from "../parts/attempt";
import { Choice, Text } from "../parts/fields";
import { Notice } from "../parts/notice";
import { PhotoField } from "../parts/photo";
import { MARKS, NOBODY, type PersonDraft, SITES, toInput } from "./draft";
import { AgeFields, ClothingFields, LanguageFields } from "./fields";

export type Asked = { id: string; kind: AskedKind; bodySite: string | null; text: string | null };
export type Photo = { id: string; photo: Blob };

type Typed = {
  person: PersonDraft;
  has: "yes" | "no" | null;
  mark: MarkKind | null;
  photo: Blob | null;
  photoId: string;
  day: string;
  place: string;
  words: string;
};

type Properties = {
  asked: Asked;
  name: string;
  /** Send the photo, if there is one, and then the answer. Raises Refusal, Unreachable. */
  answer: (answer: AnswerInput, photo: Photo | null) => Promise<void>;
};

export function AskedCard({ asked, name, answer }: Properties) {
  const { say } = useWords();
  const [typed, setTyped] = useState<Typed>(() => ({
    person: NOBODY,
    has: null,
    mark: null,
    photo: null,
    photoId: newId(),
    day: "",
    place: "",
    words: "",
  }));
  const attempt = useAttempt();
  const put = (changes: Partial<Typed>) => setTyped({ ...typed, ...changes });
  const photo = typed.photo ? { id: typed.photoId, photo: typed.photo } : null;
  const wrong = attempt.general();
  const site = SITES.find((one) => one === asked.bodySite?.toLowerCase());
  const where = site ? say(`body.${site}`) : (asked.bodySite ?? "");
  return (
    <section class="card">
      <h2>{say(`asked.${asked.kind}`, { name, where })}</h2>
      {asked.text ? (
        <p>
          <bdi>{asked.text}</bdi>
        </p>
      ) : null}
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      <Fields kind={asked.kind} typed={typed} put={put} />
      <Text lines label={say("asked.words")} value={typed.words} change={(words) => put({ words })} />
      <div class="row wraps">
        <button type="button" class="button" aria-disabled={attempt.running} onClick={() => void attempt.run(() => answer(toAnswer(asked, typed), photo))}>
          {say("asked.send")}
        </button>
        <button
          type="button"
          class="button quiet"
          onClick={() => void attempt.run(() => answer({ cannotSay: true, text: typed.words.trim() || null }, null))}
        >
          {say("asked.cannotSay")}
        </button>
      </div>
    </section>
  );
}

function Fields({ kind, typed, put }: { kind: AskedKind; typed: Typed; put: (changes: Partial<Typed>) => void }) {
  const { say } = useWords();
  const person = { person: typed.person, change: (changes: Partial<PersonDraft>) => put({ person: { ...typed.person, ...changes } }) };
  switch (kind) {
    case "MARK":
      return (
        <>
          <Choice
            label={say("asked.isThere")}
            options={(["yes", "no"] as const).map((value) => ({ value, label: say(`asked.${value}`) }))}
            value={typed.has}
            change={(has) => put({ has })}
          />
          {typed.has === "yes" ? (
            <Choice
              label={say("asked.whatMark")}
              options={MARKS.map((value) => ({ value, label: say(`mark.${value}`) }))}
              value={typed.mark}
              change={(mark) => put({ mark })}
            />
          ) : null}
        </>
      );
    case "LANGUAGE":
      return <LanguageFields {...person} />;
    case "PHOTO":
      return <PhotoField label={say("asked.photo")} photo={typed.photo} change={(photo) => put({ photo })} />;
    case "NAME":
      return <Text label={say("asked.name")} value={typed.person.asSaid} change={(asSaid) => person.change({ asSaid })} />;
    case "AGE":
      return <AgeFields {...person} />;
    case "CLOTHING":
      return <ClothingFields {...person} />;
    case "LAST_SEEN":
      return (
        <>
          <Text label={say("asked.day")} type="date" value={typed.day} change={(day) => put({ day })} />
          <Text label={say("asked.place")} value={typed.place} change={(place) => put({ place })} />
        </>
      );
    case "OTHER":
      return null;
  }
}

function toAnswer({ kind, bodySite }: Asked, typed: Typed): AnswerInput {
  const { age, clothing, languages } = toInput(typed.person, new Date(), false);
  const text = typed.words.trim() || null;
  switch (kind) {
    case "MARK":
      return { hasMark: typed.has === null ? null : typed.has === "yes", mark: typed.has === "yes" && typed.mark ? { kind: typed.mark, bodySite } : null, text };
    case "LANGUAGE":
      return { languages: languages ?? [], text };
    case "PHOTO":
      return { photoId: typed.photo ? typed.photoId : null, text };
    case "NAME":
      return { name: typed.person.asSaid.trim() || null, text };
    case "AGE":
      return { birthDate: age?.birthDate ?? null, ageMinimum: age?.minimum ?? null, ageMaximum: age?.maximum ?? null, text };
    case "CLOTHING":
      return { clothing: clothing ?? [], text };
    case "LAST_SEEN":
      return {
        lastSeenAt: typed.day ? new Date(Math.min(new Date(`${typed.day}T12:00`).getTime(), Date.now())).toISOString() : null,
        lastSeenPlace: typed.place.trim() ? { text: typed.place.trim() } : null,
        text,
      };
    case "OTHER":
      return { text };
  }
}
