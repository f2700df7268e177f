/** A family that lost its case code: what only it knows is asked for, and it is given a new code. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { RecoveryQuestion } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Text } from "../../../parts/fields";
import { Notice } from "../../../parts/notice";
import { secret } from "../../family/draft";
import { type Answers, type CaseToReadOut, giveCaseBack, questionsFor } from "./calls";
import { ReadOut } from "./read-out";

export function RecoverCase({ session, report, back }: { session: Session; report: { id: string; name: string }; back: () => void }) {
  const { say } = useWords();
  const [questions, setQuestions] = useState<readonly RecoveryQuestion[]>([]);
  const [answers, setAnswers] = useState<Answers>({});
  const [given, setGiven] = useState<CaseToReadOut | null>(null);
  const [retryKey, setRetryKey] = useState(secret);
  const heading = useRef<HTMLHeadingElement>(null);
  const attempt = useAttempt();
  useEffect(() => {
    heading.current?.focus();
    void attempt.read(() => questionsFor(session, report.id), setQuestions);
  }, [report.id]);
  if (given) return <ReadOut given={given} again={back} />;
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => setGiven(await giveCaseBack(session, report.id, answers, retryKey)));
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2 ref={heading} tabIndex={-1}>
        {say("recovery.title", { name: report.name })}
      </h2>
      <p>{say("recovery.lead")}</p>
      {questions.map((question) => (
        <Text
          key={question}
          label={say(`recovery.${question}`)}
          value={answers[question] ?? ""}
          change={(answer) => {
            setAnswers({ ...answers, [question]: answer });
            setRetryKey(secret());
          }}
        />
      ))}
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <div class="row wraps">
        {questions.length > 0 ? (
          <button type="submit" class="button main" aria-disabled={attempt.running}>
            {say("recovery.go")}
          </button>
        ) : null}
        <button type="button" class="button quiet" onClick={back}>
          {say("back")}
        </button>
      </div>
    </form>
  );
}
