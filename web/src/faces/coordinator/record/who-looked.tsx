/** Who looked at a person's record and who changed it, as the audit log has it; asking is entered too. */
import { useState } from "preact/hooks";
import { ask } from "../../../api/client";
import { AuditEntries } from "../../../api/generated/operations";
import type { AuditEntriesQuery } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { type Key, useWords } from "../../../languages/words";
import { Text } from "../../../parts/fields";
import { ListOf, useListed } from "../list-of";

type Entry = AuditEntriesQuery["auditEntries"]["edges"][number]["node"];
type Properties = { session: Session; recordId: string };

const PAGE = 30;
const LONGEST_REASON = 200;

export function WhoLooked({ session, recordId }: Properties) {
  const { say } = useWords();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    setAsked(reason.trim());
  };
  return (
    <section class="card">
      <h2>{say("record.looked")}</h2>
      <p class="soft">{say("record.looked.lead")}</p>
      {asked === null ? (
        <form class="stack" onSubmit={submit}>
          <Text label={say("record.looked.reason")} hint={say("record.looked.reason.hint")} maxLength={LONGEST_REASON} value={reason} change={setReason} />
          <div>
            <button type="submit" class="button main">
              {say("record.looked.show")}
            </button>
          </div>
        </form>
      ) : (
        <Entries session={session} recordId={recordId} reason={asked} />
      )}
    </section>
  );
}

function Entries({ session, recordId, reason }: Properties & { reason: string }) {
  const { say } = useWords();
  const listed = useListed<Entry>(
    async (after) => {
      const { auditEntries } = await ask(AuditEntries, { recordId, first: PAGE, after }, session.token, reason);
      return { items: auditEntries.edges.map(({ node }) => node), more: auditEntries.pageInfo.hasNextPage ? auditEntries.pageInfo.endCursor : null };
    },
    [recordId],
  );
  return (
    <ListOf listed={listed} none={say("record.looked.none")}>
      {(entry) => <Line entry={entry} />}
    </ListOf>
  );
}

function Line({ entry }: { entry: Entry }) {
  const { say, moment } = useWords();
  const what = entry.times === null ? doneIn(entry.action, say) : `${doneIn(entry.action, say)}, ${say("record.looked.times", { count: entry.times })}`;
  const who = [whoDid(entry, say), entry.role && entry.role !== "FAMILY" ? say(`role.${entry.role}`) : null, entry.device && say("record.looked.device", { device: entry.device })];
  return (
    <div class="entry">
      <div class="row wraps">
        <strong class="grows">{what}</strong>
        <time class="soft small" dateTime={entry.at}>
          {moment(entry.at)}
        </time>
      </div>
      <p>
        <bdi>{who.filter(Boolean).join(" · ")}</bdi>
      </p>
      <p class="soft small">
        {entry.parts.length > 0 ? `${entry.parts.map((part) => partOf(part, say)).join(", ")} · ` : null}
        <bdi>{entry.reason ? say("record.looked.why", { reason: entry.reason }) : say("record.looked.noReason")}</bdi>
      </p>
    </div>
  );
}

type Say = ReturnType<typeof useWords>["say"];

const LOOKS = new Set([
  ...["READ_REGISTRATION", "READ_REPORT", "READ_MATCH", "READ_DUPLICATE", "READ_SIGHTING", "READ_RECHECK"],
  ...["READ_QUESTION", "READ_PHOTO", "READ_TAKE_DOWN", "READ_AREA_ALERT", "READ_AUDIT", "LOOK_REFUSED"],
]);
const PARTS = new Set(["DESCRIPTION", "PLACE", "FOR_THOSE_NEARBY", "MEDICAL_NOTES", "EVIDENCE", "PHOTO_LINKS", "PIXELS", "WHO_LOOKED"]);

/** A look has words of its own; what happened is called by its name, of which there are many and more with every release. */
const doneIn = (action: string, say: Say): string => (LOOKS.has(action) ? say(`audit.${action}` as Key) : plainly(action));

/** A part that was shown, or the name of a field that was changed. */
const partOf = (part: string, say: Say): string => (PARTS.has(part) ? say(`audit.part.${part}` as Key) : plainly(part));

/** `REGISTRATION_MOVED` as `Registration moved`. */
function plainly(name: string): string {
  const words = name.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function whoDid({ actorId, actorName, role }: Entry, say: Say): string {
  if (actorName) return actorName;
  if (actorId === null) return say("record.looked.nobody");
  if (role === "FAMILY") return say("record.looked.family");
  if (actorId === "operator") return say("record.looked.operator");
  return actorId === "system" ? say("record.looked.system") : say("record.looked.gone");
}
