/** What is at a place on the map, and what one of it is, as far as the server shows it. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { ask } from "../../../api/client";
import { Match as MatchOperation } from "../../../api/generated/operations";
import type { Session } from "../../../kept/session";
import { type Key, useWords } from "../../../languages/words";
import { useAttempt } from "../../../parts/attempt";
import { Icon } from "../../../parts/icons";
import { Notice } from "../../../parts/notice";
import { nameOf as calledBy } from "../review";
import { Glyph } from "./glyph";
import { LAYERS } from "./layers";
import { type Found, type Line, loadThing, nameOf, type Spot } from "./map";

/** So many are named at once; a shelter may hold hundreds. */
const AT_ONCE = 10;

type SpotProperties = {
  session: Session;
  spot: Spot;
  occupied: (site: NonNullable<Spot["site"]>) => string;
  close: () => void;
  closer: () => void;
  go: (path: string) => void;
};

export function SpotPanel({ session, spot, occupied, close, closer, go }: SpotProperties) {
  const { say, spoken, number } = useWords();
  const [place, setPlace] = useState<string | null>(null);
  const [more, setMore] = useState(1);
  const naming = useAttempt();
  useEffect(() => void naming.read(() => nameOf(session, spot.point, spoken), setPlace), [spot.key, spoken]);
  const single = spot.entries.some(({ ids }) => ids.length > 0);
  return (
    <Panel title={spot.site?.name || (place ?? say("map.place"))} close={close}>
      {spot.site && place ? <p class="soft">{place}</p> : null}
      {spot.site ? (
        <p>
          {occupied(spot.site)}
          {spot.site.unaccompanied > 0 ? `, ${say("map.alone", { count: number(spot.site.unaccompanied) })}` : null}
          {spot.site.capacity ? (
            <meter min={0} max={spot.site.capacity} high={spot.site.capacity * 0.9} value={spot.site.inCare} aria-label={occupied(spot.site)} />
          ) : null}
        </p>
      ) : null}
      {spot.entries.map(({ shown, count, states, ids }) => (
        <section key={shown}>
          <h3>
            <Glyph of={shown} />
            {say(LAYERS[shown].title)} <span class="count">{number(count)}</span>
          </h3>
          {Object.keys(states).length > 1 || shown === "others" ? (
            <ul class="small">
              {Object.entries(states).map(([state, many]) => (
                <li key={state}>
                  {say(`map.state.${state}` as Key)}: {number(many)}
                </li>
              ))}
            </ul>
          ) : null}
          <ul class="list">
            {ids.slice(0, AT_ONCE * more).map((id, index) => (
              <li key={id}>
                <Thing session={session} shown={shown} id={id} number={number(index + 1)} go={go} />
              </li>
            ))}
          </ul>
          {ids.length > AT_ONCE * more ? (
            <button type="button" class="button quiet" onClick={() => setMore(more + 1)}>
              {say("map.more")}
            </button>
          ) : null}
        </section>
      ))}
      {single ? null : (
        <button type="button" class="button wide" onClick={closer}>
          {say("map.lookCloser")}
        </button>
      )}
    </Panel>
  );
}

type ThingProperties = { session: Session; shown: Spot["entries"][number]["shown"]; id: string; number: string; go: (path: string) => void };

/** One of what is there: a button until it is asked for. */
function Thing({ session, shown, id, number, go }: ThingProperties) {
  const { say } = useWords();
  const [found, setFound] = useState<Found | null | undefined>(undefined);
  const attempt = useAttempt();
  if (found)
    return (
      <Arrived>
        <ThingFacts found={found} go={go} />
      </Arrived>
    );
  if (found === null) return <p class="soft">{say("map.gone")}</p>;
  return (
    <>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <button type="button" class="button wide" onClick={() => void attempt.read(() => loadThing(session, shown, id), setFound)}>
        {say("map.open", { what: say(`map.one.${shown}` as Key), number })}
      </button>
    </>
  );
}

