/** Coming back to the desk: name, password, and the code of the authenticator app. */
import { useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { signIn } from "./desk";

export function SignInScreen({ came, leave }: { came: (session: Session) => void; leave: () => void }) {
  const { say } = useWords();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    setWrong(null);
    try {
      came(await signIn(name, password, code));
    } catch (error) {
      setWrong(error instanceof Refusal ? error.message : say("away"));
    }
    setAsking(false);
  };

  return (
    <Screen title={say("signIn.title")} lead={say("signIn.lead")} back={leave}>
      <form class="stack" onSubmit={submit}>
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
      </form>
    </Screen>
  );
}
