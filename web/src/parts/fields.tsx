/** What people type and choose. A hint stands above what it is about, a mistake below, both read aloud with it. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

type Around = { label: string; hint?: string | undefined; wrong?: string | undefined };

function describedBy(id: string, { hint, wrong }: Around): string | undefined {
  return [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
}

function Labelled({ id, around, children }: { id: string; around: Around; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{around.label}</label>
      {around.hint ? (
        <span class="hint" id={`${id}-hint`}>
          {around.hint}
        </span>
      ) : null}
      {children}
      {around.wrong ? (
        <span class="wrong" id={`${id}-wrong`} role="alert">
          {around.wrong}
        </span>
      ) : null}
    </div>
  );
}

type TextProperties = Around & {
  value: string;
  change: (value: string) => void;
  lines?: boolean;
} & Pick<JSX.IntrinsicElements["input"], "type" | "inputMode" | "autoComplete" | "min" | "max" | "maxLength" | "dir" | "required">;

export function Text({ label, hint, wrong, value, change, lines = false, ...input }: TextProperties) {
  const id = useId();
  const around = { label, hint, wrong };
  const shared = {
    id,
    value,
    "aria-describedby": describedBy(id, around),
    "aria-invalid": wrong ? ("true" as const) : undefined,
  };
  return (
    <Labelled id={id} around={around}>
      {lines ? (
        <textarea {...shared} dir="auto" onInput={(event) => change(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          autoComplete="off"
          {...(input.type ? {} : { dir: "auto" as const })}
          {...(input as object)}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

type Option<Value extends string> = { value: Value; label: string; picture?: ComponentChildren };

/** Several things to choose from, under one name. */
function Group({ id, around, children }: { id: string; around: Around; children: ComponentChildren }) {
  return (
    <fieldset class="field" aria-describedby={describedBy(id, around)}>
      <legend>{around.label}</legend>
      {around.hint ? (
        <span class="hint" id={`${id}-hint`}>
          {around.hint}
        </span>
      ) : null}
      <div class="choices">{children}</div>
      {around.wrong ? (
        <span class="wrong" id={`${id}-wrong`} role="alert">
          {around.wrong}
        </span>
      ) : null}
    </fieldset>
  );
}

/** One of a few, all of them seen at once. Chosen again, it is taken back where nothing has to be chosen. */
export function Choice<Value extends string>(
  properties: Around & {
    options: readonly Option<Value>[];
    value: Value | null;
    change: (value: Value | null) => void;
    must?: boolean;
  },
) {
  const { options, value, change, must = false } = properties;
  const id = useId();
  return (
    <Group id={id} around={properties}>
      {options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type="radio"
            name={id}
            value={option.value}
            checked={value === option.value}
            onChange={() => change(option.value)}
            onClick={() => value === option.value && !must && change(null)}
          />
          <span>
            {option.picture}
            {option.label}
          </span>
        </label>
      ))}
    </Group>
  );
}

/** Any number of a few. */
export function Choices<Value extends string>(
  properties: Around & {
    options: readonly Option<Value>[];
    value: readonly Value[];
    change: (value: Value[]) => void;
  },
) {
  const { options, value, change } = properties;
  return (
    <Group id={useId()} around={properties}>
      {options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type="checkbox"
            checked={value.includes(option.value)}
            onChange={(event) =>
              change(event.currentTarget.checked ? [...value, option.value] : value.filter((chosen) => chosen !== option.value))
            }
          />
          <span>
            {option.picture}
            {option.label}
          </span>
        </label>
      ))}
    </Group>
  );
}
