/** Sightings: read, linked with the report of the child who was seen, or dismissed with a reason; and taken back. */
import { useEffect, useState } from "preact/hooks";
import type { SightingState } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { InWords, type Key, useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Choice, Text } from "../../../parts/fields";
import { Notice } from "../../../parts/notice";
import { nameOf } from "../review";
import "../../../design/calls.css";
import { FindReport } from "./find-report";
import { dismiss, link, loadSighting, loadSightings, reopen, type Sheet, type Sighting } from "./sightings";

const STATES = ["OPEN", "LINKED", "DISMISSED"] as const satisfies readonly SightingState[];
type Properties = { session: Session; incidentId: string };

export default function SightingsScreen(properties: Properties) {
  return (
    <InWords part="calls">
      <SightingsOf key={properties.incidentId} {...properties} />
    </InWords>
  );
}

function SightingsOf({ session, incidentId }: Properties) {
  const { say, moment } = useWords();
  const [state, setState] = useState<SightingState>("OPEN");
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [sighting, setSighting] = useState<Sighting | null>(null);
  const [done, setDone] = useState<Key | null>(null);
  const listing = useAttempt();
  const opening = useAttempt();
  const wrong = listing.general() ?? opening.general();
  const load = (after: string | null = null) =>
    listing.read(
      () => loadSightings(session, incidentId, state, after),
      (found) => setSheet((before) => (after && before ? { ...found, sightings: [...before.sightings, ...found.sightings] } : found)),
    );
  useEffect(() => {
    setSheet(null);
    setSighting(null);
    void load();
  }, [session.token, state]);

  const decided = (said: Key) => {
    setDone(said);
    setSighting(null);
    void load();
  };
  return (
    <div class="review">
      <section class="queue" aria-label={say("sightings.list")}>
        <h1>{say("sightings.title")}</h1>
        <Choice
          must
          label={say("review.show")}
          options={STATES.map((value) => ({ value, label: say(`sightings.state.${value}`) }))}
          value={state}
          change={(value) => {
            setDone(null);
            if (value) setState(value);
          }}
        />
        {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
        {sheet?.sightings.length === 0 ? <p class="soft">{say("review.none")}</p> : null}
        <ol class="list">
          {sheet?.sightings.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                class="pair"
                aria-current={one.id === sighting?.id ? "true" : undefined}
                onClick={() => {
                  setDone(null);
                  void opening.read(() => loadSighting(session, one.id), setSighting);
                }}
              >
                <span class="grows">
                  <bdi>{one.what ?? nameOf(one.person.names) ?? say("sightings.wordless")}</bdi>
                  <span class="soft small">
                    {[one.place.text, moment(one.seenAt ?? one.createdAt)].filter(Boolean).join(" · ")}
                  </span>
                </span>
                <span class="tag">{say(`sightings.source.${one.source}`)}</span>
              </button>
            </li>
          ))}
        </ol>
        {sheet?.more ? (
          <button type="button" class="button" onClick={() => void load(sheet.more)}>
            {say("sightings.more")}
          </button>
        ) : null}
      </section>
      <section class="pair-view" aria-label={say("sightings.one")}>
        {done ? <Notice tone="good">{say(done)}</Notice> : null}
        {sighting ? <One key={sighting.id} session={session} sighting={sighting} decided={decided} /> : <p class="soft">{say("sightings.choose")}</p>}
      </section>
    </div>
  );
}

function One({ session, sighting, decided }: { session: Session; sighting: Sighting; decided: (said: Key) => void }) {
  const { say, moment } = useWords();
  const [reason, setReason] = useState("");
  const attempt = useAttempt();
  const { person, witness } = sighting;
  const { minimum, maximum } = person.age;
  const years = minimum === maximum ? minimum : `${minimum ?? ""}–${maximum ?? ""}`;
  const facts: [Key, string | null | undefined][] = [
    ["sightings.what", sighting.what],
    ["sightings.when", sighting.seenAt && moment(sighting.seenAt)],
    ["sightings.where", sighting.place.text],
    ["sightings.name", nameOf(person.names)],
    ["person.sex", person.sex && say(`sex.${person.sex}`)],
    ["compare.age", years === null ? null : String(years)],
    ["person.clothing", person.clothing.map(({ kind, colour, text }) => [colour, kind, text].filter(Boolean).join(" ")).join(", ")],
    ["sightings.witness", [witness?.name, witness?.phone, witness?.email].filter(Boolean).join(", ")],
    ["sightings.told", moment(sighting.createdAt)],
    ["sightings.reason", sighting.reason],
  ];
  const step = (said: Key, what: () => Promise<void>) =>
    void attempt.run(async () => {
      await what();
      decided(said);
    });
  return (
    <>
      <dl class="facts card">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{say(name)}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
      </dl>
      {attempt.general("reason") ? <Notice tone="bad">{attempt.general("reason")}</Notice> : null}
      {sighting.state === "OPEN" ? (
        <>
          <FindReport
            session={session}
            incidentId={sighting.incidentId}
            said={{ given: person.names.given ?? person.names.asSaid ?? "", family: person.names.family ?? "", years: minimum === maximum && minimum !== null ? String(minimum) : "" }}
            choose={({ id, name }) => (
              <button type="button" class="button main" onClick={() => step("sightings.done.link", () => link(session, sighting, id))}>
                {say("sightings.link", { name })}
              </button>
            )}
          />
          <form
            class="card"
            onSubmit={(event) => {
              event.preventDefault();
              step("sightings.done.dismiss", () => dismiss(session, sighting, reason));
            }}
          >
            <h2>{say("sightings.dismiss.title")}</h2>
            <Text label={say("sightings.dismiss.why")} value={reason} change={setReason} wrong={attempt.wrong("reason")} required />
            <div>
              <button type="submit" class="button">
                {say("sightings.dismiss")}
              </button>
            </div>
          </form>
        </>
      ) : (
        <div>
          <button type="button" class="button" onClick={() => step("sightings.done.reopen", () => reopen(session, sighting))}>
            {say("sightings.reopen")}
          </button>
        </div>
      )}
    </>
  );
}
