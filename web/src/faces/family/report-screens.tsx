/** Filing a report in steps. Any of them may stay empty, and nothing typed is lost. */
import { useEffect, useState } from "preact/hooks";
import { type Problem, Refusal } from "../../api/client";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { Choice, Text } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { CallCentre } from "../../parts/call-centre";
import { Notice } from "../../parts/notice";
import { PhotoField, Portrait } from "../../parts/photo";
import { PlaceField } from "../../parts/place-field";
import { Screen } from "../../parts/screen";
import { calledBy, RELATIONS } from "../../person/draft";
import { AgeFields, ClothingFields, Facts, LanguageFields, LooksFields, NameFields, SexField } from "../../person/fields";
import { type Case, file } from "./case";
import { NearbyChoice } from "./nearby";
import { type OpenIncident, useOpenIncidents } from "./open-incidents";
import { type ChildDraft, newChild, newReport, type ReportDraft, type Step, STEPS } from "./draft";

export function ReportScreens({ filed, leave }: { filed: (own: Case) => void; leave: () => void }) {
  const { say, refusal } = useWords();
  const draft = useDraft<ReportDraft>("report", newReport);
  const incidents = useOpenIncidents() ?? [];
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const report = draft.content;
  if (!report) return null;

  const incident = incidents.find((one) => one.id === report.incidentId) ?? (incidents.length === 1 ? incidents[0] : undefined);
  const child = report.children[report.at] ?? newChild();
  const put = (changes: Partial<ChildDraft>) =>
    draft.change({ children: report.children.map((other, index) => (index === report.at ? { ...child, ...changes } : other)) });
  const go = (step: Step, at = report.at) => draft.change({ step, at });
  const wrong = (path: string) => problems.filter(({ field }) => field === path).map(refusal)[0];
  const name = calledBy(child.person) ?? say("report.theChild.within");
  const number = STEPS.indexOf(report.step);
  const back = number === 0 ? leave : () => go(STEPS[number - 1] ?? "child");
  const forward = () => go(STEPS[number + 1] ?? "check");
  const shared = {
    back,
    above: <Progress at={number} />,
    actions: (
      <button type="button" class="button main" onClick={forward}>
        {say("next")}
        <Icon name="forward" turns />
      </button>
    ),
  };
  const inPerson = (path: string) => wrong(`children.${report.at}.person.${path}`);
  const person = { person: child.person, change: (changes: object) => put({ person: { ...child.person, ...changes } }), wrong: inPerson };

  switch (report.step) {
    case "child":
      return (
        <Screen {...shared} title={say("report.child.title")} lead={say("report.child.lead")}>
          {incidents.length > 1 ? (
            <Choice
              must
              label={say("report.incident")}
              options={incidents.map(({ id, name: label }) => ({ value: id, label }))}
              value={incident?.id ?? null}
              change={(incidentId) => draft.change({ incidentId })}
            />
          ) : null}
          <NameFields {...person} />
          <AgeFields {...person} />
          <SexField {...person} />
          <PhotoField label={say("report.photo")} hint={say("report.photo.hint")} photo={child.photo} change={(photo) => put({ photo })} />
        </Screen>
      );
    case "looks":
      return (
        <Screen {...shared} title={say("report.looks.title", { name })} lead={say("report.looks.lead")}>
          <LooksFields {...person} />
          <ClothingFields {...person} />
          <LanguageFields {...person} />
          <Text lines label={say("person.notes")} hint={say("person.notes.hint")} value={child.person.notes} change={(notes) => person.change({ notes })} wrong={inPerson("notes")} />
        </Screen>
      );
    case "seen":
      return (
        <Screen {...shared} title={say("report.seen.title", { name })} lead={say("report.seen.lead")}>
          <div class="beside">
            <Text
              label={say("report.seen.day")}
              type="date"
              max={new Date().toISOString().slice(0, 10)}
              value={child.lastSeenDay}
              change={(lastSeenDay) => put({ lastSeenDay })}
              wrong={wrong(`children.${report.at}.lastSeenAt`)}
            />
            <Text label={say("report.seen.time")} type="time" value={child.lastSeenTime} change={(lastSeenTime) => put({ lastSeenTime })} />
          </div>
          <PlaceField
            incidentId={incident?.id ?? null}
            label={say("report.seen.place")}
            hint={say("report.seen.place.hint")}
            place={{ text: child.lastSeenPlace, meant: child.lastSeenMeant ?? null }}
            change={({ text, meant }) => put({ lastSeenPlace: text, lastSeenMeant: meant })}
            wrong={wrong(`children.${report.at}.lastSeenPlace.text`)}
          />
          <Text label={say("person.home")} hint={say("report.home.hint")} value={child.person.home} change={(home) => person.change({ home })} wrong={inPerson("home.text")} />
          <NearbyChoice label={say("nearby.ask")} why={say("nearby.ask.why")} value={child.nearby ?? "NO"} change={(nearby) => put({ nearby })} />
        </Screen>
      );
    case "you":
      return (
        <Screen {...shared} title={say("report.you.title")} lead={say("report.you.lead")}>
          <Text label={say("report.you.name")} autoComplete="name" value={report.name} change={(value) => draft.change({ name: value })} wrong={wrong("reporter.name")} />
          <Choice
            label={say("report.you.relation")}
            options={RELATIONS.map((value) => ({ value, label: say(`relation.${value}`) }))}
            value={report.relation}
            change={(relation) => draft.change({ relation })}
          />
          <Text label={say("report.you.phone")} type="tel" autoComplete="tel" value={report.phone} change={(phone) => draft.change({ phone })} wrong={wrong("reporter.phone")} />
          <Text label={say("report.you.email")} type="email" autoComplete="email" value={report.email} change={(email) => draft.change({ email })} wrong={wrong("reporter.email")} />
        </Screen>
      );
    case "check":
      return (
        <Check
          report={report}
          incident={incident}
          above={shared.above}
          problems={problems}
          refused={setProblems}
          back={back}
          go={go}
          another={() => draft.change({ children: [...report.children, newChild()], at: report.children.length, step: "child" })}
          remove={(gone) => draft.change({ children: report.children.filter((other) => other !== gone), at: 0 })}
          filed={async (own) => {
            // The code and the secret first: nobody is told them again.
            filed(own);
            await draft.discard();
          }}
        />
      );
  }
}

