/** Coming in: by an invite's link, or by the code that hangs at a site's door in the first hours. */
import { useState } from "preact/hooks";
import { ask, made, Refusal } from "../../api/client";
import { AcceptInvite, EnterIntake } from "../../api/generated/operations";
import { keepSession, type Session } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { sessionOf } from "./site";

/** What is kept until the server has answered: accepting once more after a lost answer gives the same account. */
type Invite = { secret: string; code: string; retryKey: string; name: string };

export function JoinScreen({ came, leave }: { came: (session: Session) => void; leave: () => void }) {
  const { say, refusal, why } = useWords();
  const [{ secret: linked, code: scanned }, setBehind] = useState(takeSecret);
  const draft = useDraft<Invite>("invite", () => ({ secret: "", code: "", retryKey: randomKey(), name: "" }));
  const [wrong, setWrong] = useState<{ message: string; field: string | null } | null>(null);
  const [asking, setAsking] = useState(false);
  if (!draft.content) return null;
  const { name, retryKey } = draft.content;
  const code = scanned || draft.content.code;
  const secret = linked || draft.content.secret;

  const accept = async (event: Event) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    setWrong(null);
    draft.change({ secret });
    try {
      const session = secret ? await byInvite(secret, name, retryKey) : await byDoor(code, name, retryKey);
      await keepSession(session);
      await draft.discard();
      came(session);
    } catch (error) {
      const [problem] = error instanceof Refusal ? error.problems : [];
      setWrong(problem ? { message: refusal(problem), field: problem.field } : { message: why(error), field: null });
    }
    setAsking(false);
  };

  const own = secret ? ["name"] : ["name", "code"];
  const below = (field: string) => (wrong?.field === field ? wrong.message : undefined);
  return (
    <Screen
      title={say(secret ? "join.title" : "join.door.title")}
      lead={say(secret || scanned ? "join.lead" : "join.door.lead")}
      back={secret ? undefined : leave}
    >
      <form class="stack" onSubmit={accept}>
        {wrong && !own.includes(wrong.field ?? "") ? <Notice tone="bad">{wrong.message}</Notice> : null}
        {secret ? null : (
          <Text
            label={say("join.code")}
            dir="ltr"
            value={code}
            change={(value) => {
              setBehind({ secret: linked, code: "" });
              draft.change({ code: value });
            }}
            wrong={below("code")}
            required
          />
        )}
        <Text
          label={say("join.name")}
          autoComplete="name"
          value={name}
          change={(value) => draft.change({ name: value })}
          wrong={below("name")}
          required
        />
        <button type="submit" class="button main" aria-disabled={asking}>
          {say("join.accept")}
        </button>
      </form>
    </Screen>
  );
}

/** Raises Refusal, Unreachable. */
async function byInvite(secret: string, name: string, retryKey: string): Promise<Session> {
  const { acceptInvite } = await ask(AcceptInvite, { input: { secret, name, retryKey } });
  return sessionOf(made(acceptInvite).token ?? "");
}

/** A helper without an account, who registers and is shown nothing else. Raises Refusal, Unreachable. */
async function byDoor(code: string, name: string, retryKey: string): Promise<Session> {
  const { enterIntake } = await ask(EnterIntake, { input: { code, name, retryKey } });
  return sessionOf(made(enterIntake).token ?? "");
}

/** What stands behind the `#`, a secret or a posted code, taken out of the address bar, the history and screenshots. */
function takeSecret(): { secret: string; code: string } {
  const behind = location.hash.slice(1);
  if (behind) history.replaceState(null, "", location.pathname);
  const code = new URLSearchParams(behind).get("door") ?? "";
  return code ? { secret: "", code } : { secret: behind, code: "" };
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
