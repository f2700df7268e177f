"""What one signs in with, and what a mutation on it takes."""

from datetime import datetime

import strawberry

from backend.api.types.passkey import Passkey, show_passkey
from backend.domain.credential import CredentialState


@strawberry.type(description="What you sign in with, and whether this session is proven.")
class Credentials:
    sign_in_name: str | None = strawberry.field(description="The name you sign in by, once you have a password.")
    password_set: bool = strawberry.field(description="Whether you have a password.")
    second_factor_set: bool = strawberry.field(description="Whether you have an authenticator app or a passkey.")
    authenticator_app_set: bool = strawberry.field(description="Whether an authenticator app was added and confirmed.")
    passkeys: list[Passkey] = strawberry.field(description="Your passkeys, the oldest first.")
    recovery_codes_left: int = strawberry.field(description="How many recovery codes were not used yet.")
    proven_until: datetime | None = strawberry.field(
        description="Until when this session may decide; null where a code must be entered first."
    )
    pin_set: bool = strawberry.field(description="Whether this phone has a PIN: left alone, it locks itself.")


def show_credentials(state: CredentialState) -> Credentials:
    return Credentials(
        sign_in_name=state.sign_in_name,
        password_set=state.password_set,
        second_factor_set=state.second_factor_set,
        authenticator_app_set=state.authenticator_app_set,
        passkeys=[show_passkey(passkey) for passkey in state.passkeys],
        recovery_codes_left=state.recovery_codes_left,
        proven_until=state.proven_until,
        pin_set=state.pin_set,
    )


@strawberry.input(description="A password, and the name to sign in by.")
class SetPasswordInput:
    sign_in_name: str = strawberry.field(
        description="3 to 40 letters, digits, dots and dashes, which nobody else has; capitals do not count."
    )
    password: str = strawberry.field(
        description="12 to 128 characters; none that many people use, and not with your own name in it."
    )
    present_password: str | None = strawberry.field(default=None, description="To change one: the present one.")
    code: str | None = strawberry.field(
        default=None, description="Or, in place of the present one, a code of the second factor."
    )


@strawberry.input(description="Adding an authenticator app.")
class BeginSecondFactorInput:
    password: str = strawberry.field(description="Your password.")
    code: str | None = strawberry.field(
        default=None,
        description="Where you have a second factor: a code of the app, or a recovery code. Who has a passkey may "
        "leave it out, and prove with that before.",
    )


@strawberry.input(description="Signing in on another device.")
class SignInWithPasswordInput:
    sign_in_name: str = strawberry.field(description="The name you chose with the password.")
    password: str = strawberry.field(description="The password.")
    code: str | None = strawberry.field(
        default=None, description="The code of your authenticator app, or a recovery code; null where you have none."
    )
    passkey: str | None = strawberry.field(
        default=None,
        description="In place of a code: what a passkey answered to `passkeyChallengeToSignIn`, as JSON "
        "(`PublicKeyCredential.toJSON`).",
    )
