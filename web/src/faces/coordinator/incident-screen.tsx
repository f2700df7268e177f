/** Setting an incident up: opening it, and its sites. */
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { IncidentKind, IncidentScale, SiteKind } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choice, Choices, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { AreaCard } from "./area-card";
import { FirstSteps } from "./first-steps";
import {
  addSite,
  INCIDENT_KINDS,
  type IncidentWhole,
  loadIncident,
  open,
  SCALES,
  setOpen,
  SITE_KINDS,
  type Site,
} from "./incident";
import { SiteImport } from "./site-import";

/** The first thing of all, in an empty system or for another emergency. */
export function OpenIncidentScreen({ session, opened, first }: { session: Session; opened: (id: string) => void; first: boolean }) {
  const { say } = useWords();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<IncidentKind>("HURRICANE");
  const [scale, setScale] = useState<IncidentScale>("REGIONAL");
  const [years, setYears] = useState("21");
  const [phone, setPhone] = useState("");
  const [exercise, setExercise] = useState<"yes"[]>([]);
  const attempt = useAttempt();
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => opened(await open(session, { name, kind, scale, phone, childAgeLimit: Number(years), synthetic: exercise.length > 0 })));
  };
  return (
    <form class="settings" onSubmit={submit}>
      <div class="intro">
        <h1>{say(first ? "incident.first" : "incident.new")}</h1>
        <p>{say("incident.new.lead")}</p>
      </div>
      {attempt.general("name", "phone", "childAgeLimit") ? <Notice tone="bad">{attempt.general("name", "phone", "childAgeLimit")}</Notice> : null}
      <Text label={say("incident.name")} hint={say("incident.name.hint")} value={name} change={setName} wrong={attempt.wrong("name")} required />
      <Choice must label={say("incident.kind")} options={INCIDENT_KINDS.map((value) => ({ value, label: say(`incident.kind.${value}`) }))} value={kind} change={(value) => value && setKind(value)} />
      <Choice
        must
        label={say("incident.scale")}
        hint={say("incident.scale.hint")}
        options={SCALES.map((value) => ({ value, label: say(`incident.scale.${value}`) }))}
        value={scale}
        change={(value) => value && setScale(value)}
      />
      <Text label={say("incident.phone")} hint={say("incident.phone.hint")} type="tel" value={phone} change={setPhone} wrong={attempt.wrong("phone")} />
      <Text label={say("incident.age")} hint={say("incident.age.hint")} type="number" min="1" max="30" value={years} change={setYears} wrong={attempt.wrong("childAgeLimit")} required />
      <Choices label={say("incident.exercise")} options={[{ value: "yes", label: say("incident.exercise.yes") }]} value={exercise} change={setExercise} />
      <button type="submit" class="button main" aria-disabled={attempt.running}>
        {say("incident.open")}
      </button>
    </form>
  );
}

export function IncidentScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const [found, setFound] = useState<{ incident: IncidentWhole; sites: Site[] } | null>(null);
  const attempt = useAttempt();
  const load = () => void attempt.read(() => loadIncident(session, incidentId), setFound);
  useEffect(load, [session.token, incidentId]);
  return (
    <div class="settings">
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {found ? (
        <>
          <h1>{found.incident.name}</h1>
          <FirstSteps session={session} incident={found.incident} sites={found.sites} />
          <Sites session={session} incidentId={incidentId} sites={found.sites} changed={load} />
          <AreaCard key={found.incident.version} session={session} incident={found.incident} changed={load} />
          <p>
            <Link href="/desk/new">{say("incident.new")}</Link>
          </p>
        </>
      ) : (
        <h1>{say("desk.incident")}</h1>
      )}
    </div>
  );
}

function Sites({ session, incidentId, sites, changed }: { session: Session; incidentId: string; sites: Site[]; changed: () => void }) {
  const { say } = useWords();
  const [adding, setAdding] = useState(false);
  const attempt = useAttempt();
  return (
    <section class="card" id="sites">
      <h2>{say("sites.title")}</h2>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {sites.length === 0 ? <p class="soft">{say("sites.none")}</p> : null}
      <ul class="list">
        {sites.map((site) => (
          <li key={site.id} class="row">
            <div class="grows">
              <strong>
                <bdi>{site.name}</bdi>
              </strong>
              <p class="soft small">
                {[say(`site.kind.${site.kind}`), site.address, site.capacity && say("sites.capacity", { count: site.capacity })].filter(Boolean).join(" · ")}
              </p>
            </div>
            {site.open ? null : <span class="tag warn">{say("sites.closed")}</span>}
            <button type="button" class="button" onClick={() => void attempt.run(async () => setOpen(session, site, !site.open).then(changed))}>
              {say(site.open ? "sites.close" : "sites.open")}
            </button>
          </li>
        ))}
      </ul>
      {adding ? (
        <NewSite
          session={session}
          incidentId={incidentId}
          added={() => {
            setAdding(false);
            changed();
          }}
          cancel={() => setAdding(false)}
        />
      ) : (
        <button type="button" class="button" onClick={() => setAdding(true)}>
          {say("sites.add")}
        </button>
      )}
      <SiteImport session={session} incidentId={incidentId} added={changed} />
    </section>
  );
}

type NewSiteProperties = { session: Session; incidentId: string; added: () => void; cancel: () => void };

function NewSite({ session, incidentId, added, cancel }: NewSiteProperties) {
  const { say } = useWords();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<SiteKind>("SHELTER");
  const [address, setAddress] = useState("");
  const [capacity, setCapacity] = useState("");
  const [latitude, setLatitude] = useState("");
  const [longitude, setLongitude] = useState("");
  const attempt = useAttempt();

  const here = () =>
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      setLatitude(coords.latitude.toFixed(5));
      setLongitude(coords.longitude.toFixed(5));
    });
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      await addSite(session, {
        incidentId,
        name,
        kind,
        point: { latitude: Number(latitude), longitude: Number(longitude) },
        address: address.trim() || null,
        capacity: capacity.trim() ? Number(capacity) : null,
      });
      added();
    });
  };
  const general = attempt.general("name", "address", "capacity", "point.latitude", "point.longitude");
  return (
    <form class="card" onSubmit={submit}>
      {general ? <Notice tone="bad">{general}</Notice> : null}
      <Text label={say("sites.name")} value={name} change={setName} wrong={attempt.wrong("name")} required />
      <Choice must label={say("sites.kind")} options={SITE_KINDS.map((value) => ({ value, label: say(`site.kind.${value}`) }))} value={kind} change={(value) => value && setKind(value)} />
      <Text label={say("sites.address")} value={address} change={setAddress} wrong={attempt.wrong("address")} />
      <div class="beside">
        <Text label={say("sites.latitude")} type="number" value={latitude} change={setLatitude} wrong={attempt.wrong("point.latitude")} required />
        <Text label={say("sites.longitude")} type="number" value={longitude} change={setLongitude} wrong={attempt.wrong("point.longitude")} required />
      </div>
      <button type="button" class="button quiet" onClick={here}>
        {say("sites.here")}
      </button>
      <Text label={say("sites.room")} inputMode="numeric" value={capacity} change={setCapacity} wrong={attempt.wrong("capacity")} />
      <div class="row">
        <button type="submit" class="button main grows" aria-disabled={attempt.running}>
          {say("sites.add")}
        </button>
        <button type="button" class="button quiet" onClick={cancel}>
          {say("cancel")}
        </button>
      </div>
    </form>
  );
}
