/** Asking the server: one operation at a time, by the name that it knows the document by. */
import type { ErrorCode } from "./generated/types";
import type { Operation } from "./operation";

export type Problem = { code: ErrorCode; message: string; field: string | null };

/** The server said no. What it said is for the person at the screen. */
export class Refusal extends Error {
  constructor(
    readonly problems: readonly Problem[],
    /** Seconds to wait before the same is sent again, where the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(problems.map((problem) => problem.message).join(" "));
  }

  is(code: ErrorCode): boolean {
    return this.problems.some((problem) => problem.code === code);
  }
}

/** The server was not reached, or cannot answer just now: the same may be sent again. */
export class Unreachable extends Error {}

type Answer<Result> = {
  data?: Result | null;
  errors?: { message: string; extensions?: { code?: string; problems?: Problem[] } }[];
};

const TEMPORARY = new Set(["UNAVAILABLE", "UNREADABLE", "INTERNAL", "TIMEOUT", "BODY_TOO_SLOW"]);
const LONGEST_WAIT = 30_000;

/** `reason` is why somebody looks: it is entered with the look. Raises Refusal, Unreachable. */
export async function ask<Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  token: string | null = null,
  reason = "",
): Promise<Result> {
  const response = await reach("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...bearer(token), ...(reason && { "reunify-reason": encodeURIComponent(reason) }) },
    body: JSON.stringify({
      variables,
      extensions: { persistedQuery: { version: 1, sha256Hash: operation.hash } },
    }),
  });
  const answer = (await readable(response)) as Answer<Result>;
  const [error] = answer.errors ?? [];
  if (error) {
    const code = error.extensions?.code ?? "INTERNAL";
    if (TEMPORARY.has(code)) throw new Unreachable(error.message);
    const problems = error.extensions?.problems ?? [{ code: code as ErrorCode, message: error.message, field: null }];
    throw new Refusal(problems, retryAfter(response));
  }
  if (answer.data == null) throw new Unreachable(`The server answered ${response.status}.`);
  return answer.data;
}

/** What a mutation made. Raises Refusal where it says why it made nothing. */
export function made<Payload extends { errors: readonly Problem[] }>(payload: Payload): Payload {
  if (payload.errors.length === 0) return payload;
  if (payload.errors.some((problem) => TEMPORARY.has(problem.code))) throw new Unreachable(payload.errors[0]?.message);
  throw new Refusal(payload.errors);
}

/** Send a photo of a record; the same id again keeps one photo. Raises Refusal, Unreachable. */
export async function sendPhoto(
  belongsTo: { registration: string } | { report: string },
  id: string,
  photo: Blob,
  token: string,
): Promise<void> {
  const form = new FormData();
  form.append("file", photo, "photo");
  const query = new URLSearchParams({ ...belongsTo, id });
  const response = await reach(`/photos?${query}`, { method: "POST", headers: bearer(token), body: form });
  if (response.ok) return;
  const answer = (await readable(response)) as { errors?: Problem[] };
  if (response.status >= 500 || !answer.errors) throw new Unreachable(`The server answered ${response.status}.`);
  throw new Refusal(answer.errors, retryAfter(response));
}

async function reach(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...request, signal: AbortSignal.timeout(LONGEST_WAIT) });
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

async function readable(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new Unreachable(`The server answered ${response.status}.`);
  }
}

function bearer(token: string | null): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 0 ? seconds : null;
}
