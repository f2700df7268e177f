/** What an incident needs before children can be taken in, ticked off as it is done; gone when all is, or when put away. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { keep, kept } from "../../kept/values";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Icon } from "../../parts/icons";
import type { IncidentWhole, Site } from "./incident";
import { loadAccounts } from "./people";

export function FirstSteps({ session, incident, sites }: { session: Session; incident: IncidentWhole; sites: Site[] }) {
  const { say } = useWords();
  const name = `first steps ${incident.id}`;
  const [away, setAway] = useState(true);
  const [people, setPeople] = useState(0);
  useEffect(() => {
    void kept<boolean>(name).then((put) => setAway(put ?? false));
    // Oneself is one of them, or, as an administrator, none.
    void loadAccounts(session, incident.id).then((found) => setPeople(found.filter(({ closed, role }) => !closed && role === "VOLUNTEER").length), () => undefined);
  }, [incident.id]);
  const steps = [
    { done: true, text: say("first.named"), to: null },
    { done: incident.area.length > 0, text: say("first.area"), to: "#area" },
    { done: sites.length > 0, text: say("first.sites"), to: "#sites" },
    { done: people > 0, text: say("first.people"), to: "/desk/people" },
  ];
  if (away || steps.every(({ done }) => done)) return null;
  return (
    <section class="card">
      <h2>{say("first.title")}</h2>
      <ol class="list">
        {steps.map(({ done, text, to }) => (
          <li key={text} class="row">
            {done ? <Icon name="check" /> : <Icon name="forward" turns />}
            <span class={done ? "soft grows" : "grows"}>
              {done || !to ? text : to.startsWith("#") ? <a href={to}>{text}</a> : <Link href={to}>{text}</Link>}
              {done ? <span class="only-read-aloud"> {say("first.done")}</span> : null}
            </span>
          </li>
        ))}
      </ol>
      <div>
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            setAway(true);
            void keep(name, true);
          }}
        >
          {say("first.away")}
        </button>
      </div>
    </section>
  );
}
