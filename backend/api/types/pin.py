"""What mutations on a volunteer's PIN take."""

import strawberry


@strawberry.input(description="A PIN for this phone.")
class SetPinInput:
    pin: str = strawberry.field(description="4 to 8 digits; none that anybody would try first.")
    present_pin: str | None = strawberry.field(default=None, description="To change one: the present one.")


@strawberry.input(description="A locked phone, and its PIN.")
class UnlockInput:
    token: str = strawberry.field(description="The phone's own token, which is refused as `PIN_NEEDED` until then.")
    pin: str = strawberry.field(description="The PIN.")
