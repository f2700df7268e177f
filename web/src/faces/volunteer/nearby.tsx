/** Children who are missing near this phone's person, as the server tells of them now; nothing of it is kept here. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { NearbyAlerts } from "../../api/generated/operations";
import type { NearbyAlertsQuery } from "../../api/generated/types";
import { askSignedIn, type Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Icon } from "../../parts/icons";
import { Portrait } from "../../parts/photo";

type Alert = NearbyAlertsQuery["nearbyAlerts"][number];

/** "7", or "6–8"; null where nobody said. */
export function yearsOf({ ageFrom, ageTo }: NonNullable<Alert["child"]>): string | null {
  if (ageFrom === ageTo) return ageFrom === null ? null : String(ageFrom);
  return `${ageFrom ?? ""}–${ageTo ?? ""}`;
}

/** `at` is when the list of children was last asked for: with it this is. */
export function MissingNearby({ session, at }: { session: Session; at: number | null }) {
  const { say } = useWords();
  const [alerts, setAlerts] = useState<readonly Alert[]>([]);
  useEffect(() => {
    if (at === null) return;
    askSignedIn(NearbyAlerts, {}, session).then(
      ({ nearbyAlerts }) => setAlerts(nearbyAlerts),
      () => undefined, // with the next loading of the list
    );
  }, [at]);
  if (alerts.length === 0) return null;
  return (
    <>
      <h2>{say("near.title")}</h2>
      <ul class="list">
        {alerts.map(({ id, child, photos }) => {
          const years = child && yearsOf(child);
          return (
            <li key={id}>
              <Link class="card" href={`/site/nearby#${id}`}>
                <div class="row">
                  <Portrait photo={photos[0]?.small ?? null} small />
                  <div class="grows">
                    <h3>
                      <bdi>{child?.name ?? say("site.nameless")}</bdi>
                    </h3>
                    {years ? <p class="soft small">{say("site.age", { age: years })}</p> : null}
                  </div>
                  <Icon name="forward" turns />
                </div>
              </Link>
            </li>
          );
        })}
      </ul>
    </>
  );
}
