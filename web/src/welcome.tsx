/** The front door: two big ways in, and the ones for those who know. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { isKept } from "./kept/values";
import { useWords } from "./languages/words";
import { Icon } from "./parts/icons";
import { Screen } from "./parts/screen";

export function Welcome() {
  const { say } = useWords();
  const [has, setHas] = useState({ report: false, case: false, session: false });
  useEffect(() => {
    void Promise.all([isKept("report"), isKept("case"), isKept("session")]).then(([report, own, session]) =>
      setHas({ report, case: own, session }),
    );
  }, []);
  return (
    <Screen title={say("welcome.title")} lead={say("welcome.lead")}>
      <Way to="/report" icon="person" title={say(has.report ? "welcome.report.goOn" : "welcome.report")} lead={say("welcome.report.lead")} />
      <Way to="/case" icon="info" title={say(has.case ? "welcome.case.own" : "welcome.case")} lead={say("welcome.case.lead")} />
      <Way to="/site" icon="phone" title={say(has.session ? "welcome.site.own" : "welcome.site")} lead={say("welcome.site.lead")} />
      <Way to="/seen" icon="eye" title={say("welcome.seen")} lead={say("welcome.seen.lead")} />
      <p class="soft small">{say("welcome.promise")}</p>
      <Link class="button quiet" href="/desk">
        {say("welcome.desk")}
      </Link>
    </Screen>
  );
}

function Way({ to, icon, title, lead }: { to: string; icon: "person" | "info" | "phone" | "eye"; title: string; lead: string }) {
  return (
    <Link href={to} class="card">
      <div class="row">
        <Icon name={icon} />
        <div class="grows">
          <h2>{title}</h2>
          <p class="soft">{lead}</p>
        </div>
        <Icon name="forward" turns />
      </div>
    </Link>
  );
}
