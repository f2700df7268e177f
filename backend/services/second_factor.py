"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for who lost it."""

import base64
import secrets
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from backend.domain.credential import Credential
from backend.services.collaborators import Collaborators
from backend.services.secrets import as_written, keyed_hash, random_code, same

ISSUER = "Reunify"
STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps before and after the present one whose codes count, for phones whose clock is off."""
RECOVERY_CODES = 10

_SECRET_BYTES = 20


def new_secret() -> bytes:
    """160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def in_base32(secret: bytes) -> str:
    """As it is typed into an app by hand."""
    return base64.b32encode(secret).decode().rstrip("=")


def enrolment_address(secret: bytes, sign_in_name: str) -> str:
    """What a QR code holds, for an app to read."""
    label = quote(f"{ISSUER}:{sign_in_name}", safe="")
    fields = {"secret": in_base32(secret), "issuer": ISSUER, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(fields)}"


def step_of(secret: bytes, typed: str, now: datetime) -> int | None:
    """The time step whose code this is, within the drift, or None."""
    # SHA-1 is what authenticator apps know; a code of six digits that lasts a minute gains nothing from another.
    codes = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS, enforce_key_length=False)  # noqa: S303 (see above)
    present = int(now.timestamp()) // STEP_SECONDS
    given, found = "".join(typed.split()), None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if same(codes.generate(step * STEP_SECONDS).decode(), given):
            found = step
    return found


def with_code_used(use: Collaborators, credential: Credential, typed: str) -> Credential | None:
    """The credential after this code, which then is used up; None where it is not right, or was used before."""
    step = None if credential.factor is None else step_of(credential.factor, typed, use.clock())
    recovery = recovery_hash(use, credential.id, typed)
    left = tuple(kept for kept in credential.recovery_hashes if not same(kept, recovery))
    if step is not None and step > credential.last_step:
        return _changed(use, replace(credential, last_step=step))
    if len(left) < len(credential.recovery_hashes):
        return _changed(use, replace(credential, recovery_hashes=left))
    return None


def new_recovery_codes() -> tuple[str, ...]:
    return tuple(random_code() for _ in range(RECOVERY_CODES))


def recovery_hash(use: Collaborators, account_id: str, code: str) -> str:
    return keyed_hash(use.keys.token_pepper, "recovery code", f"{account_id}\0{as_written(code)}")


def _changed(use: Collaborators, credential: Credential) -> Credential:
    return replace(credential, version=credential.version + 1, updated_at=use.clock())
