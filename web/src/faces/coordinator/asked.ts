/** What was asked about the two records of a pair: re-checks at the child's site, and questions to the family. */
import { ask, made } from "../../api/client";
import { DropQuestion, DropRecheck, RegistrationRechecks, ReportQuestions } from "../../api/generated/operations";
import type { RegistrationRechecksQuery, ReportQuestionsQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import type { Words } from "../../languages/words";
import type { Match } from "./review";

type Question = NonNullable<ReportQuestionsQuery["report"]>["questions"][number];
type Recheck = NonNullable<RegistrationRechecksQuery["registration"]>["rechecks"][number];
export type Asked = (Question & { whom: "family" }) | (Recheck & { whom: "site" });

/** Newest first; also what was asked of either record beside another pair, so that nobody is asked twice. Raises Refusal, Unreachable. */
export async function loadAsked({ token }: Session, { report, registration }: Match): Promise<Asked[]> {
  const [questions, rechecks] = await Promise.all([
    report ? ask(ReportQuestions, { id: report.id }, token).then((found) => found.report?.questions ?? []) : [],
    registration ? ask(RegistrationRechecks, { id: registration.id }, token).then((found) => found.registration?.rechecks ?? []) : [],
  ]);
  const asked: Asked[] = [...questions.map((one) => ({ ...one, whom: "family" as const })), ...rechecks.map((one) => ({ ...one, whom: "site" as const }))];
  return asked.sort((one, other) => other.createdAt.localeCompare(one.createdAt));
}

/** Raises Refusal, Unreachable. */
export async function drop({ token }: Session, { id, whom }: Asked): Promise<void> {
  if (whom === "family") made((await ask(DropQuestion, { id }, token)).dropQuestion);
  else made((await ask(DropRecheck, { id }, token)).dropRecheck);
}

/** What was answered, in words. */
export function answerOf(asked: Asked, { say, language, moment }: Words): string {
  const { answer } = asked;
  if (!answer) return "";
  if (answer.cannotSay) return say("asked.cannotSay");
  const names = new Intl.DisplayNames([language], { type: "language", fallback: "code" });
  const { mark, ageMinimum, ageMaximum } = answer;
  return [
    answer.hasMark === null ? null : say(answer.hasMark ? "asked.yes" : "asked.no"),
    mark && [mark.kind && say(`mark.${mark.kind}`), mark.bodySite, mark.text].filter(Boolean).join(" "),
    answer.name,
    answer.birthDate,
    ageMinimum === null && ageMaximum === null ? null : ageMinimum === ageMaximum ? String(ageMinimum) : `${ageMinimum ?? "?"}–${ageMaximum ?? "?"}`,
    answer.languages?.map((tag) => names.of(tag)).join(", "),
    answer.clothing?.map(({ colour, kind, text }) => [colour, kind, text].filter(Boolean).join(" ")).join("; "),
    answer.photoId && say("ask.answer.photo"),
    "lastSeenAt" in answer && answer.lastSeenAt ? moment(answer.lastSeenAt) : null,
    "lastSeenPlace" in answer ? answer.lastSeenPlace?.text : null,
    answer.text,
  ]
    .filter(Boolean)
    .join(" · ");
}
