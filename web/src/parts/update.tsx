/** What stands above every screen: that a new build of the app is on the phone, or that the phone can keep nothing.
 *
 * Nothing is opened anew until the person says so, and what was typed is kept.
 */
import { useEffect, useState } from "preact/hooks";
import { allKept, followUnkept } from "../kept/values";
import { useWords } from "../languages/words";
import { Icon } from "./icons";

export function UpdatePrompt() {
  const { say } = useWords();
  const waiting = useWaiting();
  const [later, setLater] = useState(false);
  const [unkept, setUnkept] = useState(false);
  useEffect(() => followUnkept(setUnkept), []);
  if (unkept)
    return (
      <div class="update" role="alert">
        <Icon name="warning" />
        <span class="grows">{say("unkept")}</span>
      </div>
    );
  if (!waiting || later) return null;

  const takeOver = async () => {
    if (!(await allKept())) return;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("take over");
  };
  return (
    <aside class="update" role="status">
      <Icon name="refresh" />
      <span class="grows">{say("update.ready")}</span>
      <button type="button" class="button quiet" onClick={() => void takeOver()}>
        {say("update.now")}
      </button>
      <button type="button" class="button quiet" onClick={() => setLater(true)}>
        {say("update.later")}
      </button>
    </aside>
  );
}

/** The service worker of a newer build, once it has kept all its files; the first one of all is none. */
function useWaiting(): ServiceWorker | null {
  const [waiting, setWaiting] = useState<ServiceWorker | null>(null);
  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    void navigator.serviceWorker.getRegistration().then((registration) => {
      if (!registration) return;
      const look = () => setWaiting(navigator.serviceWorker.controller ? registration.waiting : null);
      look();
      registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
    });
  }, []);
  return waiting;
}
