/** What the centre asks the family about a child. */
import { useEffect, useState } from "preact/hooks";
import { ask, made, sendPhoto } from "../../api/client";
import { AnswerQuestion, Questions } from "../../api/generated/operations";
import type { QuestionsQuery } from "../../api/generated/types";
import { useWords } from "../../languages/words";
import { AskedCard } from "../../person/asked";
import type { Case, ReportState } from "./case";

type Question = QuestionsQuery["questions"]["edges"][number]["node"];

/** Asked for anew with the reports. */
export function FamilyQuestions({ own, reports }: { own: Case; reports: readonly ReportState[] }) {
  const { say } = useWords();
  const [questions, setQuestions] = useState<Question[]>([]);
  const load = async () => {
    const answer = await ask(Questions, { incidentId: own.incidentId, states: ["OPEN"] }, own.token);
    setQuestions(answer.questions.edges.map(({ node }) => node));
  };
  useEffect(() => {
    void load().catch(() => undefined); // with the reports, the next time
  }, [reports]);
  if (questions.length === 0) return null;
  return (
    <>
      <h2>{say("questions.title")}</h2>
      {questions.map((question) => (
        <AskedCard
          key={question.id}
          asked={question}
          name={reports.find(({ id }) => id === question.reportId)?.name ?? say("report.theChild")}
          answer={async (answer, photo) => {
            if (photo) await sendPhoto({ report: question.reportId }, photo.id, photo.photo, own.token);
            made((await ask(AnswerQuestion, { id: question.id, answer }, own.token)).answerQuestion);
            // It is answered, whatever becomes of asking what else there is.
            setQuestions((there) => there.filter(({ id }) => id !== question.id));
            void load().catch(() => undefined);
          }}
        />
      ))}
    </>
  );
}
