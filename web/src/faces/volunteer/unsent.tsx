/** What is on this phone only: what stands in its way, and what helps. Nothing goes without a second question. */
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { save, sendAgain } from "../../kept/delivery";
import { type Changing, type Item, photosOf, type Registering, takeOut } from "../../kept/queue";
import type { Session } from "../../kept/session";
import { forget, keep } from "../../kept/values";
import { useWords } from "../../languages/words";
import { Portrait } from "../../parts/photo";
import { Sure } from "../../parts/sure";
import { calledBy } from "../../person/draft";
import { type ChangeDraft, type ChildDraft, newChild, newRegistration, type RegistrationDraft, renewed, toQueue } from "./draft";
import { seesList } from "./site";

/** `mistake`: of what was typed, or what the server says itself; the others no correction would help. */
type Matter = "mistake" | "notAllowed" | "taken" | "site";

/** Whom a thing that waits is about, as they were typed. */
export function childrenOf({ content }: Item): ChildDraft[] {
  switch (content.kind) {
    case "registration":
      return (content.form as RegistrationDraft).children;
    case "change":
      return [(content.form as ChangeDraft).child];
    case "photo":
      return [];
  }
}

function matterOf({ content, refused }: Item): Matter {
  const is = (code: string) => refused?.some((problem) => problem.code === code) ?? false;
  if (content.kind !== "registration") return is("NOT_FOUND") || is("FORBIDDEN") ? "notAllowed" : "mistake";
  if (is("NOT_FOUND")) return "site";
  return refused?.some(({ code, field }) => code === "CONFLICT" && /(^|\.)id$/.test(field ?? "")) ? "taken" : "mistake";
}

export function Unsent({ item, session, go }: { item: Item; session: Session; go: (path: string) => void }) {
  const { say, refusal } = useWords();
  const { content, refused } = item;
  const children = childrenOf(item);
  const names = children.map((child) => calledBy(child.person) ?? say("site.nameless")).join(", ");
  const matter = matterOf(item);
  return (
    <div class="card">
      <div class="row">
        <Portrait photo={content.kind === "photo" ? content.photo : (children[0]?.photo ?? null)} small />
        <div class="grows">
          <h2>{content.kind === "photo" ? say("site.aPhoto") : <bdi>{names}</bdi>}</h2>
          <span class={refused ? "tag bad" : "tag warn"}>
            {say(!refused ? "site.onlyHere" : matter === "mistake" && content.kind !== "photo" ? "site.refused" : "unsent.stuck")}
          </span>
        </div>
      </div>
      {refused ? (
        <>
          <p>{matter === "mistake" ? refused.map(refusal).join(" ") : say(`unsent.${matter}`, { name: session.name })}</p>
          <WaysOn item={item} matter={matter} session={session} go={go} />
        </>
      ) : null}
    </div>
  );
}

type Ways = { item: Item; matter: Matter; session: Session; go: (path: string) => void };

function WaysOn({ item, matter, session, go }: Ways) {
  const { say } = useWords();
  const { content } = item;
  const [sure, setSure] = useState(false);
  // All of these stay in the queue until something is saved in their place.
  const mend = async () => {
    if (content.kind === "registration") await keep("mending", (content as Registering).form);
    if (content.kind === "change") await keep(`change ${content.input.id}`, (content as Changing).form);
    go(content.kind === "change" ? `/site/change#${content.input.id}` : "/site/register#mend");
  };
  const registerWith = async (photo: Blob) => {
    const form: RegistrationDraft = { ...newRegistration(), children: [{ ...newChild(), photo }], insteadOf: item.id };
    await keep("mending", form);
    go("/site/register#mend");
  };
  const keepAnew = async (form: RegistrationDraft) => {
    await save(toQueue(renewed(form), session.site?.id ?? ""), [item.id, ...(await photosOf(form.children))]);
  };
  const putAway = async () => {
    await takeOut(item.id, ...(content.kind === "registration" ? await photosOf(content.people as { id: string }[]) : []));
    await forget(content.kind === "change" ? `change ${content.input.id}` : "mending");
  };
  if (sure) {
    return (
      <Sure
        label={say("unsent.away")}
        question={say("unsent.away.sure")}
        yes={say("unsent.away.yes")}
        go={() => void putAway()}
        cancel={() => setSure(false)}
      />
    );
  }
  return (
    <div class="row wraps">
      {content.kind === "registration" && matter === "taken" ? (
        <>
          <button type="button" class="button" onClick={() => void keepAnew(content.form as RegistrationDraft)}>
            {say("unsent.anew")}
          </button>
          {seesList(session) && content.people.length === 1 ? (
            <Link class="button" href={`/site/child#${content.people[0]?.id}`}>
              {say("unsent.look")}
            </Link>
          ) : null}
        </>
      ) : content.kind === "photo" ? null : (
        <button type="button" class="button" onClick={() => void mend()}>
          {say("mend")}
        </button>
      )}
      {content.kind === "registration" || (content.kind === "change" && matter === "mistake") ? null : (
        <button type="button" class="button" onClick={() => void sendAgain(item.id)}>
          {say("unsent.again", { name: session.name })}
        </button>
      )}
      {content.kind === "photo" ? (
        <button type="button" class="button" onClick={() => void registerWith(content.photo)}>
          {say("unsent.withPhoto")}
        </button>
      ) : null}
      <button type="button" class="button quiet" onClick={() => setSure(true)}>
        {say("unsent.away")}
      </button>
    </div>
  );
}
