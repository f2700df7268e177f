import { render } from "preact";
import { App } from "./app";
import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";

render(<App />, document.getElementById("app") as HTMLElement);

// It fetches all of the app: on a bad net, what the first screen needs goes first.
if ("serviceWorker" in navigator && import.meta.env.PROD)
  addEventListener("load", () => void navigator.serviceWorker.register("/service-worker.js"));
