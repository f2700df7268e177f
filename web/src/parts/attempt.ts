/** Do something with the server, and say what was wrong, by field where a field is named. */
import { useRef, useState } from "preact/hooks";
import { Refusal } from "../api/client";
import { useWords } from "../languages/words";

export type Attempt = {
  /** Do it, unless it is being done; what is refused is said below its field or by `general`. */
  run: (what: () => Promise<void>) => Promise<void>;
  running: boolean;
  /** Ask for something and show it, whatever else is being done; of several the one asked for last is shown. */
  read: <Found>(asking: () => Promise<Found>, show: (found: Found) => void) => Promise<void>;
  wrong: (field: string) => string | undefined;
  /** What was wrong with no field of these, or null. */
  general: (...fields: string[]) => string | null;
};

export function useAttempt(): Attempt {
  const { say, refusal } = useWords();
  const [problems, setProblems] = useState<readonly { message: string; field: string | null }[]>([]);
  const [running, setRunning] = useState(false);
  const reads = useRef(0);
  const fail = (error: unknown) => setProblems(error instanceof Refusal ? error.problems.map((problem) => ({ message: refusal(problem), field: problem.field })) : [{ message: say("away"), field: null }]);
  return {
    running,
    read: async (asking, show) => {
      reads.current += 1;
      const own = reads.current;
      setProblems([]);
      try {
        const found = await asking();
        if (own === reads.current) show(found);
      } catch (error) {
        if (own === reads.current) fail(error);
      }
    },
    run: async (what) => {
      if (running) return;
      setRunning(true);
      setProblems([]);
      try {
        await what();
      } catch (error) {
        fail(error);
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
