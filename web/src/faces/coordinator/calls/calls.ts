/** What a call taker does for a caller: find a report, file one, give a lost case back. */
import { ask, made } from "../../../api/client";
import { BeginCaseRecovery, FileReport, FindReports, RecoverCase } from "../../../api/generated/operations";
import type { FindReportsQuery, PersonInput, RecoveryQuestion } from "../../../api/generated/types";
import type { Session } from "../../../kept/session";
import { NO_PLACE, type PlaceDraft, placeInput } from "../../../parts/place-field";
import { newReport, type ReportDraft, toFiling } from "../../family/draft";

export type FoundReport = FindReportsQuery["findReports"][number];

/** What a caller says of the child, or of who reported it. */
export type Wanted = { given: string; family: string; years: string; callerName: string; callerPhone: string };
export const NOTHING_SAID: Wanted = { given: "", family: "", years: "", callerName: "", callerPhone: "" };

/** Open reports that may be meant, the likeliest first. Raises Refusal, Unreachable. */
export async function findReports(session: Session, incidentId: string, said: Wanted): Promise<FoundReport[]> {
  return (await ask(FindReports, { incidentId, person: personOf(said) }, session.token)).findReports;
}

function personOf({ given, family, years, callerName, callerPhone }: Wanted): PersonInput {
  const age = Number(years.replace(",", "."));
  return {
    names: { given: given.trim() || null, family: family.trim() || null },
    age: years.trim() && Number.isFinite(age) ? { minimum: age, maximum: age, source: "STATED" } : null,
    relatives: callerName.trim() || callerPhone.trim() ? [{ name: callerName.trim() || null, phone: callerPhone.trim() || null }] : [],
  };
}

/** A report as it is taken on the telephone: the place may be one that was found by its name. */
export type CallDraft = ReportDraft & { places: Record<string, PlaceDraft> };

export function newCall(): CallDraft {
  return { ...newReport(), places: {} };
}

export function placeOf(draft: CallDraft, childId: string): PlaceDraft {
  return draft.places[childId] ?? NO_PLACE;
}

/** What the caller is to write down. */
export type CaseToReadOut = { code: string; secret: string };

/** Raises Refusal, Unreachable. */
export async function fileForCaller(session: Session, incidentId: string, draft: CallDraft): Promise<CaseToReadOut> {
  const filing = toFiling(draft, incidentId, new Date());
  const children = filing.children.map((child) => ({ ...child, lastSeenPlace: placeInput(placeOf(draft, child.id ?? "")) }));
  const { fileReport } = await ask(FileReport, { input: { ...filing, children } }, session.token);
  const { caseCode, caseSecret } = made(fileReport);
  return { code: caseCode ?? "", secret: caseSecret ?? "" };
}

/** The kinds of facts to ask the caller for. Raises Refusal, Unreachable. */
export async function questionsFor(session: Session, reportId: string): Promise<readonly RecoveryQuestion[]> {
  return made((await ask(BeginCaseRecovery, { reportId }, session.token)).beginCaseRecovery).questions ?? [];
}

export type Answers = Partial<Record<RecoveryQuestion, string>>;

/** Raises Refusal, also where not enough answers are right, and Unreachable. */
export async function giveCaseBack(session: Session, reportId: string, answers: Answers, retryKey: string): Promise<CaseToReadOut> {
  const given = Object.entries(answers).map(([question, answer]) => ({ question: question as RecoveryQuestion, answer: answer.trim() }));
  const input = { reportId, answers: given.filter(({ answer }) => answer), retryKey };
  const { caseCode, caseSecret } = made((await ask(RecoverCase, { input }, session.token)).recoverCase);
  return { code: caseCode ?? "", secret: caseSecret ?? "" };
}


