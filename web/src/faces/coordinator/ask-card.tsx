/** Asking for what would settle a pair: the family, or those at the child's site. */
import { useState } from "preact/hooks";
import { v7 as newId } from "uuid";
import { ask, made } from "../../api/client";
import { AskFamily, AskRecheck } from "../../api/generated/operations";
import type { AskedKind } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choice, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import type { Match } from "./review";

const WHOM = ["site", "family"] as const;
type Whom = (typeof WHOM)[number];
const KINDS = ["MARK", "PHOTO", "NAME", "AGE", "LANGUAGE", "CLOTHING", "LAST_SEEN", "OTHER"] as const satisfies readonly AskedKind[];

export function AskCard({ session, match, asked: wasAsked }: { session: Session; match: Match; asked: () => void }) {
  const { say } = useWords();
  const [whom, setWhom] = useState<Whom>("site");
  const [kind, setKind] = useState<AskedKind | null>(null);
  const [bodySite, setBodySite] = useState("");
  const [text, setText] = useState("");
  // The same again, after an answer that got lost, asks once.
  const [id, setId] = useState(() => newId());
  const [done, setDone] = useState<Whom | null>(null);
  const attempt = useAttempt();
  const { report, registration } = match;
  const kinds = KINDS.filter((one) => whom === "family" || one !== "LAST_SEEN");
  const submit = (event: Event) => {
    event.preventDefault();
    if (!kind || !report || !registration) return;
    setDone(null);
    void attempt.run(async () => {
      const asked = { id, kind, matchId: match.id, bodySite: kind === "MARK" ? bodySite.trim() || null : null, text: text.trim() || null };
      if (whom === "family") made((await ask(AskFamily, { input: { ...asked, reportId: report.id } }, session.token)).askFamily);
      else made((await ask(AskRecheck, { input: { ...asked, registrationId: registration.id } }, session.token)).askRecheck);
      setDone(whom);
      wasAsked();
      setId(newId());
      setKind(null);
      setBodySite("");
      setText("");
    });
  };
  const general = attempt.general("bodySite", "text");
  return (
    <details>
      <summary>{say("ask.title")}</summary>
      <form class="stack" onSubmit={submit}>
        {general ? <Notice tone="bad">{general}</Notice> : null}
        {done ? <Notice tone="good">{say(`ask.done.${done}`)}</Notice> : null}
        <Choice
          must
          label={say("ask.whom")}
          options={WHOM.map((value) => ({ value, label: say(`ask.${value}`) }))}
          value={whom}
          change={(value) => {
            if (!value) return;
            setWhom(value);
            if (value === "site" && kind === "LAST_SEEN") setKind(null);
          }}
        />
        <Choice label={say("ask.what")} options={kinds.map((value) => ({ value, label: say(`ask.${value}`) }))} value={kind} change={setKind} />
        {kind === "MARK" ? <Text label={say("ask.bodySite")} hint={say("ask.bodySite.hint")} value={bodySite} change={setBodySite} wrong={attempt.wrong("bodySite")} /> : null}
        <Text label={say("ask.text")} hint={say(`ask.text.${whom}`)} lines value={text} change={setText} wrong={attempt.wrong("text")} required={kind === "OTHER"} />
        <div>
          <button type="submit" class="button" aria-disabled={attempt.running || !kind}>
            {say("ask.go")}
          </button>
        </div>
      </form>
    </details>
  );
}
