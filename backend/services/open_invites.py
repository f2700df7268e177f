"""Invites that somebody may still come in by: listed, and revoked where a link went to the wrong person."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.account import Invite, Viewer
from backend.domain.errors import forbidden, not_found
from backend.domain.event import Event, EventKind
from backend.services.access import Action, Where, inviting, may, require, require_of_record
from backend.services.audit import tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.paging import Page, PageRequest, read_page
from backend.store.records import Session


async def list_invites(
    use: Collaborators, viewer: Viewer | None, incident_id: str | None, request: PageRequest
) -> Page[Invite]:
    """The invites of an incident that are still good, or those to none; whose links are shown to nobody again.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID.
    """
    require(viewer, Action.READ_ACCOUNT, Where(incident_id=incident_id))
    wanted = {
        "incidentIds": [] if incident_id is None else incident_id,
        "usesLeft": {"$gt": 0},
        "expiresAt": {"$gt": use.clock()},
        # One by which somebody comes back to an account belongs to that account, and ends with its sessions.
        "accountId": None,
    }
    return await read_page(use, use.store.invites, wanted, request)


async def revoke_invite(use: Collaborators, viewer: Viewer | None, invite_id: str) -> Invite:
    """End an invite: nobody comes in by it any more. Who did already, stays. Revoked again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STALE.
    """
    invite = await use.store.invites.get(invite_id)
    places = [] if invite is None or invite.account_id is not None else _places(invite)
    seen = next((place for place in places if may(viewer, Action.READ_ACCOUNT, place)), None)
    known = require_of_record(viewer, Action.READ_ACCOUNT, Action.READ_ACCOUNT, seen, "invite")
    if invite is None:
        raise not_found("invite")
    if not all(may(known, inviting(invite.role), place) for place in places):
        raise forbidden()

    async def write(session: Session) -> Invite:
        # Read anew: somebody may be coming in by it.
        there = await use.store.invites.get(invite.id, session)
        if there is None or there.uses_left < 1:
            return there or replace(invite, uses_left=0)
        revoked = replace(there, uses_left=0, version=there.version + 1, updated_at=use.clock())
        if not await use.store.invites.replace(revoked, there.version, session):
            raise stale()
        await tell(use, known, session, _event(use, invite, known))
        return revoked

    return await use.store.transact(write)


def _places(invite: Invite) -> Sequence[Where]:
    """One to no incident is for who may everywhere."""
    site_id = next(iter(invite.site_ids), None)
    return [Where(incident_id=one, site_id=site_id) for one in invite.incident_ids] or [Where()]


def _event(use: Collaborators, invite: Invite, known: Viewer) -> Event:
    return Event(
        id=use.new_id(),
        kind=EventKind.INVITE_REVOKED,
        subject_id=invite.id,
        actor_id=known.id,
        at=use.clock(),
        incident_id=next(iter(invite.incident_ids), None),
        site_id=next(iter(invite.site_ids), None),
    )
