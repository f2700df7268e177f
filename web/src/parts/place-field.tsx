/** A place in somebody's words, looked for on the server or shown on a map: what may be meant is offered, and a person
 * chooses, or none.
 */
import { useState } from "preact/hooks";
import { ask } from "../api/client";
import { FindPlaces } from "../api/generated/operations";
import type { FindPlacesQuery, PlaceInput } from "../api/generated/types";
import { useWords } from "../languages/words";
import { useAttempt } from "./attempt";
import { Text } from "./fields";
import { Icon } from "./icons";
import { later } from "./later";
import { Notice } from "./notice";

const PlaceMap = later(() => import("../map/place-map"));

/** `meant` is what was chosen for these very words; or shown on a map, whatever the words. */
export type PlaceDraft = { text: string; meant: { name: string; latitude: number; longitude: number; shown?: boolean } | null };

export const NO_PLACE: PlaceDraft = { text: "", meant: null };

/** The words stay as they were said; the chosen point goes with them. */
export function placeInput({ text, meant }: PlaceDraft): PlaceInput | null {
  if (!text.trim() && !meant) return null;
  return { text: text.trim() || null, point: meant && { latitude: meant.latitude, longitude: meant.longitude } };
}

type Candidate = NonNullable<FindPlacesQuery["findPlaces"]>["places"][number];

type Properties = {
  label: string;
  hint?: string;
  wrong?: string | undefined;
  place: PlaceDraft;
  change: (place: PlaceDraft) => void;
  incidentId: string | null;
  token?: string | null;
};

export function PlaceField({ label, hint, wrong, place, change, incidentId, token = null }: Properties) {
  const { say, language } = useWords();
  const [offered, setOffered] = useState<readonly Candidate[] | null>(null);
  const [mapped, setMapped] = useState(false);
  const attempt = useAttempt();
  const find = () => {
    const text = place.text.trim();
    if (!incidentId || !text) return;
    const asking = () => ask(FindPlaces, { incidentId, text, language }, token);
    void attempt.read(asking, ({ findPlaces }) => setOffered(findPlaces?.places ?? []));
  };
  return (
    <div class="stack">
      <Text
        label={label}
        hint={hint}
        wrong={wrong}
        value={place.text}
        change={(text) => {
          change({ text, meant: place.meant?.shown ? place.meant : null });
          setOffered(null);
        }}
      />
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {place.meant ? (
        <p class="row wraps" role="status">
          <span class="tag good">
            <Icon name="check" />
            {say("place.meant", { name: place.meant.name })}
          </span>
          <button type="button" class="button quiet" onClick={() => change({ ...place, meant: null })}>
            {say("change")}
          </button>
        </p>
      ) : offered ? (
        <fieldset class="field offered">
          <legend>{say(offered.length > 0 ? "place.which" : "place.none")}</legend>
          {offered.map((one) => {
            const name = [one.name, one.region].filter(Boolean).join(", ");
            return (
              <button
                key={`${name} ${one.point.latitude} ${one.point.longitude}`}
                type="button"
                class="button wide"
                onClick={() => {
                  change({ ...place, meant: { name, latitude: one.point.latitude, longitude: one.point.longitude } });
                  setOffered(null);
                }}
              >
                <bdi>{name}</bdi>
              </button>
            );
          })}
          {offered.length > 0 ? (
            <button type="button" class="button quiet" onClick={() => setOffered(null)}>
              {say("place.noneOfThese")}
            </button>
          ) : null}
        </fieldset>
      ) : place.text.trim() && incidentId ? (
        <button type="button" class="button" onClick={find}>
          {say("place.find")}
        </button>
      ) : null}
      <button type="button" class="button" onClick={() => setMapped(true)}>
        <Icon name="map" />
        {say("place.map")}
      </button>
      {mapped ? (
        <PlaceMap
          title={label}
          start={place.meant}
          incidentId={incidentId}
          token={token}
          take={(meant) => {
            change({ ...place, meant: { ...meant, shown: true } });
            setMapped(false);
          }}
          close={() => setMapped(false)}
        />
      ) : null}
    </div>
  );
}
