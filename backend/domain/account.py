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


@dataclass(frozen=True, slots=True)
class Session:
    """`id` is the keyed hash of a bearer token that only its holder has; for an account or for a family. One that
    began at an intake ends with it.

    `last_used_at` is kept to a few minutes. `proven_at` is when its holder last entered a code of the second factor.
    """

    id: str
    account_id: str | None
    family_id: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    proven_at: datetime | None = None
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
    """Who is asking: an account, or a family with a token for its own reports."""

    id: str
    role: Role
    name: str
    incident_ids: frozenset[str]
    site_ids: frozenset[str]
    family_id: str | None
    session_id: str
