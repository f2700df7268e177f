/** The map in rows, for those whom a picture does not serve: what is where, in words. */
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Notice } from "../../../parts/notice";
import { LAYERS, type Shown, shownAs } from "./layers";
import { loadRows, type MapRows, type Part, totalsOf } from "./map";

type Properties = { session: Session; incidentId: string; part: Part; shown: readonly Shown[]; at: string | null; heard: number };

export function MapRowsTable({ session, incidentId, part, shown, at, heard }: Properties) {
  const { say, spoken, number } = useWords();
  const [rows, setRows] = useState<MapRows | null>(null);
  const attempt = useAttempt();
  // Lines have two ends; they are counted in the sum alone. Few sites come one by one, with their names.
  const sites = shown.includes("sites") ? (rows?.things ?? []).filter(({ layer }) => layer === "SITES") : [];
  const columns = shown.filter((one) => one !== "matches" && (one !== "sites" || sites.length === 0));
  useEffect(() => {
    void attempt.read(() => loadRows(session, incidentId, part, shown, at, spoken), setRows);
  }, [session.token, incidentId, part, shown, at, heard, spoken]);

  const count = (cell: MapRows["cells"][number], column: Shown) =>
    cell.counts.filter((one) => shownAs(one, shown) === column).reduce((sum, one) => sum + one.count, 0);
  const all = (cell: MapRows["cells"][number]) => columns.reduce((sum, column) => sum + count(cell, column), 0);
  const cells = (rows?.cells ?? []).filter((cell) => all(cell) > 0).sort((one, other) => all(other) - all(one));
  const totals = rows ? totalsOf(rows.totals) : {};
  return (
    <section class="map-rows">
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {sites.length > 0 ? (
        <table class="figures">
          <caption>{say("map.rows.sites")}</caption>
          <thead>
            <tr>
              <th scope="col">{say("map.one.sites")}</th>
              <th scope="col">{say("map.rows.inCare")}</th>
              <th scope="col">{say("map.rows.room")}</th>
              <th scope="col">{say("map.layer.children")}</th>
              <th scope="col">{say("map.state")}</th>
            </tr>
          </thead>
          <tbody>
            {sites.map((site) => (
              <tr key={site.id}>
                <th scope="row">
                  <bdi>{site.name}</bdi>
                </th>
                <td>{number(site.inCare ?? 0)}</td>
                <td>{site.capacity === null ? "" : number(site.capacity)}</td>
                <td>{number(site.unaccompanied ?? 0)}</td>
                <td>{say(site.state === "OPEN" ? "map.state.OPEN" : "map.state.CLOSED")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <table class="figures">
        <caption>{say("map.rows.caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{say("map.rows.where")}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {say(LAYERS[column].title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => (
            <tr key={cell.cell}>
              <th scope="row">
                <bdi>{cell.name ?? say("map.rows.nameless")}</bdi>
              </th>
              {columns.map((column) => (
                <td key={column}>{number(count(cell, column))}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{say("map.rows.all")}</th>
            {columns.map((column) => (
              <td key={column}>{number(totals[column] ?? 0)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
      {shown.includes("matches") ? <p class="soft">{say("map.rows.matches", { count: number(totals.matches ?? 0) })}</p> : null}
    </section>
  );
}
