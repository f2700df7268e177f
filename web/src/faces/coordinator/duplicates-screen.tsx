/** Records that may be of one child, two registrations or two reports: linked or told apart, never merged. */
import { useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import {
  DismissDuplicate,
  Duplicate as DuplicateOperation,
  Duplicates,
  LinkDuplicate,
  SuggestDuplicate,
  UnlinkDuplicate,
} from "../../api/generated/operations";
import type { DuplicateQuery, DuplicateState, RecordSide } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Choice } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Compare, Conflicts, Evidence, placeOf, type Side } from "./compare";
import { Chance, PairQueue, type Step } from "./pair-queue";
import { ofAdults, soughtBy, WhomSought, WhomTakenIn } from "./whom";

type Pair = NonNullable<DuplicateQuery["duplicate"]>;

const SIDES = ["REGISTRATION", "REPORT"] as const satisfies readonly RecordSide[];
const STATES = ["SUGGESTED", "LINKED", "DISMISSED"] as const satisfies readonly DuplicateState[];
const PAGE = 50;

type Properties = {
  session: Session;
  incidentId: string;
  /** Who is younger, in years, is a child. */
  limit: number;
};

export function DuplicatesScreen({ session, incidentId, limit }: Properties) {
  const { say, spoken } = useWords();
  const [side, setSide] = useState<RecordSide>("REGISTRATION");
  const [state, setState] = useState<DuplicateState>("SUGGESTED");
  const { token } = session;

  const steps: Record<"link" | "dismiss" | "unlink" | "suggest", Step<Pair>> = {
    link: {
      key: "l",
      label: "duplicates.link",
      main: true,
      reason: true,
      goesOn: true,
      done: "duplicates.done.link",
      take: async ({ id, version }, reason) => void made((await ask(LinkDuplicate, { input: { id, version, reason } }, token)).linkDuplicate),
    },
    dismiss: {
      key: "d",
      label: "duplicates.dismiss",
      reason: true,
      goesOn: true,
      done: "duplicates.done.dismiss",
      take: async ({ id, version }, reason) => void made((await ask(DismissDuplicate, { input: { id, version, reason } }, token)).dismissDuplicate),
    },
    unlink: {
      key: "u",
      label: "review.undo",
      undoes: true,
      done: "duplicates.done.undo",
      take: async ({ id, version }) => void made((await ask(UnlinkDuplicate, { input: { id, version } }, token)).unlinkDuplicate),
    },
    // A pair that was dismissed waits again once somebody says that it may be one child after all.
    suggest: {
      key: "u",
      label: "review.undo",
      undoes: true,
      done: "duplicates.done.undo",
      take: async ({ firstId, secondId, side: of }) =>
        void made((await ask(SuggestDuplicate, { input: { side: of, recordId: firstId, otherId: secondId } }, token)).suggestDuplicate),
    },
  };
  const stepsOf = (pair: Pair): Step<Pair>[] => {
    const adults = ofAdults([...pair.registrations, ...pair.reports], limit);
    switch (pair.state) {
      case "SUGGESTED":
        return adults
          ? [
              { ...steps.link, label: "duplicates.link.adults" },
              { ...steps.dismiss, label: "duplicates.dismiss.adults", done: "duplicates.done.dismiss.adults" },
            ]
          : [steps.link, steps.dismiss];
      case "LINKED":
        return [steps.unlink];
      case "DISMISSED":
        return [steps.suggest];
      default:
        return [];
    }
  };
  return (
    <PairQueue
      session={session}
      title="duplicates.title"
      about={[incidentId, side, state, spoken]}
      filters={
        <>
          <p class="soft small">{say("duplicates.lead")}</p>
          <Choice must label={say("duplicates.side")} options={SIDES.map((value) => ({ value, label: say(`duplicates.side.${value}`) }))} value={side} change={(value) => value && setSide(value)} />
          <Choice must label={say("review.show")} options={STATES.map((value) => ({ value, label: say(`duplicates.${value}`) }))} value={state} change={(value) => value && setState(value)} />
        </>
      }
      load={async (after) => {
        const { duplicates } = await ask(Duplicates, { incidentId, side, states: [state], first: PAGE, after, language: spoken }, token);
        return { items: duplicates.edges.map(({ node }) => node), more: duplicates.pageInfo.hasNextPage ? duplicates.pageInfo.endCursor : null };
      }}
      loadOne={async (id) => (await ask(DuplicateOperation, { id, language: spoken }, token)).duplicate}
      chance={({ probability }) => probability}
      row={(one) => (
        <>
          <Chance of={one.probability} />
          <span class="grows">
            {one.registrations.map((other) => (
              <WhomTakenIn key={other.id} of={other} limit={limit} />
            ))}
            {one.reports.map((other) => (
              <WhomSought key={other.id} of={other} limit={limit} />
            ))}
          </span>
        </>
      )}
      steps={stepsOf}
      show={(pair) => {
        const [left, right] = sidesOf(pair, say);
        return (
          <>
            <Conflicts evidence={pair.evidence} />
            {pair.state === "SUGGESTED" ? <Notice>{say("duplicates.consequence")}</Notice> : null}
            {pair.decidedAt && pair.reason ? <p class="soft">{say("review.reasonGiven", { reason: pair.reason })}</p> : null}
            <Compare left={left} right={right} />
            <Evidence evidence={pair.evidence} />
          </>
        );
      }}
    />
  );
}

function sidesOf(pair: Pair, say: ReturnType<typeof useWords>["say"]): [Side | null, Side | null] {
  const sides = [
    ...pair.registrations.map(
      (one): Side => ({
        title: say("compare.registration", { site: one.site?.name ?? "" }),
        when: one.foundAt,
        where: one.foundPlace.text,
        person: one.person,
        photos: one.photos,
        at: placeOf("registration", one.id),
      }),
    ),
    ...pair.reports.map(
      (one): Side => ({
        title: soughtBy(one.reporter) ? say("compare.report.by", { who: soughtBy(one.reporter) }) : say("compare.report"),
        when: one.lastSeenAt,
        where: one.lastSeenPlace.text,
        person: one.person,
        photos: one.photos,
        at: placeOf("report", one.id),
      }),
    ),
  ];
  return [sides[0] ?? null, sides[1] ?? null];
}
