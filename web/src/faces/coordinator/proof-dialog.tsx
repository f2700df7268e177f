/** A code of the authenticator app before a decision: a screen left open on a desk must not be enough. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { prove } from "./review";

type Properties = { session: Session; why: string; proven: () => void; cancel: () => void };

export function ProofDialog({ session, why, proven, cancel }: Properties) {
  const { say } = useWords();
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      await prove(session, code);
      proven();
    } catch (error) {
      setWrong(error instanceof Refusal ? error.message : say("away"));
    }
  };
  return (
    <dialog ref={dialog} class="card" aria-labelledby="proof-title" onCancel={cancel}>
      <form class="stack" onSubmit={submit}>
        <h2 id="proof-title">{say("proof.title")}</h2>
        <p>{why}</p>
        <Text label={say("signIn.code")} inputMode="numeric" autoComplete="one-time-code" dir="ltr" value={code} change={setCode} wrong={wrong} required />
        <div class="row">
          <button type="submit" class="button main grows">
            {say("proof.go")}
          </button>
          <button type="button" class="button quiet" onClick={cancel}>
            {say("cancel")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
