/** The incident by the hour: as it was then, one moment after the other, or now. */
import { useEffect, useId, useState } from "preact/hooks";
import { useWords } from "../../../languages/words";
import { Icon } from "../../../parts/icons";

const HOUR = 3_600_000;
/** Pictures from the beginning to now, so that a long incident plays as quickly as a short one. */
const PICTURES = 48;
const A_PICTURE_MS = 500;

type Properties = {
  /** When the incident was opened. */
  from: string;
  /** The moment that is wanted; null for now. */
  at: string | null;
  change: (at: string | null) => void;
  /** The moment that is seen: the next one is asked for once this is. */
  shownAt: string | null;
};

export function TimeSlider({ from, at, change, shownAt }: Properties) {
  const { say, moment } = useWords();
  const [playing, setPlaying] = useState(false);
  const id = useId();
  const start = Math.floor(new Date(from).getTime() / HOUR);
  const now = Math.floor(Date.now() / HOUR) + 1; // the hour that has begun is what is there now
  const hour = at === null ? now : Math.floor(new Date(at).getTime() / HOUR);
  const words = at === null ? say("map.now") : moment(at);
  const go = (to: number) => change(to >= now ? null : new Date(to * HOUR).toISOString());

  useEffect(() => {
    if (!playing) return;
    if (at === null) {
      setPlaying(false);
      return;
    }
    if (shownAt === null || new Date(shownAt).getTime() !== new Date(at).getTime()) return;
    const timer = setTimeout(() => go(hour + Math.max(1, Math.ceil((now - start) / PICTURES))), A_PICTURE_MS);
    return () => clearTimeout(timer);
  }, [playing, at, shownAt]);

  const play = () => {
    if (!playing && at === null) go(start);
    setPlaying(!playing);
  };
  return (
    <div class="field time">
      <label for={id}>{say("map.time")}</label>
      <output for={id}>{words}</output>
      <input
        id={id}
        type="range"
        min={start}
        max={now}
        step={1}
        value={hour}
        aria-valuetext={words}
        onInput={(event) => {
          setPlaying(false);
          go(Number(event.currentTarget.value));
        }}
      />
      <div class="row">
        <button type="button" class="button" onClick={play}>
          <Icon name={playing ? "pause" : "play"} />
          {say(playing ? "map.pause" : "map.play")}
        </button>
        <button type="button" class="button quiet" disabled={at === null} onClick={() => go(now)}>
          {say("map.toNow")}
        </button>
      </div>
    </div>
  );
}
