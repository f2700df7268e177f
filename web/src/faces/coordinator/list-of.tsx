/** A list from the server that is read page by page, and anew when something was done. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { useWords } from "../../languages/words";
import { type Attempt, useAttempt } from "../../parts/attempt";
import { Notice } from "../../parts/notice";
import type { Page } from "./pair-queue";

export type Listed<Item> = { items: Item[] | null; more: (() => void) | null; again: () => Promise<void>; settled: (item: Item) => void; attempt: Attempt };

/** `about` is what the list depends on: it is read anew where one of these changes. */
export function useListed<Item>(load: (after: string | null) => Promise<Page<Item>>, about: readonly unknown[]): Listed<Item> {
  const [page, setPage] = useState<Page<Item> | null>(null);
  const attempt = useAttempt();
  const wanted = useRef(load);
  wanted.current = load;
  const again = () => attempt.read(() => wanted.current(null), setPage);
  useEffect(() => {
    setPage(null);
    void again();
  }, [...about]);
  const after = page?.more;
  const more = after
    ? () =>
        void attempt.read(
          () => wanted.current(after),
          (next) => setPage((present) => ({ items: [...(present?.items ?? []), ...next.items], more: next.more })),
        )
    : null;
  // What was done with goes at once, so that nothing is pressed on it a second time while the list is read anew.
  const settled = (item: Item) => {
    setPage((present) => present && { ...present, items: present.items.filter((one) => one !== item) });
    void again();
  };
  return { items: page?.items ?? null, more, again, settled, attempt };
}

type Properties<Item> = { listed: Listed<Item>; none: string; children: (item: Item) => ComponentChildren };

export function ListOf<Item extends { id: string }>({ listed, none, children }: Properties<Item>) {
  const { say } = useWords();
  const wrong = listed.attempt.general();
  return (
    <>
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {listed.items?.length === 0 ? <p class="soft">{none}</p> : null}
      <ul class="list">{listed.items?.map((item) => <li key={item.id}>{children(item)}</li>)}</ul>
      {listed.more ? (
        <button type="button" class="button" onClick={listed.more}>
          {say("review.more")}
        </button>
      ) : null}
    </>
  );
}