export function LinePanel({ session, line, close }: { session: Session; line: Line; close: () => void }) {
  const { say, spoken, number } = useWords();
  const [names, setNames] = useState<{ start: string | null; end: string | null; child: string | null }>({ start: null, end: null, child: null });
  const attempt = useAttempt();
  useEffect(() => {
    const asking = () =>
      Promise.all([
        nameOf(session, line.start, spoken),
        nameOf(session, line.end, spoken),
        line.id ? ask(MatchOperation, { id: line.id, language: spoken }, session.token) : null,
      ]);
    void attempt.read(asking, ([start, end, match]) => {
      const report = match?.match?.report;
      setNames({ start, end, child: report ? calledBy(report.person.names) : null });
    });
  }, [line.id, line.start, line.end, spoken]);
  return (
    <Panel title={say("map.line")} close={close}>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <dl class="facts">
        <Fact name={say("map.line.count")} value={number(line.count)} />
        <Fact name={say("map.line.child")} value={names.child} />
        <Fact name={say("map.line.from")} value={names.start} />
        <Fact name={say("map.line.to")} value={names.end} />
      </dl>
    </Panel>
  );
}

function Panel({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const { say } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  // Who chose something by keyboard or by ear is taken to what it is: at once, or it would take the focus from what they
  // have gone on to meanwhile.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <aside
      class="map-panel"
      aria-label={say("map.panel")}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <div class="row">
        <h2 ref={heading} tabIndex={-1} class="grows">
          <bdi>{title}</bdi>
        </h2>
        <button type="button" class="button quiet" aria-label={say("map.close")} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </aside>
  );
}

/** What takes the place of a button takes its focus too. */
function Arrived({ children }: { children: ComponentChildren }) {
  const here = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => here.current?.focus({ preventScroll: true }), []);
  return (
    <div ref={here} tabIndex={-1}>
      {children}
    </div>
  );
}

function ThingFacts({ found, go }: { found: Found; go: (path: string) => void }) {
  const { say, moment } = useWords();
  const when = (text: string | null) => text && moment(text);
  switch (found.shown) {
    case "sites": {
      const { name, kind, address, open } = found.site;
      return (
        <dl class="facts card">
          <Fact name={say("map.name")} value={name} />
          <Fact name={say("map.kind")} value={say(`site.kind.${kind}`)} />
          <Fact name={say("sites.address")} value={address} />
          <Fact name={say("map.state")} value={say(open ? "map.state.OPEN" : "sites.closed")} />
        </dl>
      );
    }
    case "children":
    case "others": {
      const { person, careStatus, site, foundAt, foundPlace } = found.registration;
      return (
        <dl class="facts card">
          <Person person={person} />
          <Fact name={say("map.state")} value={say(`map.state.${careStatus}` as Key)} />
          <Fact name={say("map.site")} value={site?.name ?? null} />
          <Fact name={say("map.found")} value={[when(foundAt), foundPlace.text].filter(Boolean).join(", ")} />
        </dl>
      );
    }
    case "reports": {
      const { person, lastSeenAt, lastSeenPlace } = found.report;
      return (
        <dl class="facts card">
          <Person person={person} />
          <Fact name={say("map.lastSeen")} value={[when(lastSeenAt), lastSeenPlace.text].filter(Boolean).join(", ")} />
        </dl>
      );
    }
    case "sightings": {
      const { what, seenAt, place, person, state } = found.sighting;
      return (
        <>
          <dl class="facts card">
            <Person person={person} />
            <Fact name={say("map.what")} value={what} />
            <Fact name={say("map.seen")} value={[when(seenAt), place.text].filter(Boolean).join(", ")} />
            <Fact name={say("map.state")} value={say(`map.sighting.${state}` as Key)} />
          </dl>
          <button type="button" class="button" onClick={() => go("/desk/sightings")}>
            {say("map.toSightings")}
          </button>
        </>
      );
    }
  }
}

function Person({ person }: { person: { names: Parameters<typeof calledBy>[0]; sex: "FEMALE" | "MALE" | "OTHER" | null; age: { minimum: number | null; maximum: number | null } } }) {
  const { say } = useWords();
  const { minimum, maximum } = person.age;
  const years = minimum === maximum ? minimum : `${minimum ?? ""}–${maximum ?? ""}`;
  return (
    <>
      <Fact name={say("map.name")} value={calledBy(person.names) ?? say("compare.nameless")} />
      <Fact name={say("person.sex")} value={person.sex && say(`sex.${person.sex}`)} />
      <Fact name={say("compare.age")} value={years === null ? null : String(years)} />
    </>
  );
}

function Fact({ name, value }: { name: string; value: string | null | undefined }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}
