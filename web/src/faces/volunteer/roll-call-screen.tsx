/** Roll call: who of those in care was seen just now, ticked off on this phone, also without a network. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { Rows } from "../../parts/rows";
import { Screen } from "../../parts/screen";
import { type Child, isOld, keptList, loadList, type SiteList } from "./site";

type RollCall = { begun: number; seen: string[] };

export function RollCallScreen({ session, leave }: { session: Session; leave: () => void }) {
  const { say, moment } = useWords();
  const [children, setChildren] = useState<Child[] | null>(null);
  const draft = useDraft<RollCall>("roll call", () => ({ begun: Date.now(), seen: [] }));
  const asked = useRef(0);
  const show = (list: SiteList | null) => setChildren(list?.children.filter(({ status }) => status === "IN_CARE") ?? []);
  useEffect(() => void keptList(session).then(show), []);
  const renew = () => {
    if (!isOld(asked.current)) return;
    asked.current = Date.now();
    // Without a network it stays what this phone keeps.
    void loadList(session).then(show, () => undefined);
  };
  if (!children || !draft.content) return null;

  const { begun, seen } = draft.content;
  const ticked = new Set(seen);
  const there = children.filter(({ id }) => ticked.has(id));
  const all = there.length === children.length;
  const toggle = (id: string) =>
    draft.change({ begun, seen: ticked.has(id) ? seen.filter((other) => other !== id) : [...seen, id] });
  return (
    <Screen
      title={say("rollCall.title")}
      lead={say("rollCall.lead", { moment: moment(begun) })}
      back={leave}
      actions={
        <button type="button" class="button" onClick={() => void draft.discard()}>
          {say("rollCall.anew")}
        </button>
      }
    >
      <Notice tone={all ? "good" : "plain"}>{say("rollCall.count", { seen: there.length, all: children.length })}</Notice>
      <Rows
        of={children}
        row={(child) => (
          <li key={child.id}>
            <label class="card tick">
              <input type="checkbox" checked={ticked.has(child.id)} onChange={() => toggle(child.id)} />
              <Portrait photo={child.photo} small renew={renew} />
              <span class="grows">
                <b>
                  <bdi>{child.name ?? child.asSaid ?? say("site.nameless")}</bdi>
                </b>
                <span class="soft small">{child.age ? say("site.age", { age: child.age }) : null}</span>
              </span>
            </label>
          </li>
        )}
      />
    </Screen>
  );
}
