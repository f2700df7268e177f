/** A site's doors, open for some hours to helpers without an account: a code to post there, and who came in by it. */
import { useEffect, useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import { CloseIntake, Intakes, OpenIntake } from "../../api/generated/operations";
import type { IntakesQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { QrCode } from "../../parts/qr-code";
import { loadIncident, type Site } from "./incident";
import { ListOf, useListed } from "./list-of";

type Intake = IntakesQuery["intakes"]["edges"][number]["node"];
type Posted = { code: string; site: string; until: string };

export function DoorsScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say } = useWords();
  const [sites, setSites] = useState<Site[] | null>(null);
  const [siteId, setSiteId] = useState<string | null>(null);
  const [posted, setPosted] = useState<Posted | null>(null);
  const attempt = useAttempt();
  useEffect(() => void attempt.read(() => loadIncident(session, incidentId), (found) => setSites((found?.sites ?? []).filter(({ open }) => open))), [session.token, incidentId]);
  const site = sites?.find(({ id }) => id === siteId) ?? sites?.[0];
  if (posted) return <Sheet posted={posted} done={() => setPosted(null)} />;
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("doors.title")}</h1>
        <p>{say("doors.lead")}</p>
      </div>
      {attempt.general() ? <Notice tone="bad">{attempt.general()}</Notice> : null}
      {sites?.length === 0 ? <Notice>{say("sites.none")}</Notice> : null}
      {sites && site ? (
        <>
          <label class="field">
            <span class="label">{say("invite.site")}</span>
            <select value={site.id} onChange={(event) => setSiteId(event.currentTarget.value)}>
              {sites.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <Doors key={site.id} session={session} site={site} incidentId={incidentId} opened={setPosted} />
        </>
      ) : null}
    </div>
  );
}

type DoorsProperties = { session: Session; incidentId: string; site: Site; opened: (posted: Posted) => void };

function Doors({ session, incidentId, site, opened }: DoorsProperties) {
  const { say, moment } = useWords();
  const { token } = session;
  const [hours, setHours] = useState("12");
  const attempt = useAttempt();
  const listed = useListed<Intake>(
    async (after) => {
      const { intakes } = await ask(Intakes, { incidentId, siteId: site.id, first: 20, after }, token);
      return { items: intakes.edges.map(({ node }) => node), more: intakes.pageInfo.hasNextPage ? intakes.pageInfo.endCursor : null };
    },
    [token, site.id],
  );
  const isOpen = (intake: Intake) => !intake.closedAt && new Date(intake.expiresAt) > new Date();
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const { code, intake } = made((await ask(OpenIntake, { input: { siteId: site.id, hours: Number(hours) } }, token)).openIntake);
      opened({ code: code ?? "", site: site.name, until: moment(intake?.expiresAt ?? "") });
    });
  };
  return (
    <>
      <form class="card" onSubmit={submit}>
        <h2>{say("doors.open.title")}</h2>
        <p class="soft">{say("doors.consequence")}</p>
        {attempt.general("hours") ? <Notice tone="bad">{attempt.general("hours")}</Notice> : null}
        <Text label={say("doors.hours")} hint={say("doors.hours.hint")} type="number" min="1" max="72" value={hours} change={setHours} wrong={attempt.wrong("hours")} required />
        <div>
          <button type="submit" class="button main" aria-disabled={attempt.running}>
            {say("doors.open")}
          </button>
        </div>
      </form>
      <section class="card">
        <h2>{say("doors.list")}</h2>
        <ListOf listed={listed} none={say("doors.none")}>
          {(intake: Intake) => (
            <div class="row wraps">
              <span class="grows">
                {say("doors.one", { time: moment(intake.createdAt), count: intake.entered })}{" "}
                <span class={isOpen(intake) ? "tag good" : "tag"}>
                  {isOpen(intake) ? say("doors.until", { time: moment(intake.expiresAt) }) : say("doors.ended")}
                </span>
              </span>
              {isOpen(intake) ? (
                <button
                  type="button"
                  class="button"
                  onClick={() =>
                    void attempt.run(async () => {
                      made((await ask(CloseIntake, { id: intake.id }, token)).closeIntake);
                      await listed.again();
                    })
                  }
                >
                  {say("doors.close")}
                </button>
              ) : null}
            </div>
          )}
        </ListOf>
      </section>
    </>
  );
}

/** What is printed and posted at the door; the code is shown only now. */
function Sheet({ posted, done }: { posted: Posted; done: () => void }) {
  const { say } = useWords();
  // Behind the `#`, so that the code is in no server's log.
  const link = `${location.origin}/join#door=${encodeURIComponent(posted.code)}`;
  return (
    <div class="settings">
      <div class="not-printed stack">
        <Notice tone="good">{say("doors.ready")}</Notice>
        <div class="row">
          <button type="button" class="button main" onClick={() => print()}>
            {say("print")}
          </button>
          <button type="button" class="button quiet" onClick={done}>
            {say("doors.done")}
          </button>
        </div>
      </div>
      <article class="card sheet">
        <h1>{posted.site}</h1>
        <p>{say("doors.sheet.lead")}</p>
        <QrCode text={link} label={say("doors.qr")} />
        <p>{say("doors.sheet.type", { address: `${location.host}/join` })}</p>
        <p class="code big">{posted.code}</p>
        <p class="soft">{say("doors.sheet.until", { time: posted.until })}</p>
      </article>
    </div>
  );
}
