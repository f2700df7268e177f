/** Which face of the app a path shows; each is loaded when it is wanted. */
import { useEffect } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { fetchWords, InWords } from "./languages/words";
import { later } from "./parts/later";
import { Mishap } from "./parts/mishap";
import { Screen } from "./parts/screen";
import { UpdatePrompt } from "./parts/update";
import { Welcome } from "./welcome";

const Family = later(() => import("./faces/family/family"), Screen);
const Seen = later(() => import("./faces/family/seen-screen"), Screen);
const Volunteer = later(() => import("./faces/volunteer/volunteer"), Screen);
const Coordinator = later(() => import("./faces/coordinator/coordinator"), Screen);

const FAMILY = new Set(["/report", "/case"]);
const VOLUNTEER = new Set(["/join", "/site", "/site/register", "/site/child", "/site/change", "/site/roll-call", "/site/nearby", "/site/settings"]);

export function App() {
  const [path, go] = useLocation();
  const [family, volunteer] = [FAMILY.has(path), VOLUNTEER.has(path)];
  useEffect(() => {
    // Their words come beside the shared ones, not after them: on a bad net each turn is felt.
    if (family) fetchWords("family");
    if (volunteer) fetchWords("volunteer");
  }, []);
  return (
    <InWords>
      <UpdatePrompt />
      <Mishap>
        {family ? (
          <Family path={path} go={go} />
        ) : path === "/seen" ? (
          <Seen leave={() => go("/")} />
        ) : volunteer ? (
          <Volunteer path={path} go={go} />
        ) : path === "/desk" || path.startsWith("/desk/") ? (
          <Coordinator path={path} go={go} />
        ) : (
          <Welcome />
        )}
      </Mishap>
    </InWords>
  );
}
