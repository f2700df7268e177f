/** Invites that somebody may still come in by, and revoking one. */
import { useState } from "preact/hooks";
import type { Session } from "../../kept/session";
import { useWords } from "../../languages/words";
import { ListOf, useListed } from "./list-of";
import type { Site } from "./incident";
import { invitedBy, type OpenInvite, openInvites, revoke } from "./people";

type Properties = { session: Session; incidentId: string | null; sites: readonly Site[]; made: number };

/** `made` counts the invites that were made here, so that the list is read anew. */
export function OpenInvites({ session, incidentId, sites, made }: Properties) {
  const { say, moment } = useWords();
  const [asked, setAsked] = useState<string | null>(null);
  const listed = useListed<OpenInvite>((after) => openInvites(session, incidentId, after), [session.token, incidentId, made]);
  const own = invitedBy(session.role);
  const site = ({ siteIds }: OpenInvite) => sites.find(({ id }) => siteIds.includes(id))?.name;
  const end = (invite: OpenInvite) =>
    listed.attempt.run(async () => {
      await revoke(session, invite);
      setAsked(null);
      listed.settled(invite);
    });
  return (
    <section class="card">
      <h2>{say("invites.title")}</h2>
      <ListOf listed={listed} none={say("invites.none")}>
        {(invite) => (
          <div class="stack">
            <div class="row wraps">
              <div class="grows">
                <strong>
                  <bdi>{[say(`role.${invite.role}`), site(invite)].filter(Boolean).join(" · ")}</bdi>
                </strong>
                <p class="soft small">{say("invites.one", { made: moment(invite.createdAt), ends: moment(invite.expiresAt), count: invite.usesLeft })}</p>
              </div>
              {asked !== invite.id && own.includes(invite.role) ? (
                <button type="button" class="button quiet" onClick={() => setAsked(invite.id)}>
                  {say("invites.revoke")}
                </button>
              ) : null}
            </div>
            {asked === invite.id ? (
              <div class="row wraps">
                <span>{say("invites.sure")}</span>
                <button type="button" class="button" onClick={() => void end(invite)}>
                  {say("invites.yes")}
                </button>
                <button type="button" class="button quiet" onClick={() => setAsked(null)}>
                  {say("cancel")}
                </button>
              </div>
            ) : null}
          </div>
        )}
      </ListOf>
    </section>
  );
}
