"""Who works with Reunify, what they are, and where."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    FAMILY = "FAMILY"
    UNVERIFIED_REGISTRAR = "UNVERIFIED_REGISTRAR"
    VOLUNTEER = "VOLUNTEER"
    CALL_TAKER = "CALL_TAKER"
    COORDINATOR = "COORDINATOR"
    OFFICER = "OFFICER"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class Account:
    """A person with a role, within incidents and sites. Nothing listed means nowhere; an ADMIN needs no list.

    `invite_id` says by which invite the person came in, or by which intake, so that one that leaked can be traced.
    """

    id: str
    role: Role
    name: str
    incident_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    invite_id: str
    disabled: bool
    version: int
    created_at: datetime
    updated_at: datetime


MOST_WRONG_PINS = 5


@dataclass(frozen=True, slots=True)
class Session:
    """`id` is the keyed hash of a bearer token that only its holder has; for an account or for a family. One that
    began at an intake ends with it.

    `last_used_at` is kept to a few minutes. `proven_at` is when its holder last used the second factor. `pin_hash` is
    argon2's own text; with it, the session is locked when it was not used for a while. `wrong_pins` are those in a row,
    and those that are being checked. `replaces` is the session that this one renews, which
    stands while this one is `unused`; `successors` are those that it was renewed to, and it is `replaced` once one of
    them was used.
    """

    id: str
    account_id: str | None
    family_id: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    proven_at: datetime | None = None
    pin_hash: str | None = None
    wrong_pins: int = 0
    replaces: str | None = None
    unused: bool = False
    successors: tuple[str, ...] = ()
    replaced: bool = False
    intake_id: str | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """A link by which somebody becomes an account, or comes back to the one of `account_id`. `id` is the keyed hash of
    the link's secret.
    """

    id: str
    role: Role
    incident_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    uses_left: int
    created_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewInvite:
    """An invite for a role: for volunteers to a site, for the others to an incident; `uses` people may accept it."""

    role: Role
    incident_id: str | None = None
    site_id: str | None = None
    uses: int = 1
    hours: int = 72


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking: an account, or a family with a token for its own reports. Who is `locked` may nothing until the
    PIN was entered; who `renews` uses a new token for the first time.
    """

    id: str
    role: Role
    name: str
    incident_ids: frozenset[str]
    site_ids: frozenset[str]
    family_id: str | None
    session_id: str
    locked: bool = False
    renews: bool = False
