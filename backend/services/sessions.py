"""Signing in and out: opaque bearer tokens, of which only a keyed hash is kept."""

from datetime import datetime, timedelta

from backend.domain.account import Account, Role, Session, Viewer
from backend.domain.report import Family
from backend.services.access import signed_in
from backend.services.collaborators import Collaborators
from backend.services.secrets import keyed_hash

LIFETIMES = {
    Role.FAMILY: timedelta(days=180),
    Role.VOLUNTEER: timedelta(days=14),
    Role.CALL_TAKER: timedelta(hours=16),
    Role.COORDINATOR: timedelta(hours=16),
    Role.OFFICER: timedelta(hours=16),
    Role.ADMIN: timedelta(hours=8),
}
"""How long a token is good for. A volunteer's phone may be offline for days; a desk's browser is left behind."""


def account_session(use: Collaborators, account: Account, token: str) -> Session:
    return _session(use, token, use.clock() + LIFETIMES[account.role], account_id=account.id)


def family_session(use: Collaborators, family: Family, token: str) -> Session:
    return _session(use, token, use.clock() + LIFETIMES[Role.FAMILY], family_id=family.id)


def session_id(use: Collaborators, token: str) -> str:
    return keyed_hash(use.keys.token_pepper, "session", token)


async def viewer_of(use: Collaborators, token: str) -> Viewer | None:
    """Who holds this token, or None for a token that is unknown, expired, or whose account was disabled."""
    return await viewer_of_session(use, session_id(use, token))


async def viewer_of_session(use: Collaborators, session_id: str) -> Viewer | None:
    session = await use.store.sessions.get(session_id)
    if session is None or session.expires_at <= use.clock():
        return None
    if session.family_id is not None:
        family = await use.store.families.get(session.family_id)
        return None if family is None else _family_viewer(family, session)
    if session.account_id is None:
        return None
    account = await use.store.accounts.get(session.account_id)
    return None if account is None or account.disabled else _account_viewer(account, session)


async def sign_out(use: Collaborators, viewer: Viewer | None) -> None:
    """End the session that the viewer came with.

    Raises: DomainError UNAUTHENTICATED.
    """
    await use.store.sessions.delete(signed_in(viewer).session_id)


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
    )


def _account_viewer(account: Account, session: Session) -> Viewer:
    return Viewer(
        id=account.id,
        role=account.role,
        name=account.name,
        incident_ids=frozenset(account.incident_ids),
        site_ids=frozenset(account.site_ids),
        family_id=None,
        session_id=session.id,
    )
