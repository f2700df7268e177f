/** Do something with the server, and say what was wrong, by field where a field is named. */
import { useState } from "preact/hooks";
import { Refusal } from "../api/client";
import { useWords } from "../languages/words";

export type Attempt = {
  /** Do it, unless it is being done; what is refused is said below its field or by `general`. */
  run: (what: () => Promise<void>) => Promise<void>;
  running: boolean;
  wrong: (field: string) => string | undefined;
  /** What was wrong with no field of these, or null. */
  general: (...fields: string[]) => string | null;
};

export function useAttempt(): Attempt {
  const { say } = useWords();
  const [problems, setProblems] = useState<readonly { message: string; field: string | null }[]>([]);
  const [running, setRunning] = useState(false);
  return {
    running,
    run: async (what) => {
      if (running) return;
      setRunning(true);
      setProblems([]);
      try {
        await what();
      } catch (error) {
        setProblems(error instanceof Refusal ? error.problems : [{ message: say("away"), field: null }]);
      }
      setRunning(false);
    },
    wrong: (field) => problems.find((problem) => problem.field === field)?.message,
    general: (...fields) =>
      problems
        .filter(({ field }) => field === null || !fields.includes(field))
        .map(({ message }) => message)
        .join(" ") || null,
  };
}
