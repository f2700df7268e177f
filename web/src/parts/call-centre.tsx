/** Calling the centre: the incident's number, which is kept, since a call needs no network. */
import { useEffect, useState } from "preact/hooks";
import { ask } from "../api/client";
import { OpenIncidents } from "../api/generated/operations";
import { keepIfPossible, kept } from "../kept/values";
import { useWords } from "../languages/words";
import { Icon } from "./icons";

/** `of` tells one from another where there are several. */
export function CallCentre({ phone, of }: { phone: string | null | undefined; of?: string | undefined }) {
  const { say } = useWords();
  if (!phone) return null;
  return (
    <a class="button" href={`tel:${phone.replace(/[^+\d]/g, "")}`}>
      <Icon name="call" />
      <span>
        {say("centre.call")}{" "}
        <bdi class="whole" dir="ltr">
          {phone}
        </bdi>{" "}
        {of ? <bdi class="soft small">{of}</bdi> : null}
      </span>
    </a>
  );
}

/** The number as this phone heard it last; of an incident that is no longer open, too. */
export function useCentre(incidentId: string | null): string | null {
  const [phone, setPhone] = useState<string | null>(null);
  useEffect(() => {
    if (!incidentId) return;
    const name = `centre ${incidentId}`;
    const load = async () => {
      const found = (await ask(OpenIncidents, {})).openIncidents.find(({ id }) => id === incidentId);
      if (!found) return;
      setPhone(found.phone);
      await keepIfPossible(name, found.phone);
    };
    const again = () => void load().catch(() => undefined); // what is kept is shown meanwhile
    void kept<string>(name).then((there) => setPhone((now) => now ?? there));
    again();
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [incidentId]);
  return phone;
}
