"""Accounts, and where one is signed in."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import account as domain
from backend.domain.account import Role
from backend.services.sessions import last_used


@strawberry.type(description="An account: somebody who works with Reunify.")
class Account:
    id: ID = strawberry.field(description="Its id.")
    role: Role = strawberry.field(description="What it may do.")
    name: str = strawberry.field(description="The name its holder gave.")
    incident_ids: list[ID] = strawberry.field(description="The incidents it works in.")
    site_ids: list[ID] = strawberry.field(description="The sites it works at.")
    closed: bool = strawberry.field(description="Whether it was closed: then it may nothing any more.")
    created_at: datetime = strawberry.field(description="When the invite was accepted.")


def show_account(account: domain.Account) -> Account:
    return Account(
        id=ID(account.id),
        role=account.role,
        name=account.name,
        incident_ids=[ID(incident_id) for incident_id in account.incident_ids],
        site_ids=[ID(site_id) for site_id in account.site_ids],
        closed=account.disabled,
        created_at=account.created_at,
    )


@strawberry.type(description="A phone or browser on which you are signed in.")
class Session:
    id: ID = strawberry.field(description="Its id; nobody can sign in with it.")
    present: bool = strawberry.field(description="Whether it is the one that asks.")
    created_at: datetime = strawberry.field(description="When you signed in there.")
    last_used_at: datetime = strawberry.field(description="When it was last used, to a few minutes.")
    expires_at: datetime = strawberry.field(description="When it ends by itself; unused, it ends earlier.")


def show_session(session: domain.Session, viewer: domain.Viewer | None) -> Session:
    return Session(
        id=ID(session.id),
        present=viewer is not None and session.id == viewer.session_id,
        created_at=session.created_at,
        last_used_at=last_used(session),
        expires_at=session.expires_at,
    )
