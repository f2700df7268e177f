/** The outline of an incident: a circle around a place that somebody names. */
import { useState } from "preact/hooks";
import { ask } from "../../api/client";
import { FindPlaces } from "../../api/generated/operations";
import type { FindPlacesQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { change, type IncidentWhole } from "./incident";

type Found = NonNullable<FindPlacesQuery["findPlaces"]>["places"][number];
const CORNERS = 36;
const KM_A_DEGREE = 111.2;

export function AreaCard({ session, incident, changed }: { session: Session; incident: IncidentWhole; changed: () => void }) {
  const { say, spoken } = useWords();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found[] | null>(null);
  const [radius, setRadius] = useState("50");
  const attempt = useAttempt();
  const find = (event: Event) => {
    event.preventDefault();
    const asked = { incidentId: incident.id, text, language: spoken };
    void attempt.read(() => ask(FindPlaces, asked, session.token), ({ findPlaces }) => setFound(findPlaces?.places ?? []));
  };
  const set = (area: { latitude: number; longitude: number }[]) =>
    attempt.run(async () => {
      await change(session, { id: incident.id, version: incident.version, area });
      setFound(null);
      setText("");
      changed();
    });
  const general = attempt.general("text");
  return (
    <section class="card" id="area">
      <h2>{say("area.title")}</h2>
      <p class="soft">{say(incident.area.length > 0 ? "area.set" : "area.none")}</p>
      {general ? <Notice tone="bad">{general}</Notice> : null}
      <form class="stack" onSubmit={find}>
        <Text label={say("area.place")} hint={say("area.place.hint")} value={text} change={setText} wrong={attempt.wrong("text")} required />
        <Text label={say("area.radius")} type="number" min="1" max="500" value={radius} change={setRadius} required />
        <div class="row wraps">
          <button type="submit" class="button" aria-disabled={attempt.running}>
            {say("area.find")}
          </button>
          {incident.area.length > 0 ? (
            <button type="button" class="button quiet" onClick={() => void set([])}>
              {say("area.remove")}
            </button>
          ) : null}
        </div>
      </form>
      {found?.length === 0 ? <p class="soft">{say("area.notFound")}</p> : null}
      <ul class="list">
        {found?.map((place) => (
          <li key={`${place.point.latitude},${place.point.longitude}`}>
            <button type="button" class="pair" onClick={() => void set(around(place.point, Number(radius)))}>
              <span class="grows">
                <bdi>{[place.name, place.region].filter(Boolean).join(", ")}</bdi>
              </span>
              <span class="soft small">{say("area.take", { radius })}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A ring of points so many kilometres from a point, near enough on a globe for an outline. */
function around({ latitude, longitude }: Found["point"], kilometres: number): Found["point"][] {
  const high = kilometres / KM_A_DEGREE;
  const wide = high / Math.max(0.05, Math.cos((latitude * Math.PI) / 180));
  return Array.from({ length: CORNERS }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / CORNERS;
    return {
      latitude: Math.max(-90, Math.min(90, latitude + high * Math.sin(angle))),
      longitude: ((((longitude + wide * Math.cos(angle) + 180) % 360) + 360) % 360) - 180,
    };
  });
}
