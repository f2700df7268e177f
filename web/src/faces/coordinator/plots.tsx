/** Figures to look at, drawn here; each stands in a table too, for who reads them. */
import { useWords } from "../../languages/words";

export type Bar = { name: string; value: number; shown: string; most: number };

/** A table whose last column is a bar. */
export function Bars({ caption, head, bars }: { caption: string; head: [string, string]; bars: Bar[] }) {
  return (
    <table class="bars">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{head[0]}</th>
          <th scope="col">{head[1]}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {bars.map(({ name, value, shown, most }) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td class="number">{shown}</td>
            <td aria-hidden="true">
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" class="bar">
                <rect width="100" height="8" class="rail" />
                <rect width={most > 0 ? Math.min(100, (100 * value) / most) : 0} height="8" class={value > most ? "over" : "filled"} />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export type Line = { name: string; values: number[] };
const WIDTH = 640;
const HEIGHT = 220;
const EDGE = 8;
/** Room for the names of the figures at the left, and of the times below. */
const LEFT = 52;
const BELOW = 28;

/** Several lines over the same moments. Told apart by dashes and by their names at the end, not by colour alone. */
export function Lines({ caption, moments, lines }: { caption: string; moments: string[]; lines: Line[] }) {
  const { say, number } = useWords();
  // Even, so that half of it is a number of people too.
  const most = 2 * Math.ceil(Math.max(2, ...lines.flatMap(({ values }) => values)) / 2);
  const x = (at: number) => LEFT + (at * (WIDTH - LEFT - EDGE)) / Math.max(1, moments.length - 1);
  const y = (value: number) => HEIGHT - BELOW - (value * (HEIGHT - BELOW - EDGE)) / most;
  return (
    <figure class="stack">
      <figcaption>{caption}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} class="lines" aria-hidden="true">
        {[0, most / 2, most].map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={WIDTH - EDGE} y1={y(value)} y2={y(value)} class="rule" />
            <text x={LEFT - EDGE} y={y(value) + 5} text-anchor="end">
              {number(value)}
            </text>
          </g>
        ))}
        {moments.map((moment, at) =>
          at % 2 === 0 ? (
            <text key={moment} x={x(at)} y={HEIGHT - 6} text-anchor={at === 0 ? "start" : at === moments.length - 1 ? "end" : "middle"}>
              {moment}
            </text>
          ) : null,
        )}
        {lines.map(({ name, values }, index) => (
          <polyline key={name} class={`line-${index}`} points={values.map((value, at) => `${x(at)},${y(value)}`).join(" ")} />
        ))}
      </svg>
      <ul class="legend">
        {lines.map(({ name }, index) => (
          <li key={name}>
            <svg viewBox="0 0 32 8" aria-hidden="true">
              <polyline class={`line-${index}`} points="0,4 32,4" />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <details>
        <summary>{say("figures.table")}</summary>
        <table class="bars">
          <thead>
            <tr>
              <th scope="col">{say("compare.when")}</th>
              {lines.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {moments.map((moment, at) => (
              <tr key={moment}>
                <th scope="row">{moment}</th>
                {lines.map(({ name, values }) => (
                  <td key={name} class="number">
                    {number(values[at] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
