/** Alerts on this phone: the reason is said before the browser asks. */
import { useEffect, useState } from "preact/hooks";
import { ask, made, Refusal } from "../api/client";
import { PushKey, RegisterDevice, RemoveDevice } from "../api/generated/operations";
import { forget, keep, kept } from "../kept/database";
import { useWords } from "../languages/words";
import { Notice } from "./notice";

const KEPT_AS = "device";
const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export function AlertsSwitch({ token }: { token: string }) {
  const { say, language } = useWords();
  const [device, setDevice] = useState<string | null | undefined>(undefined);
  const [wrong, setWrong] = useState<string | null>(null);
  useEffect(() => {
    void kept<string>(KEPT_AS).then(setDevice);
  }, []);
  if (!possible || device === undefined) return null;

  const attempt = async (change: () => Promise<void>) => {
    setWrong(null);
    try {
      await change();
    } catch (error) {
      setWrong(error instanceof Refusal ? error.message : say("away"));
    }
  };
  const turnOn = () =>
    attempt(async () => {
      if ((await Notification.requestPermission()) !== "granted") {
        setWrong(say("alerts.denied"));
        return;
      }
      const { pushKey } = await ask(PushKey, {});
      const registration = await navigator.serviceWorker.ready;
      const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: pushKey });
      const { endpoint, keys } = subscription.toJSON();
      const { registerDevice } = await ask(
        RegisterDevice,
        { input: { endpoint: endpoint ?? "", publicKey: keys?.p256dh ?? "", authSecret: keys?.auth ?? "", language } },
        token,
      );
      const id = made(registerDevice).device?.id ?? null;
      await keep(KEPT_AS, id);
      setDevice(id);
    });
  const turnOff = () =>
    attempt(async () => {
      made((await ask(RemoveDevice, { id: device ?? "" }, token)).removeDevice);
      await forget(KEPT_AS);
      setDevice(null);
    });

  return (
    <section class="card">
      <h2>{say("alerts.title")}</h2>
      <p class="soft">{say("alerts.why")}</p>
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      <button type="button" class="button" aria-pressed={device !== null} onClick={() => void (device ? turnOff() : turnOn())}>
        {say(device ? "alerts.off" : "alerts.on")}
      </button>
    </section>
  );
}
