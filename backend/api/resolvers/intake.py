"""Intakes: opened, closed, listed, and entered by who has the code."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.settle import settle
from backend.api.types.account import Account, show_account
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.intake import EnterIntakeInput, Intake, OpenIntakeInput, show_intake
from backend.services import intakes


@strawberry.type(description="The intake and its code, or why there is none.")
class OpenIntakePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    intake: Intake | None = strawberry.field(default=None, description="The intake.")
    code: str | None = strawberry.field(default=None, description="To be posted at the site. Shown only now.")


@strawberry.type(description="The intake, or why it was not closed.")
class IntakePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    intake: Intake | None = strawberry.field(default=None, description="The intake as it is now.")


@strawberry.type(description="What you register with, or why you may not.")
class EnterIntakePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    account: Account | None = strawberry.field(default=None, description="Who you are here.")
    token: str | None = strawberry.field(default=None, description="A bearer token. Shown only now.")
    expires_at: datetime | None = strawberry.field(default=None, description="When the token ends at the latest.")


@strawberry.type
class IntakeQueries:
    @strawberry.field(description="The intakes of a site, newest first, ended ones too.")
    async def intakes(
        self,
        info: Info,
        incident_id: IncidentId,
        site_id: Annotated[ID, strawberry.argument(description="The site.")],
        first: First = 20,
        after: After = None,
    ) -> Connection[Intake]:
        context = info.context
        page = await intakes.list_intakes(context.use, context.viewer, incident_id, site_id, page_request(first, after))
        return connection(page, show_intake)


@strawberry.type
class IntakeMutations:
    @strawberry.mutation(description="Open a site to helpers without an account, who come in by a code.")
    async def open_intake(
        self, info: Info, input: Annotated[OpenIntakeInput, strawberry.argument(description="Where, and how long.")]
    ) -> OpenIntakePayload:
        context = info.context
        return await settle(
            OpenIntakePayload,
            intakes.open_intake(context.use, context.viewer, input.site_id, input.hours),
            lambda made: OpenIntakePayload(errors=[], intake=show_intake(made[0]), code=made[1]),
        )

    @strawberry.mutation(description="Close an intake: whoever came in by its code is signed out at once.")
    async def close_intake(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The intake.")]
    ) -> IntakePayload:
        return await settle(
            IntakePayload,
            intakes.close_intake(info.context.use, info.context.viewer, id),
            lambda closed: IntakePayload(errors=[], intake=show_intake(closed)),
        )

    @strawberry.mutation(description="Come in by the code that hangs at a site, to register children there.")
    async def enter_intake(
        self, info: Info, input: Annotated[EnterIntakeInput, strawberry.argument(description="Code and name.")]
    ) -> EnterIntakePayload:
        context = info.context
        return await settle(
            EnterIntakePayload,
            context.heed(
                intakes.enter_intake(context.use, input.code, input.name, input.retry_key, address=context.address)
            ),
            lambda made: EnterIntakePayload(
                errors=[], account=show_account(made[0]), expires_at=made[1].expires_at, token=made[2]
            ),
        )
