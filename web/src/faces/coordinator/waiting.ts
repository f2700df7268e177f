/** What waits for a person: reports of strangers, and children registered by helpers without an account. */
import { ask, made } from "../../api/client";
import {
  ConfirmRegistration,
  DismissRegistration,
  Registration as RegistrationOperation,
  Registrations,
  Report as ReportOperation,
  Reports,
  RestoreRegistration,
  ReviewReport,
  SettleObjection,
} from "../../api/generated/operations";
import type { Confirmation, RegistrationQuery, RegistrationsQuery, ReportQuery, ReportsQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import type { Page } from "./pair-queue";

export type Report = NonNullable<ReportQuery["report"]>;
export type Registration = NonNullable<RegistrationQuery["registration"]>;
export type ListedReport = ReportsQuery["reports"]["edges"][number]["node"];
export type ListedRegistration = RegistrationsQuery["registrations"]["edges"][number]["node"];

const PAGE = 30;

/** Raises Refusal, Unreachable. */
export async function unreviewed({ token }: Session, incidentId: string, after: string | null): Promise<Page<ListedReport>> {
  const { reports } = await ask(Reports, { incidentId, waitingForReview: true, first: PAGE, after }, token);
  return { items: reports.edges.map(({ node }) => node), more: reports.pageInfo.hasNextPage ? reports.pageInfo.endCursor : null };
}

/** Raises Refusal, Unreachable. */
export async function registered({ token }: Session, incidentId: string, confirmation: Confirmation, after: string | null): Promise<Page<ListedRegistration>> {
  const { registrations } = await ask(Registrations, { incidentId, confirmation, first: PAGE, after }, token);
  return { items: registrations.edges.map(({ node }) => node), more: registrations.pageInfo.hasNextPage ? registrations.pageInfo.endCursor : null };
}

/** Raises Refusal, Unreachable. */
export const reportOf = async ({ token }: Session, id: string): Promise<Report | null> => (await ask(ReportOperation, { id }, token)).report;
export const registrationOf = async ({ token }: Session, id: string): Promise<Registration | null> => (await ask(RegistrationOperation, { id }, token)).registration;

/** Raises Refusal, Unreachable. */
export async function reviewed({ token }: Session, id: string): Promise<void> {
  made((await ask(ReviewReport, { id }, token)).reviewReport);
}

/** Raises Refusal, Unreachable. */
export async function settled({ token }: Session, reportId: string): Promise<void> {
  made((await ask(SettleObjection, { reportId }, token)).settleObjection);
}

/** Who reported, and how they are reached. */
export const reached = (reporter: Report["reporter"]): string => [reporter.name, reporter.relation, reporter.phone, reporter.email].filter(Boolean).join(" · ");

export type Word = "confirm" | "dismiss" | "restore";

/** What a person says of a registration that nobody with an account made. Raises Refusal, Unreachable. */
export async function say({ token }: Session, word: Word, { id, version }: { id: string; version: number }): Promise<void> {
  switch (word) {
    case "confirm":
      made((await ask(ConfirmRegistration, { id, version }, token)).confirmRegistration);
      break;
    case "dismiss":
      made((await ask(DismissRegistration, { id, version }, token)).dismissRegistration);
      break;
    case "restore":
      made((await ask(RestoreRegistration, { id, version }, token)).restoreRegistration);
  }
}
