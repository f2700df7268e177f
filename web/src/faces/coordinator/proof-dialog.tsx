/** A second factor before a decision: a screen left open on a desk must not be enough. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/client";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { type Attempt, useAttempt } from "../../parts/attempt";
import { Dialog } from "../../parts/dialog";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { type Person, self } from "./desk";
import { NoPasskey, passkeysPossible, proveWithPasskey } from "./passkeys";
import { prove } from "./review";

/** An attempt that, where the server wants to know that it is you, asks for that and then goes on. */
export function useProvenAttempt(session: Session): Attempt & { dialog: VNode | null } {
  const attempt = useAttempt();
  const [unproven, setUnproven] = useState<{ what: () => Promise<void>; why: string } | null>(null);
  const latest = useRef(attempt);
  latest.current = attempt;
  const run = (what: () => Promise<void>): Promise<void> =>
    latest.current.run(async () => {
      try {
        await what();
      } catch (error) {
        if (!(error instanceof Refusal && error.is("STEP_UP_NEEDED"))) throw error;
        setUnproven({ what, why: error.message });
      }
    });
  const dialog = unproven ? (
    <ProofDialog
      session={session}
      why={unproven.why}
      proven={() => {
        setUnproven(null);
        void run(unproven.what);
      }}
      cancel={() => setUnproven(null)}
    />
  ) : null;
  return { ...attempt, run, dialog };
}

type Properties = { session: Session; why: string; proven: () => void; cancel: () => void };

function ProofDialog({ session, why, proven, cancel }: Properties) {
  const { say } = useWords();
  const [person, setPerson] = useState<Person | null>(null);
  const [code, setCode] = useState("");
  const attempt = useAttempt();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => void self(session).then(setPerson, () => undefined), []);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, .button.main")?.focus(), [person]);

  const byCode = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      await prove(session, code);
      proven();
    });
  };
  const byPasskey = () =>
    attempt.run(async () => {
      try {
        await proveWithPasskey(session);
      } catch (error) {
        if (error instanceof NoPasskey) return;
        throw error;
      }
      proven();
    });
  const credentials = person?.credentials;
  const hasPasskey = passkeysPossible && (credentials?.passkeys.length ?? 0) > 0;
  const set = credentials?.secondFactorSet ?? false;
  const byApp = credentials?.authenticatorAppSet ?? false;
  return (
    <Dialog title={say("proof.title")} close={cancel}>
      <form ref={form} class="stack" onSubmit={byCode}>
        <p>{why}</p>
        {attempt.general("code") ? <Notice tone="bad">{attempt.general("code")}</Notice> : null}
        {set ? (
          <Text
            label={say(byApp ? "signIn.code" : "proof.recovery")}
            {...(byApp ? { hint: say("proof.code.hint"), autoComplete: "one-time-code" } : {})}
            dir="ltr"
            value={code}
            change={setCode}
            wrong={attempt.wrong("code")}
            required
          />
        ) : null}
        <div class="row wraps">
          {hasPasskey ? (
            <button type="button" class={byApp ? "button" : "button main"} onClick={() => void byPasskey()}>
              {say("proof.passkey")}
            </button>
          ) : null}
          {set ? (
            <button type="submit" class={byApp ? "button main" : "button"}>
              {say("proof.go")}
            </button>
          ) : null}
          {credentials && !set ? (
            <Link href="/desk/account" class="button main">
              {say("proof.setUp")}
            </Link>
          ) : null}
          <button type="button" class="button quiet" onClick={cancel}>
            {say("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
