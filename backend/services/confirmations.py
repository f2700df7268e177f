"""Standing for what somebody without an account registered: confirmed, dismissed as false, or taken up again."""

from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.errors import conflict, not_found
from backend.domain.event import Event, EventKind
from backend.domain.match import MatchState
from backend.domain.registration import (
    Confirmation,
    ConfirmationAction,
    Registration,
    RegistrationStatus,
    confirmation_after,
)
from backend.domain.subject import Side
from backend.services.access import Action, require_of_record
from backend.services.audit import looking_for, tell
from backend.services.changes import require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.links import decided_matches
from backend.services.parting import part
from backend.services.registrations import where
from backend.services.subjects import fields_of_registration
from backend.store.records import Session

_EVENTS = {
    ConfirmationAction.CONFIRM: EventKind.REGISTRATION_CONFIRMED,
    ConfirmationAction.DISMISS: EventKind.REGISTRATION_DISMISSED,
    ConfirmationAction.RESTORE: EventKind.REGISTRATION_RESTORED,
}


async def decide_confirmation(
    use: Collaborators, viewer: Viewer | None, registration_id: str, version: int, action: ConfirmationAction
) -> Registration:
    """Confirm, dismiss or restore a registration of which `version` was seen. What is dismissed is kept, matched no
    more and linked with no other; restored, it waits to be confirmed again.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STALE; CONFLICT for what cannot be done with it now.
    """
    registration = await use.store.registrations.get(registration_id)
    place = None if registration is None else where(registration)
    with looking_for(use, viewer, registration_id):
        known = require_of_record(viewer, Action.CONFIRM_REGISTRATION, Action.READ_REGISTRATION, place, "registration")
        if registration is None:
            raise not_found("registration")
    require_seen(registration, version)
    confirmation = confirmation_after(registration.confirmation, action)
    if action is ConfirmationAction.DISMISS and registration.status is not RegistrationStatus.IN_CARE:
        raise conflict("This person is no longer in care, and so was there.", "id")
    site = await use.store.sites.get(registration.site_id)
    if site is None:
        raise not_found("site")
    now = use.clock()
    following = replace(
        registration,
        confirmation=confirmation,
        confirmation_by=None if confirmation is Confirmation.UNCONFIRMED else known.id,
        confirmation_at=None if confirmation is Confirmation.UNCONFIRMED else now,
        status=_status(registration, action),
        version=version + 1,
        updated_at=now,
    )

    async def write(session: Session) -> None:
        beside = fields_of_registration(following, site, use.clock())
        if not await use.store.registrations.replace(following, version, session, beside=beside):
            raise stale()
        if action is ConfirmationAction.DISMISS:
            await _require_no_family(use, following, session)
            await part(use, Side.REGISTRATION, following.id, known, session)
        told = Event(
            id=use.new_id(),
            kind=_EVENTS[action],
            subject_id=following.id,
            actor_id=known.id,
            at=now,
            incident_id=following.incident_id,
            site_id=following.site_id,
        )
        await tell(use, known, session, told, fields=["confirmation"])

    await use.store.transact(write)
    return following


def _status(registration: Registration, action: ConfirmationAction) -> RegistrationStatus:
    match action:
        case ConfirmationAction.DISMISS:
            return RegistrationStatus.DISMISSED
        case ConfirmationAction.RESTORE:
            return RegistrationStatus.IN_CARE
        case ConfirmationAction.CONFIRM:
            return registration.status


async def _require_no_family(use: Collaborators, registration: Registration, session: Session) -> None:
    """Raises: DomainError CONFLICT where the child is confirmed with a report."""
    decided = await decided_matches(use, Side.REGISTRATION, [registration.id], session)
    if any(match.state is MatchState.CONFIRMED for match in decided):
        raise conflict("This child is confirmed with a report. Have that undone first.", "id")