type CheckProperties = {
  report: ReportDraft;
  incident: OpenIncident | undefined;
  above: preact.ComponentChildren;
  problems: readonly Problem[];
  refused: (problems: readonly Problem[]) => void;
  back: () => void;
  go: (step: Step, at?: number) => void;
  another: () => void;
  remove: (child: ChildDraft) => void;
  filed: (own: Case) => Promise<void>;
};

function Check({ report, incident, above, problems, refused, back, go, another, remove, filed }: CheckProperties) {
  const { say, refusal } = useWords();
  const [sending, setSending] = useState(false);
  const [away, setAway] = useState(false);

  const send = async () => {
    if (sending || !incident) return;
    setSending(true);
    setAway(false);
    refused([]);
    try {
      await filed(await file(report, incident.id));
    } catch (error) {
      if (error instanceof Refusal) refused(error.problems);
      else setAway(true);
    }
    setSending(false);
  };

  useEffect(() => {
    if (!away) return;
    addEventListener("online", send);
    return () => removeEventListener("online", send);
  }, [away, report]);

  return (
    <Screen
      title={say("report.check.title")}
      lead={say("report.check.lead")}
      back={back}
      above={above}
      actions={
        <button type="button" class="button main" aria-disabled={sending} onClick={() => void send()}>
          {say(sending ? "report.sending" : "report.send")}
        </button>
      }
    >
      {away ? <Notice tone="warn">{say("report.away")}</Notice> : null}
      {incident ? null : <Notice tone="warn">{say("report.noIncident")}</Notice>}
      {problems.length > 0 ? (
        <Notice tone="bad">
          <ul>
            {problems.map((problem) => (
              <li key={problem.field}>
                {refusal(problem)}{" "}
                {stepOf(problem.field) ? (
                  <button type="button" class="button quiet" onClick={() => go(...(stepOf(problem.field) as [Step, number]))}>
                    {say("mend")}
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {problems.some(({ code }) => code === "CONFLICT") ? <CallCentre phone={incident?.phone} /> : null}
      {report.children.map((child, index) => (
        <section class="card" key={child.id}>
          <div class="row">
            <Portrait photo={child.photo} small />
            <h2 class="grows">
              <bdi>{calledBy(child.person) ?? say("report.theChild")}</bdi>
            </h2>
            <button type="button" class="button quiet" onClick={() => go("child", index)}>
              {say("change")}
            </button>
          </div>
          <Facts person={child.person} />
          {report.children.length > 1 ? (
            <button type="button" class="button quiet" onClick={() => remove(child)}>
              {say("remove")}
            </button>
          ) : null}
        </section>
      ))}
      <button type="button" class="button" onClick={another}>
        <Icon name="plus" />
        {say("report.another")}
      </button>
      <p class="soft small">{say("report.privacy")}</p>
    </Screen>
  );
}

/** The step and the child that a field of the filing is asked in. */
function stepOf(field: string | null): [Step, number] | null {
  if (field === null) return null;
  if (field.startsWith("reporter")) return ["you", 0];
  const [, index, rest = ""] = /^children\.(\d+)\.(.+)$/.exec(field) ?? [];
  if (index === undefined) return null;
  if (rest.startsWith("lastSeen") || rest.startsWith("nearby") || rest.startsWith("person.home")) return ["seen", Number(index)];
  return [/^person\.(names|age|sex)/.test(rest) ? "child" : "looks", Number(index)];
}

function Progress({ at }: { at: number }) {
  const { say } = useWords();
  return (
    <ol class="progress" aria-label={say("report.progress", { step: at + 1, steps: STEPS.length })}>
      {STEPS.map((step, index) => (
        <li key={step} class={index <= at ? "done" : ""} aria-current={index === at ? "step" : undefined} />
      ))}
    </ol>
  );
}
