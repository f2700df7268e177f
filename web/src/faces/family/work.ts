/**
 * The work that a report costs without an account: found here, without asking anybody.
 *
 * The SHA-256 of `incident:id:retry key:answer` must begin with so many bits that are 0 (docs/API.md). The browser's own
 * digest is asked anew for each try, and is slower than this.
 */

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
export function leadingZeros(text: string): number {
  return Math.clz32(firstWord(new TextEncoder().encode(text)));
}

const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0;

const PRIMES: number[] = [];
for (let number = 2; PRIMES.length < 64; number += 1) {
  if (PRIMES.every((prime) => number % prime !== 0)) PRIMES.push(number);
}
const BEGINNING = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The first 32 bits of the SHA-256 (FIPS 180-4). */
function firstWord(message: Uint8Array): number {
  const padded = new DataView(new ArrayBuffer(((message.length + 8) >> 6) * 64 + 64));
  new Uint8Array(padded.buffer).set(message);
  padded.setUint8(message.length, 0x80);
  padded.setUint32(padded.byteLength - 4, message.length * 8);
  const state = Int32Array.from(BEGINNING);
  const words = new Int32Array(64);
  const at = (list: Int32Array, index: number): number => list[index] as number;
  for (let block = 0; block < padded.byteLength; block += 64) {
    for (let i = 0; i < 16; i += 1) words[i] = padded.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i += 1) {
      const [early, late] = [at(words, i - 15), at(words, i - 2)];
      const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
      const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
      words[i] = (at(words, i - 16) + first + at(words, i - 7) + second) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [
      number, number, number, number, number, number, number, number,
    ];
    for (let i = 0; i < 64; i += 1) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + at(ROUNDS, i) + at(words, i)) | 0;
      const other = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + other) | 0];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + word;
  }
  return at(state, 0);
}
