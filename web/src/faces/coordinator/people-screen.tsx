/** Who works here, and letting somebody in by a link or a QR code. */
import { useEffect, useState } from "preact/hooks";
import type { Role } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choice, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { QrCode } from "../../parts/qr-code";
import { loadIncident, type Site } from "./incident";
import { OpenInvites } from "./open-invites";
import { useProvenAttempt } from "./proof-dialog";
import { type Account, close, endSessions, invite, invitedBy, loadAccounts } from "./people";

export function PeopleScreen({ session, incidentId }: { session: Session; incidentId: string | null }) {
  const { say } = useWords();
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [sites, setSites] = useState<Site[]>([]);
  const [made, setMade] = useState(0);
  const [ended, setEnded] = useState<string | null>(null);
  const attempt = useAttempt();
  const load = async () => {
    if (!incidentId) return;
    await attempt.read(
      () => Promise.all([loadIncident(session, incidentId), loadAccounts(session, incidentId)]),
      ([incident, people]) => {
        setSites(incident?.sites ?? []);
        setAccounts(people);
      },
    );
  };
  useEffect(() => void load(), [session.token, incidentId]);
  const working = accounts.filter((account) => !account.closed);
  return (
    <div class="settings">
      <h1>{say("people.title")}</h1>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      <Invite session={session} incidentId={incidentId} sites={sites} done={() => setMade(made + 1)} />
      {incidentId || session.role === "ADMIN" ? <OpenInvites session={session} incidentId={incidentId} sites={sites} made={made} /> : null}
      <section class="card">
        <h2>{say("people.working", { count: working.length })}</h2>
        {ended ? <Notice tone="good">{say("people.end.done", { name: ended })}</Notice> : null}
        <ul class="list">
          {working.map((account) => (
            <Row
              key={account.id}
              account={account}
              site={sites.find((site) => account.siteIds.includes(site.id))}
              own={invitedBy(session.role).includes(account.role)}
              end={() => attempt.run(() => endSessions(session, account).then(() => setEnded(account.name)))}
              close={() => attempt.run(() => close(session, account)).then(load)}
            />
          ))}
        </ul>
      </section>
    </div>
  );
}

type RowProperties = { account: Account; site: Site | undefined; own: boolean; end: () => Promise<void>; close: () => Promise<void> };

/** Somebody who works here; whom one may invite, one may also send away. */
function Row({ account, site, own, end, close }: RowProperties) {
  const { say } = useWords();
  const [asked, setAsked] = useState<"end" | "close" | null>(null);
  const sure = () => {
    setAsked(null);
    void (asked === "end" ? end() : close());
  };
  return (
    <li class="row wraps">
      <div class="grows">
        <strong>
          <bdi>{account.name}</bdi>
        </strong>
        <p class="soft small">{[say(`role.${account.role}`), site?.name].filter(Boolean).join(" · ")}</p>
      </div>
      {own && !asked ? (
        <>
          <button type="button" class="button quiet" aria-label={say("people.end.of", { name: account.name })} onClick={() => setAsked("end")}>
            {say("people.end")}
          </button>
          <button type="button" class="button quiet" aria-label={say("people.close.of", { name: account.name })} onClick={() => setAsked("close")}>
            {say("people.close")}
          </button>
        </>
      ) : null}
      {asked ? (
        <div class="row wraps">
          <span>{say(`people.${asked}.sure`)}</span>
          <button type="button" class="button" onClick={sure}>
            {say(`people.${asked}.yes`)}
          </button>
          <button type="button" class="button quiet" onClick={() => setAsked(null)}>
            {say("cancel")}
          </button>
        </div>
      ) : null}
    </li>
  );
}

type InviteProperties = { session: Session; incidentId: string | null; sites: Site[]; done: () => void };

function Invite({ session, incidentId, sites, done }: InviteProperties) {
  const { say } = useWords();
  const roles = invitedBy(session.role);
  const [role, setRole] = useState<Role>(roles[0] ?? "VOLUNTEER");
  const [siteId, setSiteId] = useState<string | null>(null);
  const [uses, setUses] = useState("1");
  const [hours, setHours] = useState("72");
  const [link, setLink] = useState<string | null>(null);
  const attempt = useProvenAttempt(session);
  const atSite = role === "VOLUNTEER";
  const site = siteId ?? sites[0]?.id ?? null;
  const submit = (event: Event) => {
    event.preventDefault();
    const where = atSite ? { siteId: site } : role === "ADMIN" || !incidentId ? {} : { incidentId };
    void attempt.run(async () => {
      setLink(await invite(session, role, where, Number(uses), Number(hours)));
      done();
    });
  };
  if (link) {
    return (
      <section class="card">
        <h2>{say("invite.ready")}</h2>
        <p class="soft">{say("invite.ready.lead")}</p>
        <QrCode text={link} label={say("invite.qr")} />
        <Text label={say("invite.link")} dir="ltr" value={link} change={() => undefined} />
        <div class="row">
          <button type="button" class="button grows" onClick={() => void navigator.clipboard.writeText(link)}>
            {say("invite.copy")}
          </button>
          <button type="button" class="button quiet" onClick={() => setLink(null)}>
            {say("invite.another")}
          </button>
        </div>
      </section>
    );
  }
  const general = attempt.general("uses", "hours");
  return (
    <>
      <form class="card" onSubmit={submit}>
        <h2>{say("invite.title")}</h2>
        {general ? <Notice tone="bad">{general}</Notice> : null}
        <Choice must label={say("invite.role")} options={roles.map((value) => ({ value, label: say(`role.${value}`) }))} value={role} change={(value) => value && setRole(value)} />
        {atSite ? (
          sites.length > 0 ? (
            <Choice must label={say("invite.site")} options={sites.map(({ id, name }) => ({ value: id, label: name }))} value={site} change={setSiteId} />
          ) : (
            <Notice>{say("invite.noSite")}</Notice>
          )
        ) : null}
        <div class="beside">
          <Text label={say("invite.uses")} type="number" min="1" max="100" value={uses} change={setUses} wrong={attempt.wrong("uses")} />
          <Text label={say("invite.hours")} type="number" min="1" max="720" value={hours} change={setHours} wrong={attempt.wrong("hours")} />
        </div>
        <button type="submit" class="button main" aria-disabled={attempt.running || (atSite && !site)}>
          {say("invite.make")}
        </button>
      </form>
      {attempt.dialog}
    </>
  );
}
