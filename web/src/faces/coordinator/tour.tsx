/** Five cards that lead somebody new around the desk of an exercise; put away, they never come again. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { keep, kept } from "../../kept/values";
import { type Key, useWords } from "../../languages/words";
import type { Work } from "./work";

/** Kept under this name: the card that comes next, or that there is none any more. */
export const TOUR = "tour";
const OVER = -1;
const CARDS = 5;

/** In the order of a day at the desk; who may not do one is shown the next instead. */
const STOPS: readonly { path: string; text: Key }[] = [
  { path: "/desk/map", text: "tour.map" },
  { path: "/desk", text: "tour.review" },
  { path: "/desk/calls", text: "tour.hotline" },
  { path: "/desk/waiting", text: "tour.waiting" },
  { path: "/desk/doors", text: "tour.doors" },
  { path: "/desk/people", text: "tour.people" },
  { path: "/desk/figures", text: "tour.figures" },
  { path: "/desk/settings", text: "tour.settings" },
  { path: "/desk/account", text: "tour.account" },
];

export function Tour({ work }: { work: readonly Work[] }) {
  const { say } = useWords();
  const [at, setAt] = useState(OVER);
  useEffect(() => void kept<number>(TOUR).then((found) => setAt(found ?? OVER)), []);
  const stops = STOPS.flatMap(({ path, text }) => {
    const title = work.find((one) => one.path === path)?.title;
    return title ? [{ path, title, text }] : [];
  }).slice(0, CARDS);
  const stop = stops[at];
  if (!stop) return null;
  const turn = (next: number) => {
    const to = next < stops.length ? next : OVER;
    // A card goes when it is kept that it went: who leaves at once does not meet it again.
    const turned = () => setAt(to);
    void keep(TOUR, to).then(turned, turned);
  };
  return (
    <aside class="card tour" aria-label={say("tour.title")}>
      <p class="soft small">{say("tour.at", { card: at + 1, cards: stops.length })}</p>
      <h2>{say(stop.title)}</h2>
      <p>{say(stop.text)}</p>
      <div class="row wraps">
        <Link href={stop.path} class="button">
          {say("tour.show")}
        </Link>
        <button type="button" class="button main" onClick={() => turn(at + 1)}>
          {say(at + 1 < stops.length ? "next" : "tour.end")}
        </button>
        <button type="button" class="button quiet" onClick={() => turn(stops.length)}>
          {say("tour.skip")}
        </button>
      </div>
    </aside>
  );
}
