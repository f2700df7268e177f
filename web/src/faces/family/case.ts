/** A family's case on this phone, and what the server says of it. */
import { ask, made, sendPhoto } from "../../api/client";
import { ChangeReport, FileReport, OpenIncidents, Reports, SignInWithCase, Viewer, WithdrawReport } from "../../api/generated/operations";
import type { NextStep, ReportStatus, TakeDownState } from "../../api/generated/types";
import { forget, keepIfPossible, kept } from "../../kept/values";
import { agreement, type Nearby, type ReportDraft, toFiling } from "./draft";
import { work } from "./work";

export type Case = {
  token: string;
  incidentId: string;
  /** Null where the family came back on another phone, which was told neither. */
  code: string | null;
  secret: string | null;
  /** Photos that are still on this phone only. */
  photos: { id: string; reportId: string; photo: Blob }[];
};

export type ReportState = {
  id: string;
  name: string | null;
  status: ReportStatus;
  nextStep: NextStep;
  takeDown: { state: TakeDownState; mayAppeal: boolean } | null;
  nearby: Nearby;
  version: number;
};

const KEPT_AS = "case";

export const keptCase = (): Promise<Case | null> => kept<Case>(KEPT_AS);
export const keepCase = (own: Case): Promise<void> => keepIfPossible(KEPT_AS, own);
export const forgetCase = (): Promise<void> => forget(KEPT_AS);

/** File the report, and keep the case. The same draft again gives the same case. Raises Refusal, Unreachable. */
export async function file(draft: ReportDraft, incidentId: string): Promise<Case> {
  const filing = toFiling(draft, incidentId, new Date());
  const { openIncidents } = await ask(OpenIncidents, {});
  const bits = openIncidents.find(({ id }) => id === incidentId)?.workBits ?? 0;
  const { fileReport } = await ask(FileReport, { input: { ...filing, work: await work(filing, bits) } });
  const filed = made(fileReport);
  const photos = draft.children.flatMap(({ id, photo, photoId }) =>
    photo ? [{ id: photoId, reportId: id, photo }] : [],
  );
  const own: Case = {
    token: filed.token ?? "",
    incidentId,
    code: filed.caseCode,
    secret: filed.caseSecret,
    photos,
  };
  await keepCase(own);
  return own;
}

/** Come back with code and secret. Raises Refusal, Unreachable. */
export async function comeBack(code: string, secret: string): Promise<Case> {
  const { signInWithCase } = await ask(SignInWithCase, { input: { code, secret } });
  const token = made(signInWithCase).token ?? "";
  const { viewer } = await ask(Viewer, {}, token);
  const own: Case = { token, incidentId: viewer?.incidentIds[0] ?? "", code, secret, photos: [] };
  await keepCase(own);
  return own;
}

/** Send the photos that are still here, and say which case is left. Raises Refusal, Unreachable. */
export async function sendPhotos(own: Case): Promise<Case> {
  let left = own;
  for (const { id, reportId, photo } of own.photos) {
    await sendPhoto({ report: reportId }, id, photo, own.token);
    left = { ...left, photos: left.photos.filter((other) => other.id !== id) };
    await keepCase(left);
  }
  return left;
}

/** Raises Refusal, Unreachable. */
export async function reportsOf(own: Case): Promise<ReportState[]> {
  const { reports } = await ask(Reports, { incidentId: own.incidentId, first: 50 }, own.token);
  return reports.edges
    .map(({ node }) => {
      const { full, given, family } = node.person.names;
      const name = full ?? ([given, family].filter(Boolean).join(" ") || null);
      const nearby = !node.nearby.alert ? "NO" : node.nearby.photos ? "PHOTOS" : "WORDS";
      return { id: node.id, name, status: node.status, nextStep: node.nextStep, takeDown: node.takeDown, nearby, version: node.version } as const;
    })
    .reverse();
}

/** Say anew what those nearby may be told. Raises Refusal, Unreachable. */
export async function allowNearby(own: Case, { id, version }: ReportState, nearby: Nearby): Promise<void> {
  const { changeReport } = await ask(ChangeReport, { input: { id, version, nearby: agreement(nearby) } }, own.token);
  made(changeReport);
}

/** Raises Refusal, Unreachable. */
export async function withdraw(own: Case, report: ReportState): Promise<void> {
  const { withdrawReport } = await ask(WithdrawReport, { id: report.id, version: report.version }, own.token);
  made(withdrawReport);
}
