"""Password and second factor: setting them, signing in with them, and proving a session."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.resolvers.viewer import DonePayload, SignInPayload
from backend.api.settle import settle
from backend.api.types.credential import BeginSecondFactorInput, SetPasswordInput, SignInWithPasswordInput
from backend.api.types.error import UserError
from backend.domain.credential import NewPassword, SignIn
from backend.services import credentials

Code = Annotated[
    str, strawberry.argument(description="The six digits that the authenticator app shows; each is good once.")
]


@strawberry.type(description="What an authenticator app needs, or why there is none.")
class BeginSecondFactorPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    secret: str | None = strawberry.field(default=None, description="To type into an app, in base32. Shown only now.")
    address: str | None = strawberry.field(
        default=None, description="The same as an otpauth:// address, for a QR code. Shown only now."
    )


@strawberry.type(description="Recovery codes, or why the app was not added.")
class ConfirmSecondFactorPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    recovery_codes: list[str] | None = strawberry.field(
        default=None, description="To keep on paper: each is good once in place of a code. Shown only now."
    )


@strawberry.type(description="Until when this session is proven, or why it is not.")
class ProveYourselfPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    proven_until: datetime | None = strawberry.field(default=None, description="Until when this session may decide.")


@strawberry.type
class CredentialMutations:
    @strawberry.mutation(
        description="Set your password and sign-in name, or change them; you are signed out everywhere else."
    )
    async def set_password(
        self, info: Info, input: Annotated[SetPasswordInput, strawberry.argument(description="Name and password.")]
    ) -> DonePayload:
        # Not `to_domain`, which trims: a blank at the end of a password is part of it.
        new = NewPassword(input.sign_in_name, input.password, input.present_password, input.code)
        return await settle(
            DonePayload,
            credentials.set_password(info.context.use, info.context.viewer, new),
            lambda _: DonePayload(errors=[]),
        )

    @strawberry.mutation(description="Begin to add an authenticator app; it counts once a code of it is confirmed.")
    async def begin_second_factor(
        self, info: Info, input: Annotated[BeginSecondFactorInput, strawberry.argument(description="Who you are.")]
    ) -> BeginSecondFactorPayload:
        context = info.context
        return await settle(
            BeginSecondFactorPayload,
            credentials.begin_second_factor(context.use, context.viewer, input.password, input.code),
            lambda made: BeginSecondFactorPayload(errors=[], secret=made[0], address=made[1]),
        )

    @strawberry.mutation(description="Confirm the app with a code of it; this session is proven by it.")
    async def confirm_second_factor(self, info: Info, code: Code) -> ConfirmSecondFactorPayload:
        context = info.context
        return await settle(
            ConfirmSecondFactorPayload,
            credentials.confirm_second_factor(context.use, context.viewer, code),
            lambda codes: ConfirmSecondFactorPayload(errors=[], recovery_codes=list(codes)),
        )

    @strawberry.mutation(description="Prove with a code that it is you: this session may decide for five minutes.")
    async def prove_yourself(self, info: Info, code: Code) -> ProveYourselfPayload:
        context = info.context
        return await settle(
            ProveYourselfPayload,
            credentials.prove(context.use, context.viewer, code),
            lambda until: ProveYourselfPayload(errors=[], proven_until=until),
        )

    @strawberry.mutation(
        description="Sign in on another device by name and password, and a code or a passkey where you have one."
    )
    async def sign_in_with_password(
        self,
        info: Info,
        input: Annotated[SignInWithPasswordInput, strawberry.argument(description="Name, password and code.")],
    ) -> SignInPayload:
        context = info.context
        signing_in = credentials.sign_in_with_password(
            context.use,
            SignIn(input.sign_in_name, input.password, input.code, input.passkey),
            address=context.address,
        )
        return await settle(
            SignInPayload,
            context.heed(signing_in),
            lambda token: SignInPayload(errors=[], token=token),
        )
