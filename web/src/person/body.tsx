/** Where on the body: tapped on an outline of ours, or chosen from a list. Left and right are the child's own. */
import { useId, useState } from "preact/hooks";
import { useWords } from "../languages/words";
import { Choices, Text } from "../parts/fields";
import { type Site, SITES } from "./draft";

type Region = { site: Site; shape: string };

/** The child's right is at the left of who looks at its face, and at the right of who stands behind it. */
const LIMBS = (near: "right" | "left", far: "right" | "left"): Region[] => [
  { site: `${near} shoulder`, shape: "M34 41c-8 1-12 5-13 13l11 3 4-16z" },
  { site: `${far} shoulder`, shape: "M66 41c8 1 12 5 13 13l-11 3-4-16z" },
  { site: `${near} arm`, shape: "M21 56l-5 34 9 2 7-33z" },
  { site: `${far} arm`, shape: "M79 56l5 34-9 2-7-33z" },
  { site: `${near} hand`, shape: "M15 92c-4 7-3 14 1 15s8-4 8-13z" },
  { site: `${far} hand`, shape: "M85 92c4 7 3 14-1 15s-8-4-8-13z" },
  { site: `${near} leg`, shape: "M35 99l1 35h12l1-33z" },
  { site: `${far} leg`, shape: "M65 99l-1 35H52l-1-33z" },
  { site: `${near} knee`, shape: "M36 136h12v13H37z" },
  { site: `${far} knee`, shape: "M64 136H52v13h11z" },
  { site: `${near} leg`, shape: "M37 151h11l-2 33h-7z" },
  { site: `${far} leg`, shape: "M63 151H52l2 33h7z" },
  { site: `${near} foot`, shape: "M39 186h7l1 10H33c0-4 3-6 6-6z" },
  { site: `${far} foot`, shape: "M61 186h-7l-1 10h14c0-4-3-6-6-6z" },
];
const NECK: Region = { site: "neck", shape: "M44 34h12v6H44z" };
const FRONT: Region[] = [
  { site: "head", shape: "M36 18a14 15 0 0 1 28 0c-8-5-20-5-28 0z" },
  { site: "face", shape: "M36 20c8-5 20-5 28 0 0 8-6 14-14 14s-14-6-14-14z" },
  NECK,
  { site: "chest", shape: "M38 42h24l3 26H35z" },
  { site: "belly", shape: "M35 70h30v27H35z" },
  ...LIMBS("right", "left"),
];
const BACK: Region[] = [
  { site: "head", shape: "M50 3a14 15.500 0 0 1 0 31 14 15.500 0 0 1 0-31z" },
  NECK,
  { site: "back", shape: "M38 42h24l3 36H35z" },
  { site: "bottom", shape: "M35 80h30v17H35z" },
  ...LIMBS("left", "right"),
];

type Properties = {
  label: string;
  sites: readonly Site[];
  change: (sites: Site[]) => void;
  /** What a tap cannot say. */
  words: string;
  changeWords: (words: string) => void;
};

export function BodyField({ label, sites, change, words, changeWords }: Properties) {
  const { say } = useWords();
  const id = useId();
  const [listed, setListed] = useState(false);
  const toggle = (site: Site) => change(sites.includes(site) ? sites.filter((other) => other !== site) : [...sites, site]);
  return (
    <div class="field" role="group" aria-labelledby={id}>
      <span class="label" id={id}>
        {label}
      </span>
      <div class="bodies" aria-hidden="true">
        <Body caption={say("body.front")} regions={FRONT} sites={sites} toggle={toggle} sides={[say("body.right"), say("body.left")]} />
        <Body caption={say("body.behind")} regions={BACK} sites={sites} toggle={toggle} sides={[say("body.left"), say("body.right")]} />
      </div>
      <p role="status" class={sites.length > 0 ? "tapped" : "only-read-aloud"}>
        {sites.map((site) => say(`body.${site}`)).join(", ")}
      </p>
      {listed ? (
        <Choices
          label={say("body.list")}
          options={SITES.map((value) => ({ value, label: say(`body.${value}`) }))}
          value={sites}
          change={change}
        />
      ) : (
        <button type="button" class="button quiet" onClick={() => setListed(true)}>
          {say("body.list.open")}
        </button>
      )}
      <Text label={say("body.words")} value={words} change={changeWords} />
    </div>
  );
}

function Body(properties: {
  caption: string;
  regions: readonly Region[];
  sites: readonly Site[];
  toggle: (site: Site) => void;
  /** The words for the child's side at the left and at the right of the picture. */
  sides: [string, string];
}) {
  const { caption, regions, sites, toggle, sides } = properties;
  return (
    <figure class="body-outline">
      <svg viewBox="0 0 100 200">
        {regions.map(({ site, shape }) => (
          <path key={shape} d={shape} class={sites.includes(site) ? "chosen" : ""} data-site={site} onClick={() => toggle(site)} />
        ))}
      </svg>
      <figcaption>
        <span>{sides[0]}</span>
        <b>{caption}</b>
        <span>{sides[1]}</span>
      </figcaption>
    </figure>
  );
}
