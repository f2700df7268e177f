/** Many sites at once, from a table: what stands in each line is said before anything is added. */
import { useState } from "preact/hooks";
import { v7 as newId } from "uuid";
import type { AddSiteInput, SiteKind } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { addSite, SITE_KINDS } from "./incident";

type Line = { text: string; input: AddSiteInput | null; state: "ready" | "added" | "wrong"; wrong: string | null };

export function SiteImport({ session, incidentId, added }: { session: Session; incidentId: string; added: () => void }) {
  const { say, why } = useWords();
  const [table, setTable] = useState("");
  const [lines, setLines] = useState<Line[] | null>(null);
  const [running, setRunning] = useState(false);

  const look = (text: string) => {
    setTable(text);
    setLines(text.trim() ? read(text, incidentId, say("import.unreadable")) : null);
  };
  const addAll = async () => {
    setRunning(true);
    const next = [...(lines ?? [])];
    for (const [index, line] of next.entries()) {
      if (!line.input || line.state === "added") continue;
      try {
        await addSite(session, line.input);
        next[index] = { ...line, state: "added", wrong: null };
      } catch (error) {
        next[index] = { ...line, state: "wrong", wrong: why(error) };
      }
      setLines([...next]);
    }
    setRunning(false);
    added();
  };
  const ready = lines?.filter(({ input, state }) => input && state !== "added").length ?? 0;
  return (
    <details>
      <summary>{say("import.title")}</summary>
      <div class="stack">
        <Text label={say("import.table")} hint={say("import.hint")} lines value={table} change={look} />
        <label class="field">
          <span class="label">{say("import.file")}</span>
          <input type="file" accept=".csv,text/csv" onChange={(event) => void event.currentTarget.files?.[0]?.text().then(look)} />
        </label>
        {lines ? (
          <ol class="list">
            {lines.map((line, index) => (
              <li key={`${index} ${line.text}`} class="row wraps">
                <bdi class="grows">{line.text}</bdi>
                <span class={`tag ${line.state === "added" ? "good" : line.state === "wrong" ? "bad" : ""}`}>{line.wrong ?? say(`import.${line.state}`)}</span>
              </li>
            ))}
          </ol>
        ) : null}
        {lines && ready === 0 && lines.every(({ state }) => state === "added") ? <Notice tone="good">{say("import.done")}</Notice> : null}
        {ready > 0 ? (
          <div>
            <button type="button" class="button main" aria-disabled={running} onClick={() => void (running || addAll())}>
              {say("import.go", { count: ready })}
            </button>
          </div>
        ) : null}
      </div>
    </details>
  );
}

/** Name, kind, latitude, longitude, and address and room where they are known. A first line of heads is passed over. */
function read(text: string, incidentId: string, unreadable: string): Line[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() && !/^\W*name\W*[,;\t]/i.test(line))
    .map((line) => {
      const [name = "", kind = "", latitude = "", longitude = "", address = "", room = ""] = cells(line);
      const known = SITE_KINDS.find((one) => one === kind.toUpperCase().replace(/\s+/g, "_")) as SiteKind | undefined;
      const point = { latitude: Number(latitude), longitude: Number(longitude) };
      if (!name || !known || !latitude || !longitude || Number.isNaN(point.latitude) || Number.isNaN(point.longitude))
        return { text: line, input: null, state: "wrong", wrong: unreadable };
      const input = { id: newId(), incidentId, name, kind: known, point, address: address || null, capacity: room ? Number(room) : null };
      return { text: line, input, state: "ready", wrong: null };
    });
}

/** The cells of a line: commas, semicolons or tabs between them, quotes around what holds one. */
function cells(line: string): string[] {
  const between = [",", ";", "\t"].sort((one, other) => line.split(other).length - line.split(one).length)[0] ?? ",";
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter === between && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else cell += letter;
  }
  return [...found, cell.trim()];
}
