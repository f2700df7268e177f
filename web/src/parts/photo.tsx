/** A photo from the camera or the album, kept on this phone as it was taken until the server has it. */
import { useEffect, useId, useState } from "preact/hooks";
import { useWords } from "../languages/words";
import { Icon } from "./icons";

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

export function Portrait({ photo, small = false }: { photo: Blob | string | null; small?: boolean }) {
  const own = useAddress(photo instanceof Blob ? photo : null);
  const [broken, setBroken] = useState<string | null>(null);
  const address = typeof photo === "string" ? photo : own;
  const kind = small ? "portrait small" : "portrait";
  // Without a network, what is on the server is not seen.
  return address && address !== broken ? <img class={kind} src={address} alt="" onError={() => setBroken(address)} /> : <div class={kind}>{<Icon name="person" />}</div>;
}

type Properties = { label: string; hint?: string; photo: Blob | null; change: (photo: Blob | null) => void };

export function PhotoField({ label, hint, photo, change }: Properties) {
  const { say } = useWords();
  const id = useId();
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
            onChange={(event) => change(event.currentTarget.files?.[0] ?? null)}
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
