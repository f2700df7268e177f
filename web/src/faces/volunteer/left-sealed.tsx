/** What was saved here under a PIN that was forgotten waits for it, and says so. */
import { useState } from "preact/hooks";
import { send } from "../../kept/delivery";
import { takeUp } from "../../kept/left";
import { asDigits } from "../../kept/lock";
import { refresh } from "../../kept/queue";
import { WrongPin } from "../../kept/safe";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { PIN_FIELD, wrongPin } from "./lock-screen";

type Properties = {
  count: number;
  /** A PIN was tried: there may be fewer. */
  look: () => Promise<void>;
  sent: () => void;
};

export function LeftSealed({ count, look, sent }: Properties) {
  const words = useWords();
  const { say } = words;
  const [pin, setPin] = useState("");
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const attempt = useAttempt();
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      setWrong(undefined);
      try {
        await takeUp(asDigits(pin));
        await refresh();
        void send().then(sent);
      } catch (error) {
        if (!(error instanceof WrongPin)) throw error;
        setWrong(wrongPin(error, words));
      }
      setPin("");
      await look();
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("left.title")}</h2>
      <p>{say("left.why", { count })}</p>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <Text {...PIN_FIELD} label={say("left.pin")} value={pin} change={setPin} wrong={wrong} required />
      <button type="submit" class="button" aria-disabled={attempt.running}>
        {say(attempt.running ? "lock.opening" : "left.open")}
      </button>
    </form>
  );
}
