/** The family's face: file a report, or come back to it. No account is needed. */
import { useEffect, useState } from "preact/hooks";
import { InWords } from "../../languages/words";
import { type Case, keptCase } from "./case";
import { CaseScreen, ComeBack } from "./case-screen";
import { ReportScreens } from "./report-screens";

export default function Family({ path, go }: { path: string; go: (path: string) => void }) {
  const [own, setOwn] = useState<Case | null | undefined>(undefined);
  useEffect(() => {
    void keptCase().then(setOwn);
  }, []);
  const [filed, setFiled] = useState(false);
  const came = (found: Case) => {
    setOwn(found);
    go("/case");
  };
  if (own === undefined) return null;
  return (
    <InWords part="family">
      {path === "/report" ? (
        <ReportScreens
          filed={(found) => {
            setFiled(true);
            came(found);
          }}
          leave={() => go("/")}
        />
      ) : own && !location.hash ? (
        <CaseScreen own={own} filed={filed} changed={setOwn} />
      ) : (
        <ComeBack came={came} leave={() => go("/")} />
      )}
    </InWords>
  );
}
