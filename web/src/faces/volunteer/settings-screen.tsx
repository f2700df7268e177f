/** This phone: its PIN, the alerts on it, and where they may be about. */
import { useEffect, useState } from "preact/hooks";
import { changePin, lock } from "../../kept/lock";
import { hasSafe, WrongPin } from "../../kept/safe";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { AlertsSwitch } from "../../parts/alerts-switch";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { later } from "../../parts/later";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";

const NearbyPlace = later(() => import("./nearby-place"));

type Properties = {
  session: Session;
  /** There is a PIN from now on. */
  pinSet: () => void;
  locked: () => void;
  leave: () => void;
};

export function SettingsScreen({ session, pinSet, locked, leave }: Properties) {
  const { say } = useWords();
  return (
    <Screen title={say("settings.title")} back={leave}>
      {session.role === "VOLUNTEER" ? <Pin session={session} pinSet={pinSet} locked={locked} /> : null}
      {session.role === "VOLUNTEER" ? <AlertsSwitch token={session.token} whose="staff" why="settings.alerts.why" /> : null}
      {session.role === "VOLUNTEER" ? <NearbyPlace session={session} /> : null}
    </Screen>
  );
}

const EMPTY = { present: "", pin: "", again: "" };

function Pin({ session, pinSet, locked }: Omit<Properties, "leave">) {
  const { say } = useWords();
  const [has, setHas] = useState<boolean | null>(null);
  const [typed, setTyped] = useState(EMPTY);
  const [wrong, setWrong] = useState<{ present?: string; again?: string }>({});
  const [done, setDone] = useState(false);
  const attempt = useAttempt();
  useEffect(() => {
    void hasSafe().then(setHas);
  }, []);
  if (has === null) return null;

  const put = (changes: Partial<typeof EMPTY>) => setTyped({ ...typed, ...changes });
  const set = async () => {
    setWrong({});
    setDone(false);
    if (typed.pin !== typed.again) {
      setWrong({ again: say("settings.pin.differ") });
      return;
    }
    try {
      await changePin(session, typed.pin, has ? typed.present : null);
    } catch (error) {
      if (!(error instanceof WrongPin)) throw error;
      setWrong({ present: say("lock.wrong") });
      return;
    }
    setTyped(EMPTY);
    setHas(true);
    setDone(true);
    pinSet();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(set);
  };
  const general = attempt.general("pin", "presentPin");
  const secret = { type: "password", inputMode: "numeric", dir: "ltr", autoComplete: "off", required: true } as const;
  return (
    <section class="card">
      <h2>{say("settings.pin.title")}</h2>
      <p class="soft">{say("settings.pin.why")}</p>
      {done ? <Notice tone="good">{say("settings.pin.set")}</Notice> : null}
      {general ? <Notice tone="bad">{general}</Notice> : null}
      <form class="stack" onSubmit={submit}>
        {has ? (
          <Text
            {...secret}
            label={say("settings.pin.present")}
            value={typed.present}
            change={(present) => put({ present })}
            wrong={wrong.present ?? attempt.wrong("presentPin")}
          />
        ) : null}
        <Text
          {...secret}
          label={say("settings.pin.new")}
          hint={say("settings.pin.hint")}
          value={typed.pin}
          change={(pin) => put({ pin })}
          wrong={attempt.wrong("pin")}
        />
        <Text {...secret} label={say("settings.pin.again")} value={typed.again} change={(again) => put({ again })} wrong={wrong.again} />
        <button type="submit" class="button" aria-disabled={attempt.running}>
          {say(has ? "settings.pin.change" : "settings.pin.keep")}
        </button>
      </form>
      {has ? (
        <button type="button" class="button quiet" onClick={() => void lock().then(locked)}>
          <Icon name="lock" />
          {say("settings.lock")}
        </button>
      ) : null}
    </section>
  );
}
