/** What every screen has: a head with the way back and the language, a body, and actions in reach of a thumb. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Link } from "wouter-preact";
import { LANGUAGES, type Language, useWords } from "../languages/words";
import { Icon } from "./icons";

type Properties = {
  title: string;
  /** What the screen is for, where the title does not say it. */
  lead?: string | undefined;
  back?: (() => void) | undefined;
  /** What stands beside the language in the head. */
  aside?: ComponentChildren;
  above?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
};

export function Screen({ title, lead, back, aside, above, actions, children }: Properties) {
  const { say, language, choose } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);

  // Who moves to another screen by keyboard or by ear is taken to its beginning.
  useEffect(() => {
    document.title = `${title} · Reunify`;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [title]);

  return (
    <div class="screen">
      <header class="head">
        {back ? (
          <button type="button" class="button quiet" onClick={back} aria-label={say("back")}>
            <Icon name="back" turns />
          </button>
        ) : null}
        <Link class="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Reunify
        </Link>
        {aside}
        <select
          aria-label={say("language")}
          value={language}
          onChange={(event) => choose(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </header>
      <main class="body arrives" key={title}>
        {above}
        <div class="intro">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead ? <p>{lead}</p> : null}
        </div>
        {children}
      </main>
      {actions ? (
        <div class="actions">
          <div>{actions}</div>
        </div>
      ) : null}
    </div>
  );
}
