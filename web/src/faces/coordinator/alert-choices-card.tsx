/** How one wants to be told: on devices, by e-mail, and when not. */
import { useEffect, useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import { AlertChoices as AlertChoicesOperation, ChooseAlerts } from "../../api/generated/operations";
import type { AlertChoicesQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { LANGUAGES, useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choices, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";

type AlertChoices = AlertChoicesQuery["alertChoices"];
const WAYS = ["push", "email"] as const;

export function AlertChoicesCard({ session }: { session: Session }) {
  const { say } = useWords();
  const [choices, setChoices] = useState<AlertChoices | null>(null);
  const [done, setDone] = useState(false);
  const attempt = useAttempt();
  useEffect(() => void ask(AlertChoicesOperation, {}, session.token).then((found) => setChoices(found.alertChoices), () => undefined), [session.token]);
  if (!choices) return null;

  const change = (changes: Partial<AlertChoices>) => {
    setDone(false);
    setChoices({ ...choices, ...changes });
  };
  const { quiet } = choices;
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const { choices: now } = made((await ask(ChooseAlerts, { input: { ...choices, email: choices.email?.trim() || null } }, session.token)).chooseAlerts);
      if (now) setChoices(now);
      setDone(true);
    });
  };
  const general = attempt.general("email", "quiet.start", "quiet.until");
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("told.title")}</h2>
      <p class="soft">{say("told.why")}</p>
      {general ? <Notice tone="bad">{general}</Notice> : null}
      {done ? <Notice tone="good">{say("told.done")}</Notice> : null}
      <Choices
        label={say("told.ways")}
        options={WAYS.map((value) => ({ value, label: say(`told.${value}`) }))}
        value={WAYS.filter((way) => (way === "push" ? choices.byPush : choices.byEmail))}
        change={(ways) => change({ byPush: ways.includes("push"), byEmail: ways.includes("email") })}
      />
      {choices.byEmail ? (
        <>
          <Text label={say("told.address")} type="email" autoComplete="email" value={choices.email ?? ""} change={(email) => change({ email })} wrong={attempt.wrong("email")} />
          <label class="field">
            <span class="label">{say("told.language")}</span>
            <select value={choices.language} onChange={(event) => change({ language: event.currentTarget.value })}>
              {Object.entries(LANGUAGES).map(([tag, name]) => (
                <option key={tag} value={tag} lang={tag}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </>
      ) : null}
      <Choices
        label={say("told.quiet")}
        hint={say("told.quiet.hint")}
        options={[{ value: "on", label: say("told.quiet.on") }]}
        value={quiet ? ["on"] : []}
        change={(chosen) =>
          change({ quiet: chosen.length > 0 ? { start: "22:00", until: "06:00", timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone } : null })
        }
      />
      {quiet ? (
        <div class="beside">
          <Text label={say("told.from")} type="time" value={quiet.start} change={(start) => change({ quiet: { ...quiet, start } })} wrong={attempt.wrong("quiet.start")} required />
          <Text label={say("told.until")} type="time" value={quiet.until} change={(until) => change({ quiet: { ...quiet, until } })} wrong={attempt.wrong("quiet.until")} required />
        </div>
      ) : null}
      <button type="submit" class="button" aria-disabled={attempt.running}>
        {say("told.save")}
      </button>
    </form>
  );
}
