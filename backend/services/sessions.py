"""Signing in and out: opaque bearer tokens, of which only a keyed hash is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backend.domain.account import Account, Role, Session, Viewer
from backend.domain.audit import AuditAction
from backend.domain.errors import not_found, unauthenticated
from backend.domain.event import Event, EventKind
from backend.domain.intake import Intake
from backend.domain.report import Family
from backend.services.access import signed_in
from backend.services.audit import came_or_went, tell
from backend.services.collaborators import Collaborators
from backend.services.secrets import keyed_hash
from backend.services.together import Together
from backend.store.records import Session as Transaction
from backend.store.sessions import end, used

MOST_INTAKE_HOURS = 72
"""The first days of a disaster: after that, who helps can have an account."""

LIFETIMES = {
    Role.FAMILY: timedelta(days=180),
    Role.UNVERIFIED_REGISTRAR: timedelta(hours=MOST_INTAKE_HOURS),
    Role.VOLUNTEER: timedelta(days=14),
    Role.CALL_TAKER: timedelta(hours=16),
    Role.COORDINATOR: timedelta(hours=16),
    Role.OFFICER: timedelta(hours=16),
    Role.ADMIN: timedelta(hours=8),
}
"""How long a token is good for. A volunteer's phone may be offline for days; a desk's browser is left behind."""


IDLE_ENDS = {
    Role.FAMILY: timedelta(days=180),
    Role.UNVERIFIED_REGISTRAR: timedelta(hours=12),
    Role.VOLUNTEER: timedelta(days=7),
    Role.CALL_TAKER: timedelta(hours=4),
    Role.COORDINATOR: timedelta(hours=2),
    Role.OFFICER: timedelta(hours=2),
    Role.ADMIN: timedelta(minutes=30),
}
"""After how long without use a token ends before its time; a family's does not, since it may wait for months. What a
server sends on a WebSocket is no use.
"""

USE_KEPT_EVERY = timedelta(minutes=3)
"""The use of a session is written down at most so often; its idle end may come that much too early."""

USES_UNTIL_A_LOCK = 5
"""How many times the use of a session with a PIN is written down at least, before it locks."""


def account_session(use: Collaborators, account: Account, token: str) -> Session:
    return _session(use, token, use.clock() + LIFETIMES[account.role], account_id=account.id)


def intake_session(use: Collaborators, account: Account, intake: Intake, token: str) -> Session:
    """It ends with the intake."""
    return replace(_session(use, token, intake.expires_at, account_id=account.id), intake_id=intake.id)


def family_session(use: Collaborators, family: Family, token: str) -> Session:
    return _session(use, token, use.clock() + LIFETIMES[Role.FAMILY], family_id=family.id)


def session_id(use: Collaborators, token: str) -> str:
    return keyed_hash(use.keys.token_pepper, "session", token)


async def viewer_of(use: Collaborators, token: str) -> Viewer | None:
    """Who uses this token, or None for a token that is unknown, expired, idle for too long, or whose account was
    disabled. Whoever lets somebody in asks whether they are `locked`, and refuses them then.
    """
    session = await use.store.sessions.get(session_id(use, token))
    viewer = None if session is None else await _viewer_of(use, session)
    now = use.clock()
    if session is None or viewer is None or viewer.locked:
        return viewer
    # A phone that locks itself after a minute must not do so while it is used.
    every = USE_KEPT_EVERY if session.pin_hash is None else min(USE_KEPT_EVERY, use.lock_after / USES_UNTIL_A_LOCK)
    if last_used(session) + every <= now:
        await used(use.store.sessions, session.id, now)
    return viewer


async def viewer_of_session(use: Collaborators, session_id: str) -> Viewer | None:
    """Whose session it is, if it still stands and is not locked; asking is no use of it. Those of many are looked up at
    once.
    """
    if use.together.viewers is None:
        use.together.viewers = Together(lambda ids: _viewers_of_sessions(use, ids))
    viewer = await use.together.viewers.ask(session_id)
    return None if viewer is None or viewer.locked else viewer


async def _viewers_of_sessions(use: Collaborators, session_ids: Sequence[str]) -> list[Viewer | None]:
    sessions = await use.store.sessions.get_many(dict.fromkeys(session_ids))
    accounts = {one.account_id for one in sessions.values() if one.account_id is not None}
    families = {one.family_id for one in sessions.values() if one.family_id is not None}
    owners = (
        await use.store.accounts.get_many(accounts) if accounts else {},
        await use.store.families.get_many(families) if families else {},
    )
    found = {one.id: _viewer(use, one, *owners) for one in sessions.values()}
    return [found.get(one) for one in session_ids]


async def require_still_signed_in(use: Collaborators, viewer: Viewer, transaction: Transaction) -> None:
    """For what outlives a session, such as a device that is told of news: whoever ends the session at this moment comes
    after, and takes it away, or was before, and is seen here.

    Raises: DomainError UNAUTHENTICATED.
    """
    await use.store.sessions.hold(viewer.session_id, transaction)
    if await use.store.sessions.get(viewer.session_id, transaction) is None:
        raise unauthenticated()


def last_used(session: Session) -> datetime:
    return session.last_used_at or session.created_at


def is_locked(use: Collaborators, session: Session) -> bool:
    """Whether it has a PIN, and was left alone for so long that this must be entered."""
    return session.pin_hash is not None and last_used(session) + use.lock_after <= use.clock()


async def _viewer_of(use: Collaborators, session: Session) -> Viewer | None:
    accounts, families = {}, {}
    if session.family_id is not None:
        family = await use.store.families.get(session.family_id)
        families = {} if family is None else {family.id: family}
    elif session.account_id is not None:
        account = await use.store.accounts.get(session.account_id)
        accounts = {} if account is None else {account.id: account}
    return _viewer(use, session, accounts, families)


def _viewer(
    use: Collaborators, session: Session, accounts: Mapping[str, Account], families: Mapping[str, Family]
) -> Viewer | None:
    """Who uses a session, if it stands and its owner is among these."""
    family = None if session.family_id is None else families.get(session.family_id)
    account = None if session.account_id is None else accounts.get(session.account_id)
    if family is not None:
        viewer = _family_viewer(family, session)
    elif account is not None and not account.disabled:
        viewer = _account_viewer(account, session, locked=is_locked(use, session))
    else:
        return None
    return viewer if stands(session, viewer.role, use.clock()) else None


def stands(session: Session, role: Role, now: datetime) -> bool:
    """Whether it has neither run out nor been left unused for too long."""
    return now < session.expires_at and now < last_used(session) + IDLE_ENDS[role]


async def own_sessions(use: Collaborators, viewer: Viewer | None) -> list[Session]:
    """Where the viewer is signed in, newest first.

    Raises: DomainError UNAUTHENTICATED.
    """
    known = signed_in(viewer)
    now = use.clock()
    found = await use.store.sessions.find(_of(known), order=(("createdAt", -1), ("_id", 1)))
    # One that was renewed and whose new token was not used yet, or was, is one place where somebody is signed in.
    return [session for session in found if stands(session, known.role, now) and _is_shown(session, known)]


def _is_shown(session: Session, viewer: Viewer) -> bool:
    return session.id == viewer.session_id or not (session.unused or session.replaced)


async def end_session(use: Collaborators, viewer: Viewer | None, session_id: str) -> None:
    """End one of the viewer's own sessions, such as that of a phone that was lost.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND.
    """
    known = signed_in(viewer)
    session = await use.store.sessions.get(session_id)
    if session is None or (session.account_id, session.family_id) != _owner(known):
        raise not_found("session")

    async def write(transaction: Transaction) -> None:
        if await end(use.store.sessions, session, transaction):
            told = Event(
                id=use.new_id(),
                kind=EventKind.SESSION_ENDED,
                subject_id=known.id,
                actor_id=known.id,
                at=use.clock(),
                family_id=known.family_id,
            )
            await tell(use, known, transaction, told, also=[session.id])

    await use.store.transact(write)


def _owner(viewer: Viewer) -> tuple[str | None, str | None]:
    """Account and family of a session of theirs."""
    return (None, viewer.family_id) if viewer.family_id is not None else (viewer.id, None)


def _of(viewer: Viewer) -> dict[str, str]:
    return {"familyId": viewer.family_id} if viewer.family_id is not None else {"accountId": viewer.id}


async def sign_out(use: Collaborators, viewer: Viewer | None) -> None:
    """End the session that the viewer came with.

    Raises: DomainError UNAUTHENTICATED.
    """
    known = signed_in(viewer)

    async def write(transaction: Transaction) -> None:
        session = await use.store.sessions.get(known.session_id, transaction)
        if session is not None and await end(use.store.sessions, session, transaction):
            await came_or_went(use, AuditAction.SIGNED_OUT, known, transaction, owner_id=known.id)

    await use.store.transact(write)


def _session(
    use: Collaborators, token: str, expires_at: datetime, *, account_id: str | None = None, family_id: str | None = None
) -> Session:
    return Session(
        id=session_id(use, token),
        account_id=account_id,
        family_id=family_id,
        created_at=use.clock(),
        expires_at=expires_at,
    )


def _family_viewer(family: Family, session: Session) -> Viewer:
    return Viewer(
        id=family.id,
        role=Role.FAMILY,
        name="",
        incident_ids=frozenset({family.incident_id}),
        site_ids=frozenset(),
        family_id=family.id,
        session_id=session.id,
        renews=session.unused,
    )


def _account_viewer(account: Account, session: Session, *, locked: bool) -> Viewer:
    return Viewer(
        id=account.id,
        role=account.role,
        name=account.name,
        incident_ids=frozenset(account.incident_ids),
        site_ids=frozenset(account.site_ids),
        family_id=None,
        session_id=session.id,
        locked=locked,
        renews=session.unused,
    )
