/** What holds in an incident: where it stands, how sure is sure enough, how long what is known is kept. */
import { useEffect, useState } from "preact/hooks";
import type { IncidentScale, IncidentStatus } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choice, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { useProvenAttempt } from "./proof-dialog";
import { change, type IncidentWhole, loadIncident, SCALES } from "./incident";

const STATUSES = ["ACTIVE", "WINDING_DOWN", "CLOSED"] as const satisfies readonly IncidentStatus[];

export function SettingsScreen({ session, incidentId, changed }: { session: Session; incidentId: string; changed: () => void }) {
  const { say, moment } = useWords();
  const [incident, setIncident] = useState<IncidentWhole | null>(null);
  const attempt = useAttempt();
  const load = () => attempt.read(() => loadIncident(session, incidentId), (found) => setIncident(found?.incident ?? null));
  useEffect(() => void load(), [session.token, incidentId]);
  return (
    <div class="settings">
      <h1>{say("holds.title")}</h1>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {incident?.destroyedAt ? <Notice tone="warn">{say("holds.destroyed", { day: moment(incident.destroyedAt) })}</Notice> : null}
      {incident ? (
        <Settings
          key={incident.id}
          session={session}
          incident={incident}
          changed={() => {
            void load();
            changed();
          }}
        />
      ) : null}
    </div>
  );
}

const percent = (probability: number | null) => (probability === null ? "" : String(Math.round(probability * 100)));

function Settings({ session, incident, changed }: { session: Session; incident: IncidentWhole; changed: () => void }) {
  const { say } = useWords();
  const [name, setName] = useState(incident.name);
  const [status, setStatus] = useState<IncidentStatus>(incident.status);
  const [scale, setScale] = useState<IncidentScale>(incident.scale);
  const [phone, setPhone] = useState(incident.phone ?? "");
  const [retention, setRetention] = useState(String(incident.retentionDays));
  const [propose, setPropose] = useState(percent(incident.proposeThreshold));
  const [alert, setAlert] = useState(percent(incident.alertThreshold));
  const [minutes, setMinutes] = useState(String(incident.escalateMinutes));
  const [done, setDone] = useState(false);
  const attempt = useProvenAttempt(session);
  const submit = (event: Event) => {
    event.preventDefault();
    setDone(false);
    void attempt.run(async () => {
      await change(session, {
        id: incident.id,
        version: incident.version,
        name,
        status,
        scale,
        phone: phone.trim() || null,
        retentionDays: Number(retention),
        proposeThreshold: Number(propose) / 100,
        alertThreshold: alert.trim() ? Number(alert) / 100 : null,
        escalateMinutes: Number(minutes),
      });
      setDone(true);
      changed();
    });
  };
  const general = attempt.general("name", "phone", "retentionDays", "proposeThreshold", "alertThreshold", "escalateMinutes");
  return (
    <>
      <form class="card" onSubmit={submit}>
        {general ? <Notice tone="bad">{general}</Notice> : null}
        {done ? <Notice tone="good">{say("holds.done")}</Notice> : null}
        <Text label={say("incident.name")} value={name} change={setName} wrong={attempt.wrong("name")} required />
        <Text label={say("incident.phone")} hint={say("incident.phone.hint")} type="tel" value={phone} change={setPhone} wrong={attempt.wrong("phone")} />
        <Choice must label={say("holds.status")} hint={say(`holds.status.${status}.means`)} options={STATUSES.map((value) => ({ value, label: say(`holds.status.${value}`) }))} value={status} change={(value) => value && setStatus(value)} />
        {status === "CLOSED" && incident.status !== "CLOSED" ? <Notice tone="warn">{say("holds.closing", { days: retention })}</Notice> : null}
        <Choice must label={say("incident.scale")} hint={say("incident.scale.hint")} options={SCALES.map((value) => ({ value, label: say(`incident.scale.${value}`) }))} value={scale} change={(value) => value && setScale(value)} />
        <Text label={say("thresholds.propose")} hint={say("thresholds.propose.hint")} type="number" min="1" max="99" value={propose} change={setPropose} wrong={attempt.wrong("proposeThreshold")} required />
        <Text label={say("thresholds.alert")} hint={say("thresholds.alert.hint")} type="number" min="1" max="99" value={alert} change={setAlert} wrong={attempt.wrong("alertThreshold")} />
        <Text label={say("holds.escalate")} hint={say("holds.escalate.hint")} type="number" min="1" max="1440" value={minutes} change={setMinutes} wrong={attempt.wrong("escalateMinutes")} required />
        <Text label={say("holds.retention")} hint={say("holds.retention.hint")} type="number" min="1" value={retention} change={setRetention} wrong={attempt.wrong("retentionDays")} required />
        <p class="soft">{say("holds.age", { years: incident.childAgeLimit })}</p>
        <div>
          <button type="submit" class="button main" aria-disabled={attempt.running}>
            {say("account.save")}
          </button>
        </div>
      </form>
      {attempt.dialog}
    </>
  );
}
