"""Invites that are still good, without the secret of their link."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import account as domain
from backend.domain.account import Role


@strawberry.type(description="An invite by which somebody may still come in. Its link is shown to nobody again.")
class Invite:
    id: ID = strawberry.field(description="Its id; nobody can come in with it.")
    role: Role = strawberry.field(description="What one becomes by it.")
    site_ids: list[ID] = strawberry.field(description="The sites that it is to.")
    uses_left: int = strawberry.field(description="How many people may still come in by it.")
    created_by: ID = strawberry.field(description="The account that made it; `operator` at the server's own console.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")


def show_invite(invite: domain.Invite) -> Invite:
    return Invite(
        id=ID(invite.id),
        role=invite.role,
        site_ids=[ID(site_id) for site_id in invite.site_ids],
        uses_left=invite.uses_left,
        created_by=ID(invite.created_by),
        created_at=invite.created_at,
        expires_at=invite.expires_at,
    )
