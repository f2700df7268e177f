/** The work that a report costs without an account (docs/API.md): found here, without asking anybody. */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

const TRIES_BEFORE_A_BREATH = 2_000;

type Filing = { incidentId: string; id?: string | null | undefined; retryKey: string };

/** An answer for the filing; the screen stays alive meanwhile. */
export async function work(filing: Filing, bits: number): Promise<string> {
  const beginning = `${filing.incidentId}:${filing.id ?? ""}:${filing.retryKey}:`;
  for (let number = 0; ; number += 1) {
    if (leadingZeros(beginning + number) >= bits) return String(number);
    if (number % TRIES_BEFORE_A_BREATH === 0) await new Promise((breathe) => setTimeout(breathe));
  }
}

/** How many bits of a text's SHA-256 are 0 before the first that is 1, 32 at most. */
function leadingZeros(text: string): number {
  const digest = sha256(utf8ToBytes(text));
  return Math.clz32(new DataView(digest.buffer, digest.byteOffset).getUint32(0));
}
