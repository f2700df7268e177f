/** Questions that families have not answered: whoever is on duty hears of them, calls the family, and answers for it. */
import { useEffect, useState } from "preact/hooks";
import { ask, made, sendPhoto } from "../../api/client";
import { AnswerQuestion, DropQuestion, Questions } from "../../api/generated/operations";
import type { QuestionsQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Notice } from "../../parts/notice";
import { AskedCard } from "../../person/asked";
import { ListOf, useListed } from "./list-of";
import type { Page } from "./pair-queue";
import { nameOf } from "./review";
import { Unfolds } from "./unfolds";
import { reached, type Report, reportOf } from "./waiting";

type Question = QuestionsQuery["questions"]["edges"][number]["node"];

const ANSWER = ["COORDINATOR", "CALL_TAKER"];
const DROP = ["COORDINATOR", "OFFICER"];
const PAGE = 30;

export function UnansweredQuestions({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const listed = useListed((after) => unanswered(session, incidentId, after), [session.token, incidentId]);
  const [done, setDone] = useState<string | null>(null);
  const settle = (question: Question, text: string) => {
    setDone(text);
    listed.settled(question);
  };
  return (
    <section class="card">
      <h2>{say("unanswered.title")}</h2>
      <p class="soft">{say("unanswered.lead")}</p>
      {done ? <Notice tone="good">{done}</Notice> : null}
      <ListOf listed={listed} none={say("review.none")}>
        {(question: Question) => (
          <Unfolds name={[say(`ask.${question.kind}`), question.bodySite, question.text].filter(Boolean).join(" · ")} at={question.createdAt}>
            <Unanswered session={session} question={question} settle={(text) => settle(question, text)} />
          </Unfolds>
        )}
      </ListOf>
    </section>
  );
}

function Unanswered({ session, question, settle }: { session: Session; question: Question; settle: (text: string) => void }) {
  const { say } = useWords();
  const [report, setReport] = useState<Report | null>(null);
  const attempt = useAttempt();
  useEffect(() => void attempt.read(() => reportOf(session, question.reportId), setReport), [question.id]);
  const wrong = attempt.general();
  const phone = report?.reporter.phone;
  return (
    <div class="stack">
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {report ? (
        <>
          <p>
            <strong>
              <bdi>{nameOf(report.person.names) ?? say("compare.nameless")}</bdi>
            </strong>{" "}
            · <bdi>{reached(report.reporter)}</bdi>
          </p>
          {report.status === "OPEN" ? null : <Notice tone="warn">{say("unanswered.over")}</Notice>}
          {phone ? (
            <p>
              <a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{say("unanswered.call")}</a>
            </p>
          ) : null}
          {ANSWER.includes(session.role) && report.status === "OPEN" ? (
            <AskedCard
              asked={question}
              name={nameOf(report.person.names) ?? say("compare.nameless")}
              answer={async (answer, photo) => {
                if (photo) await sendPhoto({ report: report.id }, photo.id, photo.photo, session.token);
                made((await ask(AnswerQuestion, { id: question.id, answer }, session.token)).answerQuestion);
                settle(say("unanswered.answered"));
              }}
            />
          ) : null}
          {DROP.includes(session.role) ? (
            <div>
              <button type="button" class="button quiet" aria-disabled={attempt.running} onClick={() => void attempt.run(() => dropped(session, question).then(() => settle(say("unanswered.dropped"))))}>
                {say("ask.drop")}
              </button>
            </div>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

/** Raises Refusal, Unreachable. */
async function unanswered({ token }: Session, incidentId: string, after: string | null): Promise<Page<Question>> {
  const { questions } = await ask(Questions, { incidentId, states: ["OPEN"], first: PAGE, after }, token);
  return { items: questions.edges.map(({ node }) => node), more: questions.pageInfo.hasNextPage ? questions.pageInfo.endCursor : null };
}

/** Raises Refusal, Unreachable. */
async function dropped({ token }: Session, { id }: Question): Promise<void> {
  made((await ask(DropQuestion, { id }, token)).dropQuestion);
}
