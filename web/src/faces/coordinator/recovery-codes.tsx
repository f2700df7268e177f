import { useWords } from "../../languages/words";
import { Notice } from "../../parts/notice";

/** Codes to keep on paper, shown this once. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  const { say } = useWords();
  return (
    <>
      <Notice tone="warn">{say("account.recovery")}</Notice>
      <ul class="codes">
        {codes.map((one) => (
          <li key={one} class="code">
            {one}
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" class="button" onClick={() => print()}>
          {say("print")}
        </button>
        <button type="button" class="button quiet" onClick={() => void navigator.clipboard.writeText(codes.join("\n"))}>
          {say("copy")}
        </button>
      </div>
    </>
  );
}
