/** Who is sought by whom, and who was taken in where, at a glance: a row of a queue of pairs. */
import type { CareStatus, Sex } from "../../api/generated/types";
import { useWords } from "../../languages/words";
import { nameOf } from "./review";

type Someone = {
  names: Parameters<typeof nameOf>[0];
  sex: Sex | null;
  age: { minimum: number | null; maximum: number | null; birthDate: string | null };
};
type Sought = { person: Someone; reporter?: { name: string | null; relation: string | null } };
type TakenIn = { person: Someone; careStatus?: CareStatus; site?: { name: string } | null };
type Grown = "adult" | "child" | "unknown";

const YEAR = 365.25 * 24 * 3600 * 1000;

/** In years, from and to; what is not known is null. */
function yearsOf({ minimum, maximum, birthDate }: Someone["age"]): [number | null, number | null] {
  if (!birthDate) return [minimum, maximum];
  const years = Math.max(0, Math.floor((Date.now() - new Date(birthDate).getTime()) / YEAR));
  return [years, years];
}

/** A child is who is younger than `limit`, as the incident has it. */
function grown(person: Someone, limit: number, care?: CareStatus): Grown {
  const [from, to] = yearsOf(person.age);
  if (care === "ADULT" || (from !== null && from >= limit)) return "adult";
  if (to !== null && to < limit) return "child";
  return care === "UNACCOMPANIED" || care === "SEPARATED" ? "child" : "unknown";
}

/** Whether a pair's words must not speak of a child. */
export function ofAdults(people: readonly (Sought | TakenIn | null)[], limit: number): boolean {
  return people.some((one) => one && grown(one.person, limit, "careStatus" in one ? one.careStatus : undefined) === "adult");
}

export function soughtBy(reporter: Sought["reporter"]): string {
  return [reporter?.name, reporter?.relation].filter(Boolean).join(", ");
}

export function WhomSought({ of, limit }: { of: Sought | null; limit: number }) {
  const { say } = useWords();
  const who = soughtBy(of?.reporter);
  return <Whom person={of?.person ?? null} as={of ? grown(of.person, limit) : "unknown"} how={who ? say("whom.by", { who }) : say("whom.sought")} />;
}

export function WhomTakenIn({ of, limit }: { of: TakenIn | null; limit: number }) {
  const { say } = useWords();
  const as = of ? grown(of.person, limit, of.careStatus) : "unknown";
  return <Whom person={of?.person ?? null} as={as} how={of?.site ? say("whom.at", { site: of.site.name }) : say("whom.takenIn")} />;
}

function Whom({ person, as, how }: { person: Someone | null; as: Grown; how: string }) {
  const { say } = useWords();
  const [from, to] = person ? yearsOf(person.age) : [null, null];
  const years = from === to ? from : `${from ?? "?"}–${to ?? "?"}`;
  const sex = person?.sex && say(as === "unknown" ? `sex.${person.sex}` : `whom.${as}.${person.sex}`);
  const who = [sex, years].filter((one) => one !== null && one !== undefined).join(", ");
  return (
    <span class="whom">
      <bdi>{(person && nameOf(person.names)) ?? say("compare.nameless")}</bdi>
      {as === "adult" ? <span class="tag">{say("whom.adult")}</span> : null}
      <span class="soft small">
        <bdi>{[who, how].filter(Boolean).join(" · ")}</bdi>
      </span>
    </span>
  );
}
