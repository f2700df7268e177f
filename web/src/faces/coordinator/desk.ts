/** Who works at the desk, in which incident. */
import { ask, made } from "../../api/client";
import { Incidents, SignInWithPassword, SignOut, Viewer } from "../../api/generated/operations";
import type { IncidentsQuery, ViewerQuery } from "../../api/generated/types";
import { forget, forgetAll } from "../../kept/values";
import { keepSession, type Session } from "../../kept/session";

export type Incident = IncidentsQuery["incidents"]["edges"][number]["node"];
export type Person = NonNullable<ViewerQuery["viewer"]>;

/** Raises Refusal, Unreachable. */
export async function signIn(signInName: string, password: string, proof: { code: string } | { passkey: string }): Promise<Session> {
  const input = { signInName, password, ...("code" in proof ? { code: proof.code.trim() || null } : proof) };
  const token = made((await ask(SignInWithPassword, { input })).signInWithPassword).token ?? "";
  const { viewer } = await ask(Viewer, {}, token);
  const session: Session = {
    token,
    role: viewer?.role ?? "COORDINATOR",
    name: viewer?.name ?? "",
    incidentId: viewer?.incidentIds[0] ?? null,
    site: null,
  };
  await keepSession(session);
  return session;
}

/** Leave this browser at once; the server is told beside it, and where it cannot be, the session ends by itself. */
export async function signOut(session: Session): Promise<void> {
  await forget("session");
  await forgetAll("call "); // what callers said is not for whoever sits down here next
  void ask(SignOut, {}, session.token).catch(() => undefined);
}

/** Raises Refusal, Unreachable. */
export async function incidentsOf(session: Session): Promise<Incident[]> {
  const { incidents } = await ask(Incidents, { first: 100 }, session.token);
  return incidents.edges.map(({ node }) => node);
}

/** Raises Refusal, Unreachable. */
export async function self(session: Session): Promise<Person | null> {
  return (await ask(Viewer, {}, session.token)).viewer;
}
