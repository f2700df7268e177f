/** A further place, besides the own site, around which one is told of missing children. */
import { useEffect, useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import { AlertChoices, ChooseNearbyPlace } from "../../api/generated/operations";
import type { PointInput } from "../../api/generated/types";
import { askSignedIn, type Session, unlocked } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Notice } from "../../parts/notice";
import { NO_PLACE, PlaceField } from "../../parts/place-field";
import { usePlaceName } from "./nearby-screen";

export default function NearbyPlace({ session }: { session: Session }) {
  const { say } = useWords();
  const [chosen, setChosen] = useState<PointInput | null | undefined>(undefined);
  const [place, setPlace] = useState(NO_PLACE);
  const attempt = useAttempt();
  const name = usePlaceName(chosen ?? null);
  useEffect(() => {
    void attempt.read(() => askSignedIn(AlertChoices, {}, session), ({ alertChoices }) => setChosen(alertChoices.nearby));
  }, [session.token]);

  const choose = (point: PointInput | null) =>
    void attempt.run(async () => {
      const answer = await unlocked(session.token, async () => made((await ask(ChooseNearbyPlace, { point }, session.token)).chooseNearbyPlace));
      setChosen(answer.choices?.nearby ?? null);
      setPlace(NO_PLACE);
    });
  const { meant } = place;
  const wrong = attempt.general();
  return (
    <section class="card">
      <h2>{say("near.place.title")}</h2>
      <p class="soft">{say("near.place.why")}</p>
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {chosen ? (
        <>
          <Notice tone="good">{name ? say("near.place.is", { place: name }) : say("near.place.chosen")}</Notice>
          <button type="button" class="button" aria-disabled={attempt.running} onClick={() => choose(null)}>
            {say("near.place.none")}
          </button>
        </>
      ) : chosen === null ? (
        <>
          <PlaceField label={say("near.place.label")} place={place} change={setPlace} incidentId={session.incidentId} token={session.token} />
          {meant ? (
            <button
              type="button"
              class="button"
              aria-disabled={attempt.running}
              onClick={() => choose({ latitude: meant.latitude, longitude: meant.longitude })}
            >
              {say("near.place.choose")}
            </button>
          ) : null}
        </>
      ) : null}
    </section>
  );
}
