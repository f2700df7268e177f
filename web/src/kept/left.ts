/** What was saved under a PIN that is forgotten: set aside, sealed as it is, until somebody enters that PIN after all.
 *
 * Nobody reads it meanwhile, and nothing throws it away.
 */
import { database, type Waiting } from "./database";
import { fromKept, SAFE, type Safe, toKeep, tried, WrongPin } from "./safe";
import { SEALED } from "./values";

/** A safe with what waited to be sent when its PIN was forgotten, and what was typed and not saved, by name. */
type Left = { safe: Safe; queue: Waiting[]; forms: [name: string, sealed: unknown][] };

const LEFT = "left sealed";
const FORMS = /^(registration|mending|change .*)$/;

/** How many things wait for a former PIN; a photo goes with what it is of. */
export async function countLeft(): Promise<number> {
  const left = await allLeft();
  return left.reduce((sum, { queue, forms }) => sum + queue.filter(({ kind }) => kind !== "photo").length + forms.length, 0);
}

/** Begin anew: the session and what the server has are forgotten, and all else that is sealed stays so. What this phone
 * never sealed, since its PIN was set elsewhere, stays where it is and is sent by whoever comes in.
 */
export async function setAside(): Promise<void> {
  const before = await allLeft();
  const change = (await database()).transaction(["values", "queue"], "readwrite", { durability: "strict" });
  const [values, queue] = [change.objectStore("values"), change.objectStore("queue")];
  const safe = (await values.get(SAFE)) as Safe | undefined;
  const forms: Left["forms"] = [];
  for (const name of await values.getAllKeys()) {
    if (!SEALED.test(name) || (FORMS.test(name) && !safe)) continue;
    if (FORMS.test(name)) forms.push([name, await values.get(name)]);
    void values.delete(name);
  }
  if (safe) {
    const waiting = await queue.getAll();
    if (waiting.length + forms.length > 0) void values.put([...before, { safe, queue: waiting, forms }], LEFT);
    void values.delete(SAFE);
    void queue.clear();
  }
  await change.done;
}

/** Put back in its place what this PIN opens, sealed under the present one; a form that is being filled in stays, and
 * the former one waits for it. Raises WrongPin, whose time is that of the last safe that was tried.
 */
export async function takeUp(pin: string): Promise<void> {
  const left = await allLeft();
  let again = 0;
  for (const [at, { safe, queue, forms }] of left.entries()) {
    again = Math.max(again, safe.again);
    if (safe.again > Date.now()) continue;
    const { after, opening } = await tried(safe, pin);
    left[at] = { safe: after, queue, forms };
    if (opening) return putBack(left, at, opening);
    again = Math.max(again, after.again);
  }
  await (await database()).put("values", left, LEFT);
  throw new WrongPin(again);
}

async function putBack(left: Left[], at: number, opening: CryptoKey): Promise<void> {
  const { safe, queue, forms } = left[at] as Left;
  const anew = async (sealed: unknown) => toKeep(await fromKept(sealed, opening));
  const waiting = await Promise.all(queue.map(async (record) => ({ ...record, content: await anew(record.content) })));
  const filled = await Promise.all(forms.map(async ([name, sealed]) => ({ name, sealed, content: await anew(sealed) })));
  const change = (await database()).transaction(["values", "queue"], "readwrite", { durability: "strict" });
  const values = change.objectStore("values");
  for (const record of waiting) void change.objectStore("queue").put(record);
  const stay: Left["forms"] = [];
  for (const { name, sealed, content } of filled) {
    if ((await values.count(name)) > 0) stay.push([name, sealed]);
    else void values.put(content, name);
  }
  const still = left.filter((_, index) => index !== at);
  if (stay.length > 0) still.push({ safe, queue: [], forms: stay });
  if (still.length > 0) void values.put(still, LEFT);
  else void values.delete(LEFT);
  await change.done;
}

async function allLeft(): Promise<Left[]> {
  return ((await (await database()).get("values", LEFT)) as Left[] | undefined) ?? [];
}
