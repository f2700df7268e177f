/** A form whose content is kept on this phone at every key stroke, and is there again after whatever happens. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { forget, keepIfPossible, kept } from "./values";

export type Draft<Content> = {
  /** Null until this phone was asked for what it kept. */
  content: Content | null;
  change: (changes: Partial<Content>) => void;
  /** Throw it away, once the server has it or the person says so. */
  discard: () => Promise<void>;
};

export function useDraft<Content extends object>(name: string, empty: () => Content): Draft<Content> {
  const [content, setContent] = useState<Content | null>(null);
  const latest = useRef<Content | null>(null);

  useEffect(() => {
    let gone = false;
    void kept<Content>(name).then((found) => {
      if (gone) return;
      latest.current = { ...empty(), ...found };
      setContent(latest.current);
    });
    return () => {
      gone = true;
    };
  }, [name]);

  const change = useCallback(
    (changes: Partial<Content>) => {
      latest.current = { ...(latest.current ?? empty()), ...changes };
      setContent(latest.current);
      void keepIfPossible(name, latest.current);
    },
    [name],
  );

  const discard = useCallback(async () => {
    await forget(name);
    latest.current = empty();
    setContent(latest.current);
  }, [name]);

  return { content, change, discard };
}
