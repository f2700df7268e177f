/** On duty: who is told first of what waits, who after them, and when. */
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { atDesk, loadRota, type Rota, setShifts, type Shift, STEPS } from "./duty";
import { type Account, loadAccounts } from "./people";

export function DutyScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const [rota, setRota] = useState<Rota | null>(null);
  const attempt = useAttempt();
  const load = () => attempt.read(() => loadRota(session, incidentId), setRota);
  useEffect(() => void load(), [session.token, incidentId]);
  // Officers see who is on duty; who sets it up also says who is.
  const sets = session.role !== "OFFICER";
  const save = (shifts: readonly Omit<Shift, "name">[]) =>
    rota &&
    setShifts(session, rota, shifts).then(setRota, async (error: unknown) => {
      // Somebody else was quicker: what holds now is shown beside what was wrong.
      await load();
      throw error;
    });
  const over = rota?.shifts.filter(({ endsAt }) => new Date(endsAt) <= new Date()) ?? [];
  const coming = rota?.shifts.filter((shift) => !over.includes(shift)) ?? [];
  const remove = sets ? (shift: Shift) => void attempt.run(async () => void (await save((rota?.shifts ?? []).filter((one) => one !== shift)))) : null;
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("duty.title")}</h1>
        <p>{say("duty.lead")}</p>
      </div>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {rota ? (
        <>
          <section class="card">
            <h2>{say("duty.now")}</h2>
            {rota.onDuty.length === 0 ? <Notice tone="warn">{say("duty.nobody")}</Notice> : <Shifts shifts={rota.onDuty} remove={null} />}
          </section>
          <section class="card">
            <h2>{say("duty.shifts")}</h2>
            {coming.length === 0 ? <p class="soft">{say("duty.none")}</p> : <Shifts shifts={coming} remove={remove} />}
            {over.length > 0 ? (
              <details>
                <summary>{say("duty.over", { count: over.length })}</summary>
                <Shifts shifts={over} remove={remove} />
              </details>
            ) : null}
          </section>
          {sets ? <NewShift session={session} incidentId={incidentId} add={async (shift) => void (await save([...rota.shifts, shift]))} /> : null}
        </>
      ) : null}
    </div>
  );
}

function Shifts({ shifts, remove }: { shifts: readonly Shift[]; remove: ((shift: Shift) => void) | null }) {
  const { say, moment } = useWords();
  const [asked, setAsked] = useState<Shift | null>(null);
  const ordered = [...shifts].sort((one, other) => one.startsAt.localeCompare(other.startsAt) || one.step - other.step);
  return (
    <ul class="list">
      {(remove ? ordered : shifts).map((shift) => {
        const name = shift.name ?? say("duty.closed");
        const time = say("duty.from", { from: moment(shift.startsAt), to: moment(shift.endsAt) });
        return (
          <li key={`${shift.accountId} ${shift.startsAt} ${shift.endsAt} ${shift.step}`} class="row wraps">
            <div class="grows">
              <strong>
                <bdi>{name}</bdi>
              </strong>
              <p class="soft small">{time}</p>
            </div>
            <span class="tag">{say("duty.step", { step: shift.step })}</span>
            {remove && asked !== shift ? (
              <button type="button" class="button quiet" aria-label={say("duty.remove.of", { name, time })} onClick={() => setAsked(shift)}>
                {say("duty.remove")}
              </button>
            ) : null}
            {remove && asked === shift ? (
              <div class="row wraps">
                <button type="button" class="button" onClick={() => remove(shift)}>
                  {say("duty.remove.yes")}
                </button>
                <button type="button" class="button quiet" onClick={() => setAsked(null)}>
                  {say("cancel")}
                </button>
              </div>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

const USUAL_HOURS = 8;

type NewShiftProperties = { session: Session; incidentId: string; add: (shift: Omit<Shift, "name">) => Promise<void> };

function NewShift({ session, incidentId, add }: NewShiftProperties) {
  const { say } = useWords();
  const [people, setPeople] = useState<Account[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [starts, setStarts] = useState(() => atDesk(new Date()));
  const [ends, setEnds] = useState(() => atDesk(new Date(Date.now() + USUAL_HOURS * 3_600_000)));
  const [step, setStep] = useState("1");
  const attempt = useAttempt();
  const wrong = attempt.general();
  useEffect(
    () => void attempt.read(() => loadAccounts(session, incidentId), (found) => setPeople(found.filter(({ role, closed }) => role === "COORDINATOR" && !closed))),
    [session.token, incidentId],
  );
  const accountId = chosen ?? people?.[0]?.id;
  const submit = (event: Event) => {
    event.preventDefault();
    if (!accountId) return;
    void attempt.run(async () => {
      await add({ accountId, startsAt: new Date(starts).toISOString(), endsAt: new Date(ends).toISOString(), step: Number(step) });
      // The next shift begins where this one ends.
      const length = new Date(ends).getTime() - new Date(starts).getTime();
      setStarts(ends);
      setEnds(atDesk(new Date(new Date(ends).getTime() + length)));
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("duty.add")}</h2>
      {wrong ? <Notice tone="bad">{wrong}</Notice> : null}
      {people?.length === 0 ? <Notice>{say("duty.noCoordinator")}</Notice> : null}
      <div class="beside">
        <label class="field">
          <span class="label">{say("duty.who")}</span>
          <select value={accountId} onChange={(event) => setChosen(event.currentTarget.value)}>
            {people?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span class="label">{say("duty.told")}</span>
          <select value={step} onChange={(event) => setStep(event.currentTarget.value)}>
            {STEPS.map((one) => (
              <option key={one} value={one}>
                {say("duty.step", { step: one })}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="beside">
        <Text label={say("duty.starts")} type="datetime-local" value={starts} change={setStarts} required />
        <Text label={say("duty.ends")} type="datetime-local" value={ends} change={setEnds} required />
      </div>
      <div>
        <button type="submit" class="button main" aria-disabled={attempt.running || !accountId}>
          {say("duty.put")}
        </button>
      </div>
    </form>
  );
}
