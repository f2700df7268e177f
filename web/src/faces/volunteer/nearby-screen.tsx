/** One child who is missing nearby: what helps to recognise it, and a way to say that it was seen. */
import { useEffect, useState } from "preact/hooks";
import { ask, Refusal } from "../../api/client";
import { NameOfPlace, NearbyAlert } from "../../api/generated/operations";
import type { NearbyAlertQuery } from "../../api/generated/types";
import { askSignedIn, type Session } from "../../kept/session";
import { type Key, useWords } from "../../languages/words";
import { Notice } from "../../parts/notice";
import { Portrait } from "../../parts/photo";
import { Screen } from "../../parts/screen";
import { COLOURS, GARMENTS } from "../../person/draft";
import Seen from "../family/seen-screen";
import { yearsOf } from "./nearby";

type Alert = NonNullable<NearbyAlertQuery["nearbyAlert"]>;
type Child = NonNullable<Alert["child"]>;
type Properties = { session: Session; id: string; locked: () => void; leave: () => void };

export default function NearbyScreen({ session, id, locked, leave }: Properties) {
  const { say, why } = useWords();
  const [alert, setAlert] = useState<Alert | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [seen, setSeen] = useState(false);
  const load = async () => {
    try {
      setAlert((await askSignedIn(NearbyAlert, { id }, session)).nearbyAlert);
      setWrong(null);
    } catch (error) {
      // What may have been taken back meanwhile is not left on the screen.
      setAlert(null);
      setWrong(why(error));
      if (error instanceof Refusal && error.is("PIN_NEEDED")) locked();
    }
  };
  useEffect(() => {
    const again = () => void (document.hidden || load());
    again();
    addEventListener("online", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      removeEventListener("online", again);
      document.removeEventListener("visibilitychange", again);
    };
  }, [id, session.token]);

  const child = alert?.child;
  const name = child?.name ?? say("site.nameless");
  if (seen && alert) {
    const told = { alertId: id, incidentId: alert.incidentId, token: session.token, what: say("near.saw.what", { name }) };
    return <Seen told={told} leave={() => setSeen(false)} />;
  }
  return (
    <Screen
      title={say(child ? "near.title" : "near.place.title")}
      back={leave}
      actions={
        child ? (
          <button type="button" class="button main" onClick={() => setSeen(true)}>
            {say("near.saw")}
          </button>
        ) : null
      }
    >
      {wrong ? <Notice tone="warn">{wrong}</Notice> : null}
      {alert && !child ? <Notice>{say("near.over")}</Notice> : null}
      {alert && child ? (
        <>
          <section class="card">
            {alert.photos.length > 0 ? (
              <div class="row wraps">
                {alert.photos.map((photo) => (
                  <Portrait key={photo.id} photo={photo.large} />
                ))}
              </div>
            ) : null}
            <h2>
              <bdi>{name}</bdi>
            </h2>
            <Known child={child} />
          </section>
          <Notice>{say("near.keep")}</Notice>
        </>
      ) : null}
    </Screen>
  );
}

function Known({ child }: { child: Child }) {
  const { say, moment, language, number } = useWords();
  const place = usePlaceName(child.near);
  const colour = (word: string) => (isOne(COLOURS, word) ? say(`colour.${word}`) : word);
  const garment = (word: string) => (isOne(GARMENTS, word) ? say(`garment.${word}`) : word);
  const clothes = child.clothing.map((item) =>
    [item.kind && garment(item.kind), item.colour && colour(item.colour)].filter(Boolean).join(", "),
  );
  const spoken = new Intl.DisplayNames(language, { type: "language" });
  const facts: [Key, string | null][] = [
    ["near.lastSeen", child.lastSeenAt && moment(child.lastSeenAt)],
    ["near.where", place],
    ["person.age", yearsOf(child)],
    ["person.sex", child.sex && say(`sex.${child.sex}`)],
    ["person.hair", child.hair && colour(child.hair)],
    ["person.eyes", child.eyes && colour(child.eyes)],
    ["person.height", child.heightCm === null ? null : number(child.heightCm)],
    ["person.clothing", clothes.join("; ")],
    ["person.languages", child.languages.map((tag) => spoken.of(tag) ?? tag).join(", ")],
  ];
  return (
    <dl class="facts">
      {facts.map(([key, value]) =>
        value ? (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

/** Where a place is, in words, in the person's language; null until it is known. */
export function usePlaceName(point: { latitude: number; longitude: number } | null): string | null {
  const { language } = useWords();
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    setName(null);
    if (!point) return;
    ask(NameOfPlace, { point: { latitude: point.latitude, longitude: point.longitude }, language }).then(
      ({ nameOfPlace }) => setName(nameOfPlace),
      () => undefined, // then without a name
    );
  }, [point?.latitude, point?.longitude, language]);
  return name;
}

function isOne<Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}
