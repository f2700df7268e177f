/** Moving somebody to another site: chosen, said what follows, and done with the server at once. */
import { useState } from "preact/hooks";
import { ask, made } from "../api/client";
import { Destinations, MoveRegistration } from "../api/generated/operations";
import type { DestinationsQuery } from "../api/generated/types";
import { askSignedIn, type Session, unlocked } from "../kept/session";
import { useWords } from "../languages/words";
import { useAttempt } from "./attempt";
import { Notice } from "./notice";

type Destination = DestinationsQuery["destinations"][number];
type Properties = { session: Session; who: { id: string; version: number }; moved: (site: string) => void };

/** Another may move the same person meanwhile; then nothing is done, and the server says so. */
export function Move({ session, who, moved }: Properties) {
  const { say } = useWords();
  const [sites, setSites] = useState<Destination[] | null>(null);
  const [chosen, setChosen] = useState("");
  const attempt = useAttempt();
  const begin = () => void attempt.read(async () => (await askSignedIn(Destinations, { registrationId: who.id }, session)).destinations, setSites);
  const site = sites?.find(({ id }) => id === chosen);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!site) return;
    void attempt.run(async () => {
      const input = { id: who.id, version: who.version, siteId: site.id };
      await unlocked(session.token, async () => made((await ask(MoveRegistration, { input }, session.token)).moveRegistration));
      moved(site.name);
    });
  };
  const wrong = attempt.general();
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("move.title")}</h2>
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {sites === null ? (
        <button type="button" class="button" onClick={begin}>
          {say("move.begin")}
        </button>
      ) : sites.length === 0 ? (
        <p class="soft">{say("move.none")}</p>
      ) : (
        <>
          <label class="field">
            <span class="label">{say("move.where")}</span>
            <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
              <option value="">{say("move.choose")}</option>
              {sites.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {site ? <Notice tone="warn">{say("move.consequence", { site: site.name })}</Notice> : null}
          <div class="row wraps">
            <button type="submit" class="button main" aria-disabled={attempt.running || !site}>
              {say("move.go")}
            </button>
            <button type="button" class="button quiet" onClick={() => setSites(null)}>
              {say("cancel")}
            </button>
          </div>
        </>
      )}
    </form>
  );
}
