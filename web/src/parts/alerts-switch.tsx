/** Alerts on this phone: the reason is said before the browser asks. */
import { useEffect, useState } from "preact/hooks";
import { type Device, keptDevice, renewDevices, subscribe, unsubscribe, type Whose } from "../kept/device";
import type { Key } from "../languages/words";
import { useWords } from "../languages/words";
import { useAttempt } from "./attempt";
import { Notice } from "./notice";

const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

type Properties = { token: string; whose: Whose; title?: Key; why?: Key };

export function AlertsSwitch({ token, whose, title = "alerts.title", why = "alerts.why" }: Properties) {
  const { say, language } = useWords();
  const [device, setDevice] = useState<Device | null | undefined>(undefined);
  const [denied, setDenied] = useState(false);
  const attempt = useAttempt();
  useEffect(() => {
    void keptDevice(whose).then(setDevice);
  }, [whose]);
  useEffect(() => {
    if (device) void followUp(language);
  }, [device?.id, language]);
  if (!possible || device === undefined) return null;

  const turnOn = async () => {
    const answer = await Notification.requestPermission();
    setDenied(answer !== "granted");
    if (answer === "granted") setDevice(await subscribe(await navigator.serviceWorker.ready, whose, language, token));
  };
  const turnOff = async () => {
    if (device) await unsubscribe(device, token);
    setDevice(null);
  };
  const wrong = denied ? say("alerts.denied") : attempt.general();

  return (
    <section class="card">
      <h2>{say(title)}</h2>
      <p class="soft">{say(why)}</p>
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {device ? <Notice tone="good">{say("alerts.are.on")}</Notice> : null}
      <button type="button" class="button" onClick={() => void attempt.run(device ? turnOff : turnOn)}>
        {say(device ? "alerts.off" : "alerts.on")}
      </button>
    </section>
  );
}

/** What the service worker could not tell the server, such as from a locked phone, and a language that was changed. */
async function followUp(language: string): Promise<void> {
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (subscription) await renewDevices(subscription.toJSON(), language).catch(() => undefined); // at the next opening
}
