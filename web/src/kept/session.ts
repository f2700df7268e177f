/** Who is signed in on this phone. */
import type { Role } from "../api/generated/types";
import { keep, kept } from "./database";

export type Session = {
  token: string;
  role: Role;
  name: string;
  incidentId: string | null;
  /** A helper without an account is not told what the site is called. */
  site: { id: string; name: string | null } | null;
};

const KEPT_AS = "session";

export const keptSession = (): Promise<Session | null> => kept<Session>(KEPT_AS);
export const keepSession = (session: Session): Promise<void> => keep(KEPT_AS, session);
