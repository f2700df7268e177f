/** One's passkeys: add one on this device, see when each was used, remove one. */
import { useState } from "preact/hooks";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import type { Person } from "./desk";
import { addPasskey, NoPasskey, passkeysPossible, removePasskey } from "./passkeys";
import { useProvenAttempt } from "./proof-dialog";
import { RecoveryCodes } from "./recovery-codes";

export function PasskeysCard({ session, person, changed }: { session: Session; person: Person; changed: () => void }) {
  const { say, spoken } = useWords();
  const { passkeys } = person.credentials;
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const [denied, setDenied] = useState(false);
  const attempt = useProvenAttempt(session);
  const other = attempt.general("name", "password");
  const day = new Intl.DateTimeFormat(spoken, { dateStyle: "medium" });

  const add = (event: Event) => {
    event.preventDefault();
    setDenied(false);
    void attempt.run(async () => {
      try {
        setCodes(await addPasskey(session, password, name));
      } catch (error) {
        if (!(error instanceof NoPasskey)) throw error;
        setDenied(true);
        return;
      }
      setPassword("");
      setName("");
      setAdding(false);
      changed();
    });
  };
  const remove = (id: string) =>
    attempt.run(async () => {
      await removePasskey(session, id);
      setRemoving(null);
      changed();
    });
  return (
    <section class="card">
      <h2>{say("passkeys.title")}</h2>
      <p class="soft">{say("passkeys.why")}</p>
      {other ? <Notice tone="bad">{other}</Notice> : null}
      {denied ? <Notice tone="warn">{say("passkeys.denied")}</Notice> : null}
      {codes ? <RecoveryCodes codes={codes} /> : null}
      {passkeys.length > 0 ? (
        <ul class="list">
          {passkeys.map((one) => (
            <li key={one.id} class="row wraps">
              <div class="grows">
                <strong>
                  <bdi>{one.name}</bdi>
                </strong>
                <p class="soft small">
                  {one.lastUsedAt ? say("passkeys.used", { day: day.format(new Date(one.lastUsedAt)) }) : say("passkeys.added", { day: day.format(new Date(one.createdAt)) })}
                </p>
              </div>
              {removing === one.id ? (
                <>
                  <span>{say("passkeys.sure")}</span>
                  <button type="button" class="button" onClick={() => void remove(one.id)}>
                    {say("remove")}
                  </button>
                  <button type="button" class="button quiet" onClick={() => setRemoving(null)}>
                    {say("cancel")}
                  </button>
                </>
              ) : (
                <button type="button" class="button quiet" aria-label={say("passkeys.remove", { name: one.name })} onClick={() => setRemoving(one.id)}>
                  {say("remove")}
                </button>
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {!passkeysPossible ? (
        <p class="soft small">{say("passkeys.impossible")}</p>
      ) : adding ? (
        <form class="stack" onSubmit={add}>
          <Text label={say("passkeys.name")} hint={say("passkeys.name.hint")} value={name} change={setName} wrong={attempt.wrong("name")} required />
          <Text label={say("signIn.password")} type="password" autoComplete="current-password" value={password} change={setPassword} wrong={attempt.wrong("password")} required />
          <div class="row">
            <button type="submit" class="button main" aria-disabled={attempt.running}>
              {say("passkeys.go")}
            </button>
            <button type="button" class="button quiet" onClick={() => setAdding(false)}>
              {say("cancel")}
            </button>
          </div>
        </form>
      ) : (
        <div>
          <button type="button" class="button" onClick={() => setAdding(true)}>
            {say("passkeys.add")}
          </button>
        </div>
      )}
      {attempt.dialog}
    </section>
  );
}
