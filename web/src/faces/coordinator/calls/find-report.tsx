/** Looking for the report that somebody means, by what is said of the child: it finds slips and pet names too. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Text } from "../../../parts/fields";
import { Notice } from "../../../parts/notice";
import { nameOf } from "../review";
import { findReports, type FoundReport, NOTHING_SAID, type Wanted } from "./calls";

type Properties = {
  session: Session;
  incidentId: string;
  /** What is known already. */
  said?: Partial<Wanted>;
  /** What may be done with a report that was found. */
  choose: (report: { id: string; name: string }) => ComponentChildren;
};

const FIELDS = ["person.names.given", "person.names.family", "person.age.minimum", "person.relatives.0.name", "person.relatives.0.phone"];

export function FindReport({ session, incidentId, said: known = {}, choose }: Properties) {
  const { say } = useWords();
  const [said, setSaid] = useState<Wanted>({ ...NOTHING_SAID, ...known });
  const [found, setFound] = useState<readonly FoundReport[] | null>(null);
  const attempt = useAttempt();
  const put = (changes: Partial<Wanted>) => setSaid({ ...said, ...changes });
  const find = (event: Event) => {
    event.preventDefault();
    void attempt.read(() => findReports(session, incidentId, said), setFound);
  };
  return (
    <div class="stack">
      <form class="card" onSubmit={find}>
        <h2>{say("calls.find.title")}</h2>
        <p class="hint">{say("calls.find.hint")}</p>
        <div class="beside">
          <Text label={say("person.given")} value={said.given} change={(given) => put({ given })} wrong={attempt.wrong("person.names.given")} />
          <Text label={say("person.family")} value={said.family} change={(family) => put({ family })} wrong={attempt.wrong("person.names.family")} />
          <Text label={say("calls.years")} inputMode="decimal" value={said.years} change={(years) => put({ years })} wrong={attempt.wrong("person.age.minimum")} />
        </div>
        <div class="beside">
          <Text label={say("calls.find.reporter")} value={said.callerName} change={(callerName) => put({ callerName })} wrong={attempt.wrong("person.relatives.0.name")} />
          <Text label={say("calls.find.phone")} type="tel" value={said.callerPhone} change={(callerPhone) => put({ callerPhone })} wrong={attempt.wrong("person.relatives.0.phone")} />
        </div>
        {attempt.general(...FIELDS) ? <Notice tone="bad">{attempt.general(...FIELDS)}</Notice> : null}
        <div>
          <button type="submit" class="button main" aria-disabled={attempt.running}>
            {say("calls.find.go")}
          </button>
        </div>
      </form>
      {found ? (
        <section aria-label={say("calls.found")} class="stack">
          <p role="status" class="soft">
            {say(found.length === 0 ? "calls.found.none" : "calls.found.some", { count: found.length })}
          </p>
          <ul class="list">
            {found.map((report) => (
              <ReportCard key={report.id} report={report}>
                {choose({ id: report.id, name: nameOf(report.person.names) ?? say("compare.nameless") })}
              </ReportCard>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

function ReportCard({ report, children }: { report: FoundReport; children: ComponentChildren }) {
  const { say, moment } = useWords();
  const { person, reporter } = report;
  const { birthDate, minimum, maximum } = person.age;
  const years = minimum === maximum ? minimum : `${minimum ?? ""}–${maximum ?? ""}`;
  const facts: [string, string | null][] = [
    [say(birthDate ? "person.birthDate" : "compare.age"), birthDate ?? (years === null ? null : String(years))],
    [say("calls.lastSeen"), [report.lastSeenAt && moment(report.lastSeenAt), report.lastSeenPlace.text].filter(Boolean).join(", ")],
    [say("calls.reportedBy"), [reporter.name, reporter.relation].filter(Boolean).join(", ")],
    [say("calls.filed"), moment(report.createdAt)],
  ];
  return (
    <li class="card found">
      <div class="row wraps">
        <h3 class="grows">
          <bdi>{nameOf(person.names) ?? say("compare.nameless")}</bdi>
        </h3>
        {children}
      </div>
      <dl class="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
      </dl>
    </li>
  );
}
