/** Who is on duty in an incident, and when. */
import { ask, made } from "../../api/client";
import { Rota as RotaOperation, SetRota } from "../../api/generated/operations";
import type { RotaQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";

export type Rota = NonNullable<RotaQuery["rota"]>;
export type Shift = Rota["shifts"][number];
/** Of those on duty, who is told first, and who after them. */
export const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** Raises Refusal, Unreachable. */
export async function loadRota({ token }: Session, incidentId: string): Promise<Rota | null> {
  return (await ask(RotaOperation, { incidentId }, token)).rota;
}

/** These shifts in the place of those that were seen. Raises Refusal, also where somebody else has set others, and Unreachable. */
export async function setShifts({ token }: Session, { incidentId, version }: Rota, shifts: readonly Omit<Shift, "name">[]): Promise<Rota | null> {
  const given = shifts.map(({ accountId, startsAt, endsAt, step }) => ({ accountId, startsAt, endsAt, step }));
  return made((await ask(SetRota, { input: { incidentId, version, shifts: given } }, token)).setRota).rota;
}

/** A moment as a field of date and time has it, in the desk's own time. */
export function atDesk(moment: Date): string {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
