/** A screen of others, opened by its address: whose it is, as whom one is signed in, and the way back. */
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import type { Session } from "../kept/session";
import { type Key, useWords } from "../languages/words";
import { Notice } from "./notice";
import { Screen } from "./screen";

type Properties = { title: Key; session: Session; to: string; back: Key; children?: ComponentChildren };

export function NotYours({ title, session, to, back, children }: Properties) {
  const { say } = useWords();
  return (
    <Screen title={say(title)}>
      <Notice tone="warn">{say("notYours.signedIn", { name: session.name })}</Notice>
      <Link href={to} class="button main">
        {say(back)}
      </Link>
      {children}
    </Screen>
  );
}
