/** Coming back to the desk: name, password, and the code of the authenticator app, or a passkey. */
import { useRef, useState } from "preact/hooks";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { signIn } from "./desk";
import { NoPasskey, passkeysPossible, passkeyToSignIn } from "./passkeys";

export function SignInScreen({ came, leave }: { came: (session: Session) => void; leave: () => void }) {
  const { say, why } = useWords();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);

  const attempt = async (proof: () => Promise<{ code: string } | { passkey: string }>) => {
    if (asking) return;
    setAsking(true);
    setWrong(null);
    try {
      came(await signIn(name, password, await proof()));
    } catch (error) {
      setWrong(error instanceof NoPasskey ? say("passkeys.denied") : why(error));
    }
    setAsking(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt(() => Promise.resolve({ code }));
  };
  const form = useRef<HTMLFormElement>(null);
  const byPasskey = () => {
    if (form.current?.reportValidity()) void attempt(async () => ({ passkey: await passkeyToSignIn(name) }));
  };

  return (
    <Screen title={say("signIn.title")} lead={say("signIn.lead")} back={leave}>
      <form ref={form} class="stack" onSubmit={submit}>
        {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
        <Text label={say("signIn.name")} autoComplete="username" dir="ltr" value={name} change={setName} required />
        <Text label={say("signIn.password")} type="password" autoComplete="current-password" value={password} change={setPassword} required />
        <Text
          label={say("signIn.code")}
          hint={say("signIn.code.hint")}
          inputMode="numeric"
          autoComplete="one-time-code"
          dir="ltr"
          value={code}
          change={setCode}
        />
        <button type="submit" class="button main" aria-disabled={asking}>
          {say("signIn.go")}
        </button>
        {passkeysPossible ? (
          <button type="button" class="button" aria-disabled={asking} onClick={byPasskey}>
            {say("signIn.passkey")}
          </button>
        ) : null}
      </form>
    </Screen>
  );
}
