/** One area alert: drawn and sent, or followed and stopped. */
import type { AreaInput } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { Choice, Text } from "../../../parts/fields";
import { Notice } from "../../../parts/notice";
import { useProvenAttempt } from "../proof-dialog";
import { Corners } from "./area-tools";
import type { Point } from "./map";
import { type Drawing, type Reach, stop, tell, type Telling, widen } from "./telling";

type ComposeProperties = {
  session: Session;
  about: { id: string; name: string | null };
  /** What is being told already, where it is to be told further. */
  before: Telling | null;
  drawing: Drawing;
  change: (drawing: Drawing) => void;
  middle: () => Point | null;
  area: AreaInput | null;
  reach: Reach | null;
  done: (telling: Telling | null) => void;
  cancel: () => void;
};

const WAYS = ["circle", "corners"] as const;

export function Compose({ session, about, before, drawing, change, middle, area, reach, done, cancel }: ComposeProperties) {
  const { say, number } = useWords();
  const attempt = useProvenAttempt(session);
  const send = () =>
    void attempt.run(async () => {
      if (area) done(before ? await widen(session, before, area) : await tell(session, about.id, area));
    });
  return (
    <section class="stack" aria-label={say("telling.compose")}>
      <h2>
        <bdi>{about.name ?? say("compare.nameless")}</bdi>
      </h2>
      <Choice
        must
        label={say("telling.where")}
        options={WAYS.map((value) => ({ value, label: say(`telling.way.${value}`) }))}
        value={drawing.way}
        change={(way) => way && change({ ...drawing, way })}
      />
      {drawing.way === "circle" ? (
        <>
          <p class="hint">{say("telling.circle.how")}</p>
          <button type="button" class="button" onClick={() => change({ ...drawing, middle: middle() })}>
            {say("telling.here")}
          </button>
          <Text label={say("telling.km")} inputMode="decimal" value={drawing.km} change={(km) => change({ ...drawing, km })} wrong={attempt.wrong("area.radiusKm")} />
        </>
      ) : (
        <>
          <p class="hint">{say("area.how")}</p>
          <Corners corners={drawing.corners} change={(corners) => change({ ...drawing, corners })} middle={middle} />
        </>
      )}
      <p role="status" class="reach">
        {reach
          ? say(before ? "telling.reach.further" : "telling.reach", {
              devices: number(before ? reach.newDevices : reach.devices),
              sites: number(reach.sites),
            })
          : null}
      </p>
      {reach ? <Shown reach={reach} /> : null}
      {attempt.general("area.radiusKm") ? <Notice tone="bad">{attempt.general("area.radiusKm")}</Notice> : null}
      <div class="row wraps">
        <button type="button" class="button main" disabled={!reach} aria-disabled={attempt.running} onClick={send}>
          {say(before ? "telling.widen.send" : "telling.send")}
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          {say("cancel")}
        </button>
      </div>
      {attempt.dialog}
    </section>
  );
}

/** What those who are told would see of the child, and no more. */
function Shown({ reach }: { reach: Reach }) {
  const { say } = useWords();
  const { name, ageFrom, ageTo, clothing } = reach.child;
  const years = [...new Set([ageFrom, ageTo].filter((one) => one !== null))].join("–");
  return (
    <div class="card">
      <h3>{say("telling.shown")}</h3>
      {reach.photos.length > 0 ? (
        <div class="photos">
          {reach.photos.map(({ id, small }) => (
            <img key={id} src={small} alt={say("compare.photo")} />
          ))}
        </div>
      ) : null}
      <p>
        <bdi>
          {[name ?? say("telling.noName"), years && say("telling.age", { years }), clothing.map(({ colour, kind }) => [colour, kind].filter(Boolean).join(" ")).join(", ")].filter(Boolean).join(" · ")}
        </bdi>
      </p>
    </div>
  );
}

type ProgressProperties = {
  session: Session;
  telling: Telling;
  name: string | null;
  mayTell: boolean;
  widen: () => void;
  done: (telling: Telling | null) => void;
  back: () => void;
};

export function Progress({ session, telling, name, mayTell, widen: further, done, back }: ProgressProperties) {
  const { say, number } = useWords();
  const attempt = useProvenAttempt(session);
  const { progress, state } = telling;
  // Whom it reaches was counted when it was sent; they are queued after that.
  const reached = Math.max(...telling.areas.map(({ devices }) => devices));
  const all = progress ? Math.max(reached, progress.queued + progress.sent + progress.failed + progress.gone) : 0;
  return (
    <section class="stack" aria-label={say("telling.progress")}>
      <div class="row">
        <h2 class="grows">
          <bdi>{name ?? say("compare.nameless")}</bdi>
        </h2>
        <span class={state === "GOING" ? "tag good" : "tag"}>{say(`telling.state.${state}`)}</span>
      </div>
      {progress ? (
        <div role="status">
          <p>{all === 0 ? say("telling.nobody") : say("telling.told", { sent: number(progress.sent), all: number(all) })}</p>
          {all === 0 ? null : <progress max={all} value={progress.sent + progress.failed + progress.gone} aria-label={say("telling.progress")} />}
          {progress.failed > 0 ? <p class="soft small">{say("telling.failed", { failed: number(progress.failed) })}</p> : null}
        </div>
      ) : null}
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <div class="row wraps">
        {mayTell && state === "GOING" ? (
          <>
            <button type="button" class="button" onClick={further}>
              {say("telling.widen")}
            </button>
            <button type="button" class="button" onClick={() => void attempt.run(async () => done(await stop(session, telling)))}>
              {say("telling.stop")}
            </button>
          </>
        ) : null}
        <button type="button" class="button quiet" onClick={back}>
          {say("back")}
        </button>
      </div>
      {attempt.dialog}
    </section>
  );
}
