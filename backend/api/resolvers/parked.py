"""Deliveries that were refused for good: counted, and sent again."""

from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.convert import to_api
from backend.api.settle import settle
from backend.api.types.error import UserError
from backend.api.types.parked import ParkedDeliveries, ResendDeliveriesInput
from backend.services import parked


@strawberry.type(description="How many are sent again, or why none is.")
class ResendDeliveriesPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    count: int | None = strawberry.field(default=None, description="How many they are.")


@strawberry.type
class ParkedQueries:
    @strawberry.field(
        description="Deliveries that were refused for good and wait for an administrator, by server and answer, the "
        "oldest first. They name nobody."
    )
    async def parked_deliveries(self, info: Info) -> list[ParkedDeliveries]:
        found = await parked.parked_deliveries(info.context.use, info.context.viewer)
        return [to_api(ParkedDeliveries, one) for one in found]


@strawberry.type
class ParkedMutations:
    @strawberry.mutation(description="Send again what was refused, such as once a key or an address was mended.")
    async def resend_deliveries(
        self,
        info: Info,
        input: Annotated[ResendDeliveriesInput, strawberry.argument(description="Which of them.")],
    ) -> ResendDeliveriesPayload:
        return await settle(
            ResendDeliveriesPayload,
            parked.resend_deliveries(info.context.use, info.context.viewer, input.server, input.reason),
            lambda count: ResendDeliveriesPayload(errors=[], count=count),
        )
