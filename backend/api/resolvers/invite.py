"""Invites that are still good: listed and revoked. Making and accepting one is in `viewer.py`."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.settle import settle
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.invite import Invite, show_invite
from backend.services import open_invites


@strawberry.type(description="The invite, or why it was not revoked.")
class InvitePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    invite: Invite | None = strawberry.field(default=None, description="The invite as it is now.")


@strawberry.type
class InviteQueries:
    @strawberry.field(description="The invites of an incident that are still good, newest first.")
    async def invites(
        self,
        info: Info,
        incident_id: Annotated[
            ID | None, strawberry.argument(description="The incident; left out, the invites to none.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Invite]:
        context = info.context
        page = await open_invites.list_invites(context.use, context.viewer, incident_id, page_request(first, after))
        return connection(page, show_invite)


@strawberry.type
class InviteMutations:
    @strawberry.mutation(description="Revoke an invite: nobody comes in by it any more. Who did already, stays.")
    async def revoke_invite(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The invite.")]
    ) -> InvitePayload:
        return await settle(
            InvitePayload,
            open_invites.revoke_invite(info.context.use, info.context.viewer, id),
            lambda invite: InvitePayload(errors=[], invite=show_invite(invite)),
        )
