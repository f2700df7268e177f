/** A shape for each layer, so that no colour alone tells them apart. */
import type { Shown } from "./layers";

const SHAPES: Record<Shown, string> = {
  sites: "M2 8 8 2.5 14 8v6H2z",
  children: "M8 2a6 6 0 1 0 0 12 6 6 0 1 0 0-12",
  others: "M8 2a6 6 0 1 0 0 12 6 6 0 1 0 0-12M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 1 1 0-5.6",
  reports: "M8 2 14.5 13.5h-13z",
  sightings: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  matches: "M1.5 6.5h8V3.5L14.5 8l-5 4.5v-3h-8z",
};

export function Glyph({ of }: { of: Shown }) {
  return (
    <svg class={`glyph ${of}`} viewBox="0 0 16 16" aria-hidden="true">
      <path fill-rule="evenodd" d={SHAPES[of]} />
    </svg>
  );
}
