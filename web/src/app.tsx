/** Which face of the app a path shows; each is loaded when it is wanted. */
import { lazy, Suspense } from "preact/compat";
import { useLocation } from "wouter-preact";
import { InWords } from "./languages/words";
import { Mishap } from "./parts/mishap";
import { UpdatePrompt } from "./parts/update";
import { Welcome } from "./welcome";

const Family = lazy(() => import("./faces/family/family"));
const Seen = lazy(() => import("./faces/family/seen-screen"));
const Volunteer = lazy(() => import("./faces/volunteer/volunteer"));

const Coordinator = lazy(() => import("./faces/coordinator/coordinator"));

const FAMILY = new Set(["/report", "/case"]);
const VOLUNTEER = new Set(["/join", "/site", "/site/register", "/site/child", "/site/change", "/site/roll-call", "/site/nearby", "/site/settings"]);

export function App() {
  const [path, go] = useLocation();
  return (
    <InWords>
      <UpdatePrompt />
      <Mishap>
        <Suspense fallback={null}>
          {FAMILY.has(path) ? (
            <Family path={path} go={go} />
          ) : path === "/seen" ? (
            <Seen leave={() => go("/")} />
          ) : VOLUNTEER.has(path) ? (
            <Volunteer path={path} go={go} />
          ) : path === "/desk" || path.startsWith("/desk/") ? (
            <Coordinator path={path} go={go} />
          ) : (
            <Welcome />
          )}
        </Suspense>
      </Mishap>
    </InWords>
  );
}
