import { render } from "preact";
import { App } from "./app";
import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";

render(<App />, document.getElementById("app") as HTMLElement);

if ("serviceWorker" in navigator && import.meta.env.PROD) void navigator.serviceWorker.register("/service-worker.js");
