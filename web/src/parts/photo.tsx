/** A photo from the camera or the album, kept on this phone until the server has it. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useWords } from "../languages/words";
import { Icon } from "./icons";
import { smaller } from "./smaller";

/** The address of a photo that is on this phone, for as long as it is shown. */
export function useAddress(photo: Blob | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!photo) {
      setAddress(null);
      return;
    }
    const made = URL.createObjectURL(photo);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  return address;
}

type Shown = { photo: Blob | string | null; small?: boolean; renew?: () => void };

/** `renew` is asked for another address where this one is none, or none any more. */
export function Portrait({ photo, small = false, renew }: Shown) {
  const own = useAddress(photo instanceof Blob ? photo : null);
  const [broken, setBroken] = useState<string | null>(null);
  const address = typeof photo === "string" ? photo : own;
  const kind = small ? "portrait small" : "portrait";
  const fails = () => {
    setBroken(address);
    renew?.();
  };
  // Without a network, what is on the server is not seen.
  return address && address !== broken ? <img class={kind} src={address} alt="" onError={fails} /> : <div class={kind}>{<Icon name="person" />}</div>;
}

type Properties = { label: string; hint?: string; photo: Blob | null; change: (photo: Blob | null) => void };

export function PhotoField({ label, hint, photo, change }: Properties) {
  const { say } = useWords();
  const id = useId();
  const now = useRef<Pick<Properties, "photo" | "change"> | null>(null);
  now.current = { photo, change };
  useEffect(() => () => void (now.current = null), []);
  const take = async (taken: Blob | null) => {
    // At once as it is: whoever saves before it is made smaller loses no photo.
    change(taken);
    if (!taken) return;
    const small = await smaller(taken);
    if (now.current?.photo === taken) now.current.change(small);
  };
  return (
    <div class="field">
      <span class="label" id={`${id}-label`}>
        {label}
      </span>
      {hint ? <span class="hint">{hint}</span> : null}
      <div class="row wraps">
        <Portrait photo={photo} />
        <label class="button">
          <Icon name="camera" />
          {say(photo ? "photo.other" : "photo.take")}
          <input
            class="only-read-aloud"
            type="file"
            accept="image/*"
            aria-labelledby={`${id}-label`}
            onChange={(event) => void take(event.currentTarget.files?.[0] ?? null)}
          />
        </label>
        {photo ? (
          <button type="button" class="button quiet" onClick={() => change(null)}>
            {say("photo.remove")}
          </button>
        ) : null}
      </div>
    </div>
  );
}
