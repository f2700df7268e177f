"""How an account proves who it is: sign-in name, password, second factor, and failures at either."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PROOF_LASTS = timedelta(minutes=5)
"""How long a session counts as proven after a code was entered."""

FREE_FAILURES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
FAILURES_KEPT = timedelta(days=1)
"""After so long without another one, failures are forgotten."""


MOST_PASSKEYS = 10


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair of Web Authentication whose private half a device keeps. `id` is what the device calls it, and
    `public_key` is a COSE key, both in base64url. `sign_count` is the device's own count of uses, or always 0.
    """

    id: str
    name: str
    public_key: str
    sign_count: int
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UsedChallenge:
    """A challenge that was answered; `id` is a hash of it, so that it is not answered again before it ends."""

    id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """What an account signs in with; `id` is the account's.

    `password_hash` is argon2's own text. `factor` and `unconfirmed_factor` are secrets of RFC 6238;
    `last_step` is the time step of the code that was used last. `recovery_hashes` are of the codes not used yet.
    `passkeys` are second factors too, beside or instead of an authenticator app.
    """

    id: str
    sign_in_name: str
    password_hash: str
    version: int
    created_at: datetime
    updated_at: datetime
    unconfirmed_factor: bytes | None = field(default=None, repr=False)
    factor: bytes | None = field(default=None, repr=False)
    last_step: int = 0
    recovery_hashes: tuple[str, ...] = ()
    passkeys: tuple[Passkey, ...] = ()

    @property
    def has_second_factor(self) -> bool:
        return self.factor is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class SignInName:
    """Whose a sign-in name is; `id` is the name, so that nobody else can have it."""

    id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures in a row at one thing: each from the fifth on locks it for twice as long as the one before."""

    id: str
    failures: int
    version: int
    locked_until: datetime | None
    expires_at: datetime


def one_more(there: Attempts | None, attempts_id: str, now: datetime) -> Attempts | None:
    """The attempts with one more failure, or None while they are locked."""
    if there is not None and there.locked_until is not None and there.locked_until > now:
        return None
    failures = 1 if there is None or there.expires_at <= now else there.failures + 1
    version = 1 if there is None else there.version + 1
    locked_until = None if failures < FREE_FAILURES else now + _lock(failures)
    return Attempts(attempts_id, failures, version, locked_until, now + FAILURES_KEPT)


def _lock(failures: int) -> timedelta:
    # The exponent is bounded, since whoever guesses for a year would reach what no number of days can hold.
    doublings: int = min(failures - FREE_FAILURES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password as somebody chose it; to change one, `present_password` or a `code` of the second factor."""

    sign_in_name: str
    password: str
    present_password: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody says to come in: a name, a password, and a code or a passkey's answer where there is a second
    factor.
    """

    sign_in_name: str
    password: str
    code: str | None = None
    passkey: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialState:
    """What of it is set, without anything secret. `proven_until` is of the session that asks."""

    sign_in_name: str | None = None
    password_set: bool = False
    second_factor_set: bool = False
    authenticator_app_set: bool = False
    passkeys: tuple[Passkey, ...] = ()
    recovery_codes_left: int = 0
    proven_until: datetime | None = None
    pin_set: bool = False
