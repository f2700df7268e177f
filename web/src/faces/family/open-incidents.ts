/** The disasters of which anybody may tell something. */
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../api/client";
import { OpenIncidents } from "../../api/generated/operations";
import type { OpenIncidentsQuery } from "../../api/generated/types";

export type OpenIncident = OpenIncidentsQuery["openIncidents"][number];

/** Null until the server has said which; asked again as soon as the phone is back in the net. */
export function useOpenIncidents(): readonly OpenIncident[] | null {
  const [incidents, setIncidents] = useState<readonly OpenIncident[] | null>(null);
  useEffect(() => {
    const load = () => {
      void ask(OpenIncidents, {})
        .then((answer) => setIncidents(answer.openIncidents))
        .catch(() => undefined); // the screen says that there is no connection
    };
    load();
    addEventListener("online", load);
    return () => removeEventListener("online", load);
  }, []);
  return incidents;
}
