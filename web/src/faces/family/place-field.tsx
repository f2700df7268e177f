/** A place in the family's own words, and which of the places of that name was meant, if it is known. */
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../api/client";
import { FindPlaces } from "../../api/generated/operations";
import type { FindPlacesQuery } from "../../api/generated/types";
import { useWords } from "../../languages/words";
import { Choice, Text } from "../../parts/fields";
import type { PlacePoint } from "./draft";

type Found = NonNullable<FindPlacesQuery["findPlaces"]>["places"][number];

const PAUSE = 500;
const SHORTEST = 3;

type Properties = {
  incidentId: string | null;
  label: string;
  hint: string;
  text: string;
  point: PlacePoint | null;
  change: (text: string, point: PlacePoint | null) => void;
  wrong: string | undefined;
};

export function PlaceField({ incidentId, label, hint, text, point, change, wrong }: Properties) {
  const { say, language } = useWords();
  const [found, setFound] = useState<readonly Found[]>([]);
  useEffect(() => {
    const sought = text.trim();
    if (!incidentId || sought.length < SHORTEST) {
      setFound([]);
      return;
    }
    let gone = false;
    const timer = setTimeout(() => {
      void ask(FindPlaces, { incidentId, text: sought, language })
        .then(({ findPlaces }) => !gone && setFound(findPlaces?.places ?? []))
        .catch(() => undefined); // the words alone are enough
    }, PAUSE);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [incidentId, text, language]);
  const options = found.map(({ name, region }, index) => ({ value: String(index), label: [name, region].filter(Boolean).join(", ") }));
  const isChosen = ({ point: other }: Found) => other.latitude === point?.latitude && other.longitude === point.longitude;
  const chosen = found.findIndex(isChosen);
  return (
    <>
      <Text label={label} hint={hint} value={text} change={(words) => change(words, null)} wrong={wrong} />
      {options.length > 0 ? (
        <Choice
          label={say("report.seen.meant")}
          hint={say("report.seen.meant.hint")}
          options={options}
          value={chosen < 0 ? null : String(chosen)}
          change={(index) => change(text, index === null ? null : (found[Number(index)]?.point ?? null))}
        />
      ) : null}
    </>
  );
}
