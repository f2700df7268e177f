/** Drawing the incident's area: corner by corner, by a click on the map or by keyboard at its middle. */
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Icon } from "../../../parts/icons";
import { Notice } from "../../../parts/notice";
import { drawArea, type IncidentOnMap, type Point } from "./map";

type Properties = {
  corners: readonly Point[] | null;
  change: (corners: readonly Point[] | null) => void;
  middle: () => Point | null;
  session: Session;
  incident: IncidentOnMap;
  saved: () => void;
};

export function AreaTools({ corners, change, middle, session, incident, saved }: Properties) {
  const { say } = useWords();
  const attempt = useAttempt();
  if (corners === null)
    return (
      <button type="button" class="button" onClick={() => change([])}>
        {say(incident.area.length > 0 ? "area.again" : "area.draw")}
      </button>
    );
  const save = () =>
    void attempt.run(async () => {
      await drawArea(session, incident, [...corners]);
      change(null);
      saved();
    });
  return (
    <div class="card area-tools">
      <p>{say("area.how")}</p>
      <Corners corners={corners} change={change} middle={middle} />
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <div class="row wraps">
        <button type="button" class="button main" disabled={corners.length < 3} aria-disabled={attempt.running} onClick={save}>
          {say("area.keep")}
        </button>
        <button type="button" class="button quiet" onClick={() => change(null)}>
          {say("cancel")}
        </button>
      </div>
    </div>
  );
}

/** What every drawing by corners has: how many there are, one more without a mouse, one less. */
export function Corners({ corners, change, middle }: Pick<Properties, "middle"> & { corners: readonly Point[]; change: (corners: readonly Point[]) => void }) {
  const { say } = useWords();
  const add = () => {
    const point = middle();
    if (point) change([...corners, point]);
  };
  return (
    <>
      <p role="status">{say("area.corners", { count: corners.length })}</p>
      <div class="row wraps">
        <button type="button" class="button" onClick={add}>
          <Icon name="plus" />
          {say("area.here")}
        </button>
        <button type="button" class="button" disabled={corners.length === 0} onClick={() => change(corners.slice(0, -1))}>
          {say("area.undo")}
        </button>
      </div>
    </>
  );
}
