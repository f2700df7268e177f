/** Other systems that are told of an incident's alerts: set up, the secret shown once, paused, removed. */
import { useState } from "preact/hooks";
import { v7 as newId } from "uuid";
import { ask, made } from "../../api/client";
import { AddWebhook, PauseWebhook, RemoveWebhook, ResumeWebhook, Webhooks } from "../../api/generated/operations";
import type { AlertKind, WebhooksQuery } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { useAttempt } from "../../parts/attempt";
import { Choices, Text } from "../../parts/fields";
import { Notice } from "../../parts/notice";
import { ListOf, useListed } from "./list-of";

type Webhook = WebhooksQuery["webhooks"][number];
const KINDS = ["REPORT_NEWS", "CHILD_RECHECK", "MATCH_WAITS", "QUESTION_WAITS", "RELEASE_WAITS", "CHILD_MISSING_NEARBY", "DIGEST"] as const satisfies readonly AlertKind[];

export function WebhooksScreen({ session, incidentId }: { session: Session; incidentId: string }) {
  const { say, spoken, moment } = useWords();
  const { token } = session;
  const [secret, setSecret] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const listed = useListed<Webhook>(async () => ({ items: (await ask(Webhooks, { incidentId }, token)).webhooks, more: null }), [token, incidentId]);
  const day = new Intl.DateTimeFormat(spoken, { dateStyle: "medium" });
  const turn = async ({ id, pausedAt }: Webhook) => {
    if (pausedAt) made((await ask(ResumeWebhook, { id }, token)).resumeWebhook);
    else made((await ask(PauseWebhook, { id }, token)).pauseWebhook);
  };
  const remove = (one: Webhook) =>
    listed.attempt.run(async () => {
      made((await ask(RemoveWebhook, { id: one.id }, token)).removeWebhook);
      setRemoving(null);
      listed.settled(one);
    });
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("webhooks.title")}</h1>
        <p>{say("webhooks.lead")}</p>
      </div>
      {secret ? (
        <section class="card">
          <Notice tone="warn">{say("webhooks.secret")}</Notice>
          <p class="code">{secret}</p>
          <div class="row">
            <button type="button" class="button" onClick={() => void navigator.clipboard.writeText(secret)}>
              {say("copy")}
            </button>
            <button type="button" class="button quiet" onClick={() => setSecret(null)}>
              {say("doors.done")}
            </button>
          </div>
        </section>
      ) : (
        <NewWebhook
          session={session}
          incidentId={incidentId}
          added={(shown) => {
            setSecret(shown);
            void listed.again();
          }}
        />
      )}
      <section class="card">
        <h2>{say("webhooks.list")}</h2>
        <ListOf listed={listed} none={say("webhooks.none")}>
          {(one) => (
            <div class="row wraps">
              <div class="grows">
                <strong>
                  <bdi>{one.url}</bdi>
                </strong>
                <p class="soft small">
                  {one.kinds.map((kind) => say(`alert.${kind}`)).join(", ")} · {day.format(new Date(one.createdAt))}
                </p>
                {one.pausedAt ? (
                  <p class="small">
                    <span class="tag warn">{say("webhooks.paused", { time: moment(one.pausedAt) })}</span> {say("webhooks.paused.what")}
                  </p>
                ) : null}
              </div>
              {removing === one.id ? (
                <>
                  <span>{say("webhooks.sure")}</span>
                  <button type="button" class="button" onClick={() => void remove(one)}>
                    {say("remove")}
                  </button>
                  <button type="button" class="button quiet" onClick={() => setRemoving(null)}>
                    {say("cancel")}
                  </button>
                </>
              ) : (
                <>
                  <button type="button" class="button" aria-disabled={listed.attempt.running} onClick={() => void listed.attempt.run(() => turn(one).then(listed.again))}>
                    {say(one.pausedAt ? "webhooks.resume" : "webhooks.pause")}
                  </button>
                  <button type="button" class="button quiet" onClick={() => setRemoving(one.id)}>
                    {say("remove")}
                  </button>
                </>
              )}
            </div>
          )}
        </ListOf>
      </section>
    </div>
  );
}

function NewWebhook({ session, incidentId, added }: { session: Session; incidentId: string; added: (secret: string) => void }) {
  const { say } = useWords();
  // The same again, after an answer that got lost, makes no second one.
  const [id] = useState(() => newId());
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<AlertKind[]>(["MATCH_WAITS"]);
  const attempt = useAttempt();
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt.run(async () => {
      const { secret } = made((await ask(AddWebhook, { input: { id, incidentId, url, kinds } }, session.token)).addWebhook);
      added(secret ?? "");
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2>{say("webhooks.new")}</h2>
      {attempt.general("url", "kinds") ? <Notice tone="bad">{attempt.general("url", "kinds")}</Notice> : null}
      <Text label={say("webhooks.url")} hint={say("webhooks.url.hint")} type="url" dir="ltr" value={url} change={setUrl} wrong={attempt.wrong("url")} required />
      <Choices label={say("webhooks.kinds")} options={KINDS.map((value) => ({ value, label: say(`alert.${value}`) }))} value={kinds} change={setKinds} wrong={attempt.wrong("kinds")} />
      <div>
        <button type="submit" class="button main" aria-disabled={attempt.running}>
          {say("webhooks.add")}
        </button>
      </div>
    </form>
  );
}
