/** A question on top of the screen. Closed, it gives the keyboard back to where it was. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

type Properties = { title: string; close: () => void; kind?: string; children: ComponentChildren };

export function Dialog({ title, close, kind = "card", children }: Properties) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // At once, so that the next key is typed into it.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
