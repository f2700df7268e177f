/** One's own account: password, authenticator app, recovery codes, and where else one is signed in. */
import { useEffect, useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import { BeginSecondFactor, ConfirmSecondFactor, EndSession, OwnSessions, SetPassword } from "../../api/generated/operations";
import type { OwnSessionsQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { AlertsSwitch } from "../../parts/alerts-switch";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { QrCode } from "../../parts/qr-code";
import { AlertChoicesCard } from "./alert-choices-card";
import { type Person, self } from "./desk";
import { PasskeysCard } from "./passkeys-card";
import { RecoveryCodes } from "./recovery-codes";

export function AccountScreen({ session }: { session: Session }) {
  const { say } = useWords();
  const [person, setPerson] = useState<Person | null>(null);
  const load = () => void self(session).then(setPerson, () => undefined);
  useEffect(load, [session.token]);
  const credentials = person?.credentials;
  return (
    <div class="settings">
      <h1>{say("account.title")}</h1>
      {person ? <PasswordCard session={session} person={person} changed={load} /> : null}
      {person && credentials?.passwordSet ? (
        <>
          <PasskeysCard session={session} person={person} changed={load} />
          <SecondFactorCard session={session} person={person} changed={load} />
        </>
      ) : null}
      <AlertsSwitch token={session.token} whose="staff" title="account.alerts" why="account.alerts.why" />
      <AlertChoicesCard session={session} />
      <SessionsCard session={session} />
    </div>
  );
}

type CardProperties = { session: Session; person: Person; changed: () => void };

function PasswordCard({ session, person, changed }: CardProperties) {
  const { say } = useWords();
  const { credentials } = person;
  const [signInName, setSignInName] = useState(credentials.signInName ?? "");
  const [password, setPassword] = useState("");
  const [present, setPresent] = useState("");
  const [done, setDone] = useState(false);
  const attempt = useAttempt();
  const other = attempt.general("signInName", "password", "presentPassword");

  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const input = { signInName, password, presentPassword: present || null };
      made((await ask(SetPassword, { input }, session.token)).setPassword);
      setPassword("");
      setPresent("");
      setDone(true);
      changed();
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("account.password")}</h2>
      <p class="soft">{say("account.password.why")}</p>
      {done ? <Notice tone="good">{say("account.password.done")}</Notice> : null}
      {other ? <Notice tone="bad">{other}</Notice> : null}
      <Text label={say("signIn.name")} autoComplete="username" dir="ltr" value={signInName} change={setSignInName} wrong={attempt.wrong("signInName")} required />
      {credentials.passwordSet ? (
        <Text label={say("account.present")} type="password" autoComplete="current-password" value={present} change={setPresent} wrong={attempt.wrong("presentPassword")} />
      ) : null}
      <Text
        label={say("account.new")}
        hint={say("account.new.hint")}
        type="password"
        autoComplete="new-password"
        value={password}
        change={setPassword}
        wrong={attempt.wrong("password")}
        required
      />
      <button type="submit" class="button">
        {say("account.save")}
      </button>
    </form>
  );
}

function SecondFactorCard({ session, person, changed }: CardProperties) {
  const { say } = useWords();
  const { credentials } = person;
  const [password, setPassword] = useState("");
  const [replacing, setReplacing] = useState("");
  const [address, setAddress] = useState<{ secret: string; address: string } | null>(null);
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const attempt = useAttempt();
  const other = attempt.general("password", "code");

  const begin = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const input = { password, code: replacing || null };
      const begun = made((await ask(BeginSecondFactor, { input }, session.token)).beginSecondFactor);
      setAddress({ secret: begun.secret ?? "", address: begun.address ?? "" });
      setPassword("");
    });
  };
  const confirm = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const confirmed = made((await ask(ConfirmSecondFactor, { code }, session.token)).confirmSecondFactor);
      setRecovery(confirmed.recoveryCodes);
      setAddress(null);
      setCode("");
      changed();
    });
  };
  return (
    <section class="card">
      <h2>{say("account.app")}</h2>
      <p class="soft">{say(credentials.authenticatorAppSet ? "account.app.set" : "account.app.why", { left: credentials.recoveryCodesLeft })}</p>
      {other ? <Notice tone="bad">{other}</Notice> : null}
      {recovery ? (
        <RecoveryCodes codes={recovery} />
      ) : address ? (
        <form class="stack" onSubmit={confirm}>
          <p>{say("account.app.scan")}</p>
          <QrCode text={address.address} label={say("account.app.qr")} />
          <p class="code">{address.secret}</p>
          <Text label={say("signIn.code")} inputMode="numeric" autoComplete="one-time-code" dir="ltr" value={code} change={setCode} wrong={attempt.wrong("code")} required />
          <button type="submit" class="button main">
            {say("account.app.confirm")}
          </button>
        </form>
      ) : (
        <form class="stack" onSubmit={begin}>
          <Text label={say("signIn.password")} type="password" autoComplete="current-password" value={password} change={setPassword} wrong={attempt.wrong("password")} required />
          {credentials.secondFactorSet ? (
            <Text label={say("signIn.code")} dir="ltr" value={replacing} change={setReplacing} wrong={attempt.wrong("code")} />
          ) : null}
          <button type="submit" class="button">
            {say(credentials.authenticatorAppSet ? "account.app.replace" : "account.app.add")}
          </button>
        </form>
      )}
    </section>
  );
}

function SessionsCard({ session }: { session: Session }) {
  const { say, moment } = useWords();
  const [sessions, setSessions] = useState<OwnSessionsQuery["ownSessions"]>([]);
  const load = () => void ask(OwnSessions, {}, session.token).then((found) => setSessions(found.ownSessions), () => undefined);
  useEffect(load, [session.token]);
  const attempt = useAttempt();
  return (
    <section class="card">
      <h2>{say("account.sessions")}</h2>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <ul class="list">
        {sessions.map((one) => (
          <li key={one.id} class="row">
            <span class="grows">
              {say("account.session", { time: moment(one.lastUsedAt) })}{" "}
              {one.present ? <span class="tag good">{say("account.session.here")}</span> : null}
            </span>
            {one.present ? null : (
              <button
                type="button"
                class="button"
                onClick={() =>
                  void attempt.run(async () => {
                    made((await ask(EndSession, { id: one.id }, session.token)).endSession);
                    load();
                  })
                }
              >
                {say("account.session.end")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
