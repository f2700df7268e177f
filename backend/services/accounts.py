"""Accounts: who works in an incident, and closing the account of somebody who left or lost a phone."""

from dataclasses import replace

from backend.domain.account import Account, Viewer
from backend.domain.errors import conflict, forbidden, not_found
from backend.domain.event import Event, EventKind
from backend.services.access import Action, Where, inviting, may, require, signed_in
from backend.services.audit import tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.credentials import forget_credential
from backend.services.invites import end_invites_of
from backend.services.paging import Page, PageRequest, read_page
from backend.store.records import Session
from backend.store.sessions import end_all_of


async def list_accounts(
    use: Collaborators, viewer: Viewer | None, incident_id: str, request: PageRequest
) -> Page[Account]:
    """Who works in an incident, closed accounts too, newest first; of administrators those who opened it.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.READ_ACCOUNT, Where(incident_id=incident_id))
    return await read_page(use, use.store.accounts, {"incidentIds": incident_id}, request)


async def close_account(use: Collaborators, viewer: Viewer | None, account_id: str) -> Account:
    """Close an account for good: each of its tokens is no good from this moment, nor is the invite by which it came in,
    which its holder may still have, nor any that it made. Closed again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    known, account = await _for_change(use, viewer, account_id)
    if account.id == known.id:
        raise conflict("This is your own account: sign out instead, or ask somebody else to close it.", "id")
    if account.disabled:
        return account
    now = use.clock()
    closed = replace(account, disabled=True, version=account.version + 1, updated_at=now)
    told = Event(
        id=use.new_id(), kind=EventKind.ACCOUNT_CLOSED, subject_id=account.id, actor_id=known.id, at=now,
        incident_id=next(iter(account.incident_ids), None),
    )  # fmt: skip

    async def write(session: Session) -> None:
        if not await use.store.accounts.replace(closed, account.version, session):
            raise stale()
        await use.store.sessions.collection.delete_many({"accountId": account.id}, session=session)
        await use.store.devices.collection.delete_many({"ownerId": account.id}, session=session)
        await use.store.alert_choices.delete(account.id, session)
        await forget_credential(use, account.id, session)
        await end_invites_of(use, account, session)
        await tell(use, known, session, told)

    await use.store.transact(write)
    return closed


async def end_sessions_of(use: Collaborators, viewer: Viewer | None, account_id: str) -> Account:
    """Sign somebody out everywhere, such as who lost a phone: the account stands, and so does its password. The invite
    by which it came in ends, which the phone may still have, and so do those that it made. Of the viewer's own, the
    present session goes on.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    known, account = await _for_change(use, viewer, account_id)
    told = Event(
        id=use.new_id(), kind=EventKind.SESSIONS_ENDED, subject_id=account.id, actor_id=known.id, at=use.clock(),
        incident_id=next(iter(account.incident_ids), None),
    )  # fmt: skip

    async def write(session: Session) -> None:
        await end_all_of(use.store.sessions, account.id, session, but=known.session_id)
        await end_invites_of(use, account, session)
        await tell(use, known, session, told)

    await use.store.transact(write)
    return account


async def _for_change(use: Collaborators, viewer: Viewer | None, account_id: str) -> tuple[Viewer, Account]:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN."""
    known = signed_in(viewer)
    account = await use.store.accounts.get(account_id)
    if account is None or not any(may(known, Action.READ_ACCOUNT, where) for where in _places(account)):
        raise not_found("account")
    if not all(may(known, inviting(account.role), where) for where in _places(account)):
        raise forbidden()
    return known, account


def _places(account: Account) -> list[Where]:
    """Where an account works; one that works in no incident is for who may everywhere."""
    return [Where(incident_id=incident_id) for incident_id in account.incident_ids] or [Where()]
