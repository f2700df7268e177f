"""Accounts and sessions: who works here, who no longer does, and where one is signed in."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.resolvers.viewer import DonePayload, SignInPayload
from backend.api.settle import settle
from backend.api.types.account import Account, Session, show_account, show_session
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.services import accounts, renewal, sessions


@strawberry.type(description="The account, or why it was not closed.")
class AccountPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    account: Account | None = strawberry.field(default=None, description="The account as it is now.")


@strawberry.type
class AccountQueries:
    @strawberry.field(description="Who works in an incident, closed accounts too, newest first.")
    async def accounts(
        self, info: Info, incident_id: IncidentId, first: First = 20, after: After = None
    ) -> Connection[Account]:
        context = info.context
        page = await accounts.list_accounts(context.use, context.viewer, incident_id, page_request(first, after))
        return connection(page, show_account)

    @strawberry.field(description="Where you are signed in, newest first.")
    async def own_sessions(self, info: Info) -> list[Session]:
        viewer = info.context.viewer
        return [show_session(session, viewer) for session in await sessions.own_sessions(info.context.use, viewer)]


@strawberry.type
class AccountMutations:
    @strawberry.mutation(description="Close an account for good: whoever has it is signed out everywhere at once.")
    async def close_account(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The account.")]
    ) -> AccountPayload:
        return await settle(
            AccountPayload,
            accounts.close_account(info.context.use, info.context.viewer, id),
            lambda account: AccountPayload(errors=[], account=show_account(account)),
        )

    @strawberry.mutation(
        description="Sign somebody who lost a phone out everywhere; the account stands. The link by which they came in "
        "ends."
    )
    async def end_sessions_of(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The account.")]
    ) -> AccountPayload:
        return await settle(
            AccountPayload,
            accounts.end_sessions_of(info.context.use, info.context.viewer, id),
            lambda account: AccountPayload(errors=[], account=show_account(account)),
        )

    @strawberry.mutation(
        description="A new token for this session. The old one is good until the new one was used, and a minute more."
    )
    async def renew_session(
        self,
        info: Info,
        retry_key: Annotated[
            str,
            strawberry.argument(
                description="At least 22 random characters: with them, asking again gives the same token."
            ),
        ],
    ) -> SignInPayload:
        return await settle(
            SignInPayload,
            renewal.renew_session(info.context.use, info.context.viewer, retry_key),
            lambda token: SignInPayload(errors=[], token=token),
        )

    @strawberry.mutation(description="Sign out one of the phones or browsers on which you are signed in.")
    async def end_session(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The session.")]
    ) -> DonePayload:
        return await settle(
            DonePayload,
            sessions.end_session(info.context.use, info.context.viewer, id),
            lambda _: DonePayload(errors=[]),
        )
