/** Coming in by an invite's link: say your name, and be at work. */
import { useState } from "preact/hooks";
import { ask, made, Refusal } from "../../api/client";
import { AcceptInvite } from "../../api/generated/operations";
import { keepSession, type Session } from "../../kept/session";
import { useDraft } from "../../kept/use-draft";
import { useWords } from "../../languages/words";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { Screen } from "../../parts/screen";
import { sessionOf } from "./site";

/** What is kept until the server has answered: accepting once more after a lost answer gives the same account. */
type Invite = { secret: string; retryKey: string; name: string };

export function JoinScreen({ came, leave }: { came: (session: Session) => void; leave: () => void }) {
  const { say } = useWords();
  const [linked] = useState(takeSecret);
  const draft = useDraft<Invite>("invite", () => ({ secret: "", retryKey: randomKey(), name: "" }));
  const [wrong, setWrong] = useState<{ message: string; field: string | null } | null>(null);
  const [asking, setAsking] = useState(false);
  if (!draft.content) return null;
  const { name, retryKey } = draft.content;
  const secret = linked || draft.content.secret;

  const accept = async (event: Event) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    setWrong(null);
    draft.change({ secret });
    try {
      const { acceptInvite } = await ask(AcceptInvite, { input: { secret, name, retryKey } });
      const session = await sessionOf(made(acceptInvite).token ?? "");
      await keepSession(session);
      await draft.discard();
      came(session);
    } catch (error) {
      if (error instanceof Refusal) setWrong(error.problems[0] ?? null);
      else setWrong({ message: say("away"), field: null });
    }
    setAsking(false);
  };

  if (!secret) {
    return (
      <Screen title={say("join.none.title")} back={leave}>
        <p>{say("join.none")}</p>
      </Screen>
    );
  }
  return (
    <Screen title={say("join.title")} lead={say("join.lead")}>
      <form class="stack" onSubmit={accept}>
        {wrong && wrong.field !== "name" ? <Notice tone="bad">{wrong.message}</Notice> : null}
        <Text
          label={say("join.name")}
          autoComplete="name"
          value={name}
          change={(value) => draft.change({ name: value })}
          wrong={wrong?.field === "name" ? wrong.message : undefined}
          required
        />
        <button type="submit" class="button main" aria-disabled={asking}>
          {say("join.accept")}
        </button>
      </form>
    </Screen>
  );
}

/** The secret behind the `#`, taken out of the address bar, the history and screenshots. */
function takeSecret(): string {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(null, "", location.pathname);
  return secret;
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
