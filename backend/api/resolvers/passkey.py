"""Passkeys: adding and removing them, and what they are asked."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.resolvers.credential import ProveYourselfPayload
from backend.api.resolvers.viewer import DonePayload
from backend.api.settle import settle
from backend.api.types.error import UserError
from backend.api.types.passkey import ConfirmPasskeyInput, Passkey, show_passkey
from backend.services import passkeys


@strawberry.type(description="What a browser needs to ask a device, or why it is not asked.")
class PasskeyOptionsPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    options: str | None = strawberry.field(
        default=None,
        description="JSON for `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`; "
        "good for five minutes, and once.",
    )


@strawberry.type(description="The passkey, or why it was not added.")
class ConfirmPasskeyPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    passkey: Passkey | None = strawberry.field(default=None, description="The passkey.")
    recovery_codes: list[str] | None = strawberry.field(
        default=None,
        description="With the first second factor: codes to keep on paper, each good once. Shown only now.",
    )


@strawberry.type
class PasskeyMutations:
    @strawberry.mutation(
        description="Begin to add a passkey. Where you have a second factor already, this session must be proven."
    )
    async def begin_passkey(
        self, info: Info, password: Annotated[str, strawberry.argument(description="Your password.")]
    ) -> PasskeyOptionsPayload:
        return await settle(
            PasskeyOptionsPayload,
            passkeys.begin_passkey(info.context.use, info.context.viewer, password),
            lambda options: PasskeyOptionsPayload(errors=[], options=options),
        )

    @strawberry.mutation(description="Add the passkey that the device has made; this session is proven by it.")
    async def confirm_passkey(
        self, info: Info, input: Annotated[ConfirmPasskeyInput, strawberry.argument(description="Name and answer.")]
    ) -> ConfirmPasskeyPayload:
        return await settle(
            ConfirmPasskeyPayload,
            passkeys.confirm_passkey(info.context.use, info.context.viewer, input.name, input.answer),
            lambda made: ConfirmPasskeyPayload(
                errors=[], passkey=show_passkey(made[0]), recovery_codes=list(made[1]) or None
            ),
        )

    @strawberry.mutation(description="Remove one of your passkeys; this session must be proven.")
    async def remove_passkey(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The passkey.")]
    ) -> DonePayload:
        return await settle(
            DonePayload,
            passkeys.remove_passkey(info.context.use, info.context.viewer, id),
            lambda _: DonePayload(errors=[]),
        )

    @strawberry.mutation(description="What one of your passkeys is asked to prove this session.")
    async def passkey_challenge(self, info: Info) -> PasskeyOptionsPayload:
        return await settle(
            PasskeyOptionsPayload,
            passkeys.challenge_to_prove(info.context.use, info.context.viewer),
            lambda options: PasskeyOptionsPayload(errors=[], options=options),
        )

    @strawberry.mutation(
        description="What a passkey is asked at a sign-in; the same whether there is such a name or not."
    )
    async def passkey_challenge_to_sign_in(
        self, info: Info, sign_in_name: Annotated[str, strawberry.argument(description="The name to sign in by.")]
    ) -> PasskeyOptionsPayload:
        return await settle(
            PasskeyOptionsPayload,
            passkeys.challenge_to_sign_in(info.context.use, sign_in_name),
            lambda options: PasskeyOptionsPayload(errors=[], options=options),
        )

    @strawberry.mutation(description="Prove with a passkey that it is you: this session may decide for five minutes.")
    async def prove_with_passkey(
        self,
        info: Info,
        answer: Annotated[
            str,
            strawberry.argument(
                description="What `navigator.credentials.get` gave, as JSON (`PublicKeyCredential.toJSON`)."
            ),
        ],
    ) -> ProveYourselfPayload:
        return await settle(
            ProveYourselfPayload,
            passkeys.prove_with_passkey(info.context.use, info.context.viewer, answer),
            lambda until: ProveYourselfPayload(errors=[], proven_until=until),
        )
