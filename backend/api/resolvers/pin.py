"""The PIN of a volunteer's phone: choosing it, and going on with it."""

from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.resolvers.viewer import DonePayload
from backend.api.settle import settle
from backend.api.types.pin import SetPinInput, UnlockInput
from backend.services import pins


@strawberry.type
class PinMutations:
    @strawberry.mutation(description="Choose a PIN for this phone, or change it: left alone, the phone asks for it.")
    async def set_pin(
        self, info: Info, input: Annotated[SetPinInput, strawberry.argument(description="The PIN.")]
    ) -> DonePayload:
        return await settle(
            DonePayload,
            pins.set_pin(info.context.use, info.context.viewer, input.pin, input.present_pin),
            lambda _: DonePayload(errors=[]),
        )

    @strawberry.mutation(
        description="Go on with a locked session; asked without the token in the header, since that is refused."
    )
    async def unlock(
        self, info: Info, input: Annotated[UnlockInput, strawberry.argument(description="Token and PIN.")]
    ) -> DonePayload:
        context = info.context
        return await settle(
            DonePayload,
            context.heed(pins.unlock(context.use, input.token, input.pin, address=context.address)),
            lambda _: DonePayload(errors=[]),
        )
