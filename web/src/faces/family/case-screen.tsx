/** The family's case: what to keep, what is known, what to do next. */
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { Notice } from "../../parts/notice";
import { QrCode } from "../../parts/qr-code";
import { Screen } from "../../parts/screen";
import { AlertsSwitch } from "../../parts/alerts-switch";
import { CallCentre, useCentre } from "../../parts/call-centre";
import { Appeal } from "./appeal";
import { saveCasePicture } from "./case-picture";
import { FamilyQuestions } from "./questions";
import { Sure } from "../../parts/sure";
import { NearbyChoice } from "./nearby";
import { useOpenIncidents } from "./open-incidents";
import { allowNearby, type Case, comeBack, forgetCase, type ReportState, reportsOf, sendPhotos, withdraw } from "./case";

const TONES = { WAIT: "plain", STAY_REACHABLE: "warn", CONTACT_CENTRE: "good", NONE: "plain" } as const;

type CaseProperties = {
  own: Case;
  /** It was filed a moment ago: first of all its code is to be kept, and nothing that comes later moves that. */
  filed: boolean;
  changed: (own: Case | null) => void;
};

export function CaseScreen({ own, filed, changed }: CaseProperties) {
  const { say, why } = useWords();
  const [reports, setReports] = useState<ReportState[] | null>(null);
  const [away, setAway] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const centre = useCentre(own.incidentId);

  const settle = (error: unknown) => {
    if (!(error instanceof Refusal)) setAway(true);
    else if (error.is("UNAUTHENTICATED")) void forgetCase().then(() => changed(null));
    else setWrong(why(error));
  };
  const load = async () => {
    setAway(false);
    setWrong(null);
    try {
      setReports(await reportsOf(own));
      if (own.photos.length > 0) changed(await sendPhotos(own));
    } catch (error) {
      settle(error);
    }
  };
  useEffect(() => {
    void load();
    addEventListener("online", load);
    document.addEventListener("visibilitychange", load);
    return () => {
      removeEventListener("online", load);
      document.removeEventListener("visibilitychange", load);
    };
  }, [own.token]);

  const card = own.code && own.secret ? <CaseCard code={own.code} secret={own.secret} /> : null;
  return (
    <Screen title={say("case.title")}>
      {filed ? card : null}
      {away ? <Notice tone="warn">{say("case.away")}</Notice> : null}
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {reports?.map((report) => (
        <section class="card" key={report.id}>
          <h2>
            <bdi>{report.name ?? say("report.theChild")}</bdi>
          </h2>
          <Notice tone={TONES[report.nextStep]}>
            {report.nextStep === "NONE" ? say(`case.status.${report.status}`) : say(`case.next.${report.nextStep}`)}
          </Notice>
          {saysToCall(report) ? <CallCentre phone={centre} /> : null}
          <Appeal own={own} report={report} done={load} />
          {report.status === "OPEN" ? (
            <NearbyChoice
              label={say("nearby.case", { name: report.name ?? say("report.theChild.within") })}
              why={say("nearby.case.why")}
              value={report.nearby}
              change={(nearby) => void allowNearby(own, report, nearby).then(load, settle)}
            />
          ) : null}
          {report.status === "OPEN" ? (
            <Withdraw report={report} withdraw={() => withdraw(own, report).then(load, settle)} />
          ) : null}
        </section>
      ))}
      {reports?.some(saysToCall) ? null : <CallCentre phone={centre} />}
      {reports ? <FamilyQuestions own={own} reports={reports} /> : null}
      {own.photos.length > 0 ? <Notice>{say("case.photosWait", { count: own.photos.length })}</Notice> : null}
      {filed ? null : card}
      <AlertsSwitch token={own.token} whose="family" />
      <button type="button" class="button" onClick={() => void load()}>
        <Icon name="refresh" />
        {say("case.look")}
      </button>
    </Screen>
  );
}

const saysToCall = ({ nextStep, status }: ReportState) => nextStep === "CONTACT_CENTRE" || status === "TAKEN_DOWN";

function CaseCard({ code, secret }: { code: string; secret: string }) {
  const { say } = useWords();
  const [shown, setShown] = useState(true);
  const address = `${location.origin}/case#${code}.${secret}`;
  return (
    <section class="card">
      <h2>{say("case.keep.title")}</h2>
      <p class="soft">{say("case.keep.lead")}</p>
      {shown ? (
        <>
          <dl class="facts">
            <div>
              <dt>{say("case.code")}</dt>
              <dd class="code">{code}</dd>
            </div>
            <div>
              <dt>{say("case.secret")}</dt>
              <dd class="code">{secret}</dd>
            </div>
          </dl>
          <QrCode text={address} label={say("case.qr")} />
        </>
      ) : null}
      <div class="row wraps">
        <button
          type="button"
          class="button"
          onClick={() => void saveCasePicture(say("case.keep.picture"), [say("case.code"), code, say("case.secret"), secret], address)}
        >
          {say("case.keep.save")}
        </button>
        <button type="button" class="button quiet" onClick={() => setShown(!shown)}>
          {say(shown ? "hide" : "show")}
        </button>
      </div>
    </section>
  );
}

function Withdraw({ report, withdraw: done }: { report: ReportState; withdraw: () => Promise<void> }) {
  const { say } = useWords();
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button type="button" class="button quiet" onClick={() => setAsked(true)}>
        {say("case.withdraw")}
      </button>
    );
  }
  return (
    <Sure
      label={say("case.withdraw")}
      question={say("case.withdraw.sure", { name: report.name ?? say("report.theChild.within") })}
      yes={say("case.withdraw.yes")}
      go={() => void done()}
      cancel={() => setAsked(false)}
    />
  );
}

/** Back with code and secret, or with the link that holds both. */
export function ComeBack({ came, leave }: { came: (own: Case) => void; leave: () => void }) {
  const { say, why } = useWords();
  const [given] = useState(() => location.hash.slice(1).split("."));
  const [code, setCode] = useState(given[0] ?? "");
  const [secret, setSecret] = useState(given[1] ?? "");
  const [wrong, setWrong] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const incidents = useOpenIncidents() ?? [];

  // The secret is not left in the address bar, where the next who takes this phone could read it.
  useEffect(() => history.replaceState(null, "", location.pathname), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    setWrong(null);
    try {
      came(await comeBack(code, secret));
    } catch (error) {
      setWrong(why(error));
    }
    setAsking(false);
  };
  return (
    <Screen title={say("back.title")} lead={say("back.lead")} back={leave}>
      <form class="stack" onSubmit={submit}>
        <Text label={say("case.code")} value={code} change={setCode} wrong={wrong ?? undefined} dir="ltr" required />
        <Text label={say("case.secret")} value={secret} change={setSecret} dir="ltr" required />
        <button type="submit" class="button main" aria-disabled={asking}>
          {say("back.go")}
        </button>
      </form>
      {incidents.some(({ phone }) => phone) ? <p class="soft">{say("back.lost")}</p> : null}
      {incidents.map(({ id, name, phone }) => (
        <CallCentre key={id} phone={phone} of={incidents.length > 1 ? name : undefined} />
      ))}
    </Screen>
  );
}
