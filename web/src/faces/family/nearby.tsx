/** Whether those near where the child was last seen may be told: no, unless the family says so. */
import { useWords } from "../../languages/words";
import { Choice } from "../../parts/fields";
import { NEARBY, type Nearby } from "./draft";

type Properties = { label: string; why: string; value: Nearby; change: (nearby: Nearby) => void };

export function NearbyChoice({ label, why, value, change }: Properties) {
  const { say } = useWords();
  return (
    <Choice
      must
      label={label}
      hint={why}
      options={NEARBY.map((one) => ({ value: one, label: say(`nearby.${one}`) }))}
      value={value}
      change={(chosen) => change(chosen ?? "NO")}
    />
  );
}
