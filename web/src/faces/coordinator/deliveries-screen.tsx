/** Alerts that servers refused for good: counted by server and answer, which name nobody, and sent again. */
import { useState } from "preact/hooks";
import { ask, made } from "../../api/client";
import { ParkedDeliveries, ResendDeliveries } from "../../api/generated/operations";
import type { ParkedDeliveriesQuery, ResendDeliveriesInput } from "../../api/generated/types";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { Notice } from "../../parts/notice";
import { ListOf, useListed } from "./list-of";

type Refused = ParkedDeliveriesQuery["parkedDeliveries"][number] & { id: string };

export function DeliveriesScreen({ session }: { session: Session }) {
  const { say, moment } = useWords();
  const { token } = session;
  const [done, setDone] = useState<string | null>(null);
  const listed = useListed<Refused>(
    async () => ({ items: (await ask(ParkedDeliveries, {}, token)).parkedDeliveries.map((one) => ({ ...one, id: `${one.server} ${one.reason}` })), more: null }),
    [token],
  );
  const resent = async (input: ResendDeliveriesInput) => made((await ask(ResendDeliveries, { input }, token)).resendDeliveries).count ?? 0;
  const resend = (one: Refused) =>
    listed.attempt.run(async () => {
      setDone(say("deliveries.done", { count: await resent({ server: one.server, reason: one.reason }) }));
      listed.settled(one);
    });
  /** Also what is not in the list, where servers gave more answers than it shows. */
  const resendAll = (all: readonly Refused[]) =>
    listed.attempt.run(async () => {
      let count = 0;
      for (const server of new Set(all.map((one) => one.server))) count += await resent({ server });
      setDone(say("deliveries.done", { count }));
      await listed.again();
    });
  return (
    <div class="settings">
      <div class="intro">
        <h1>{say("desk.deliveries")}</h1>
        <p>{say("deliveries.lead")}</p>
      </div>
      {done ? <Notice tone="good">{done}</Notice> : null}
      <section class="card">
        <ListOf listed={listed} none={say("deliveries.none")}>
          {(one) => (
            <div class="row wraps">
              <div class="grows">
                <strong>
                  {say(`channel.${one.channel}`)} <bdi>{one.server.split(" ")[1] ?? ""}</bdi>
                </strong>
                <p>
                  <bdi>{one.reason || say("deliveries.silent")}</bdi>
                </p>
                <p class="soft small">{say("deliveries.count", { count: one.count, time: moment(one.since) })}</p>
              </div>
              <button type="button" class="button" aria-disabled={listed.attempt.running} onClick={() => void resend(one)}>
                {say("deliveries.resend")}
              </button>
            </div>
          )}
        </ListOf>
        <div class="row wraps">
          {listed.items && listed.items.length > 1 ? (
            <button type="button" class="button" aria-disabled={listed.attempt.running} onClick={() => void resendAll(listed.items ?? [])}>
              {say("deliveries.resendAll")}
            </button>
          ) : null}
          <button type="button" class="button quiet" onClick={() => void listed.again()}>
            {say("deliveries.again")}
          </button>
        </div>
      </section>
    </div>
  );
}
