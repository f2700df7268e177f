/** The locked phone: nothing of what it holds is seen before the PIN. It opens without a network as well. */
import { useState } from "preact/hooks";
import { beginAnew, unlock, unlockWithServer } from "../../kept/lock";
import { hasSafe, isOpen, WrongPin } from "../../kept/safe";
import type { Session } from "../../kept/session";
import { Refusal } from "../../api/client";
import { useWords, type Words } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { Sure } from "../../parts/sure";

export const PIN_FIELD = { type: "password", inputMode: "numeric", dir: "ltr", autoComplete: "off" } as const;

/** That a PIN is not right, and from when on the next is listened to. */
export function wrongPin({ again }: WrongPin, { say, moment }: Words): string {
  return again > Date.now() ? say("lock.wait", { time: moment(again, "short") }) : say("lock.wrong");
}

type Properties = {
  /** The session that the server has locked; null where this phone locked itself, and it is not read yet. */
  session: Session | null;
  opened: () => void;
  /** The phone begins anew: what was kept is set aside. */
  anew: () => void;
};

export function LockScreen({ session, opened, anew }: Properties) {
  const words = useWords();
  const { say } = words;
  const [pin, setPin] = useState("");
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const [forgotten, setForgotten] = useState(false);
  const attempt = useAttempt();

  const enter = async () => {
    setWrong(undefined);
    try {
      if (!isOpen() && (await hasSafe())) await unlock(pin);
      else if (session) await unlockWithServer(pin, session);
      opened();
    } catch (error) {
      if (error instanceof WrongPin) setWrong(wrongPin(error, words));
      else if (error instanceof Refusal && error.is("INVALID")) setWrong(say("refused.INVALID.presentPin"));
      else throw error;
    }
    setPin("");
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(enter);
  };
  return (
    <Screen title={say("lock.title")} lead={say("lock.lead")}>
      <form class="stack" onSubmit={submit}>
        {attempt.general("pin") ? <Notice tone="bad">{attempt.general("pin")}</Notice> : null}
        <Text
          {...PIN_FIELD}
          label={say("lock.pin")}
          value={pin}
          change={setPin}
          wrong={wrong ?? attempt.wrong("pin")}
          required
        />
        <button type="submit" class="button main" aria-disabled={attempt.running}>
          {say(attempt.running ? "lock.opening" : "lock.open")}
        </button>
      </form>
      {forgotten ? (
        <Sure
          label={say("lock.forgotten")}
          question={say("lock.forgotten.sure")}
          yes={say("lock.forgotten.yes")}
          go={() => void beginAnew().then(anew)}
          cancel={() => setForgotten(false)}
        />
      ) : (
        <button type="button" class="button quiet" onClick={() => setForgotten(true)}>
          {say("lock.forgotten")}
        </button>
      )}
    </Screen>
  );
}
