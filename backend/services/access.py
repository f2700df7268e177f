"""Who may do what, and where: one table, and the questions every use case asks of it. What is not in it is denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from backend.domain.account import Role, Viewer
from backend.domain.errors import forbidden, not_found, unauthenticated


class Action(StrEnum):
    READ_INCIDENT = "READ_INCIDENT"
    OPEN_INCIDENT = "OPEN_INCIDENT"
    CHANGE_INCIDENT = "CHANGE_INCIDENT"
    READ_MAP = "READ_MAP"
    READ_SITE = "READ_SITE"
    READ_OCCUPANCY = "READ_OCCUPANCY"
    CHANGE_SITE = "CHANGE_SITE"
    CHANGE_WEBHOOK = "CHANGE_WEBHOOK"
    RESEND_DELIVERIES = "RESEND_DELIVERIES"
    INVITE_VOLUNTEER = "INVITE_VOLUNTEER"
    INVITE_CALL_TAKER = "INVITE_CALL_TAKER"
    INVITE_STAFF = "INVITE_STAFF"
    READ_ACCOUNT = "READ_ACCOUNT"
    HAVE_PASSWORD = "HAVE_PASSWORD"  # noqa: S105 (no password, but leave to have one)
    HAVE_PIN = "HAVE_PIN"
    FIND_PLACE = "FIND_PLACE"
    REGISTER = "REGISTER"
    READ_REGISTRATION = "READ_REGISTRATION"
    READ_MEDICAL = "READ_MEDICAL"
    CHANGE_REGISTRATION = "CHANGE_REGISTRATION"
    MOVE_REGISTRATION = "MOVE_REGISTRATION"
    CONFIRM_REGISTRATION = "CONFIRM_REGISTRATION"
    FILE_REPORT = "FILE_REPORT"
    READ_REPORT = "READ_REPORT"
    CHANGE_REPORT = "CHANGE_REPORT"
    RECOVER_CASE = "RECOVER_CASE"
    REVIEW_REPORT = "REVIEW_REPORT"
    TAKE_DOWN_REPORT = "TAKE_DOWN_REPORT"
    APPEAL_TAKE_DOWN = "APPEAL_TAKE_DOWN"
    SEND_AREA_ALERT = "SEND_AREA_ALERT"
    READ_AREA_ALERT = "READ_AREA_ALERT"
    READ_NEARBY_ALERT = "READ_NEARBY_ALERT"
    CHOOSE_NEARBY_PLACE = "CHOOSE_NEARBY_PLACE"
    RECORD_SIGHTING = "RECORD_SIGHTING"
    READ_SIGHTING = "READ_SIGHTING"
    DECIDE_SIGHTING = "DECIDE_SIGHTING"
    ASK_RECHECK = "ASK_RECHECK"
    READ_RECHECK = "READ_RECHECK"
    ANSWER_RECHECK = "ANSWER_RECHECK"
    ASK_FAMILY = "ASK_FAMILY"
    READ_QUESTION = "READ_QUESTION"
    ANSWER_QUESTION = "ANSWER_QUESTION"
    READ_AUDIT = "READ_AUDIT"
    READ_ROTA = "READ_ROTA"
    CHANGE_ROTA = "CHANGE_ROTA"
    READ_MATCH = "READ_MATCH"
    DECIDE_MATCH = "DECIDE_MATCH"
    READ_REGISTRATION_DUPLICATE = "READ_REGISTRATION_DUPLICATE"
    READ_REPORT_DUPLICATE = "READ_REPORT_DUPLICATE"
    DECIDE_DUPLICATE = "DECIDE_DUPLICATE"


class Reach(StrEnum):
    """How far a role's permission goes: everywhere, in the account's incidents, at its sites, the own family, what is
    told to those nearby where the account is near, or what the account itself has written down: of a registration, as
    long as nobody else has written in it or confirmed it.
    """

    EVERYWHERE = "EVERYWHERE"
    INCIDENT = "INCIDENT"
    SITE = "SITE"
    FAMILY = "FAMILY"
    NEARBY = "NEARBY"
    OWN = "OWN"


_FAMILY, _VOLUNTEER, _CALL_TAKER = Role.FAMILY, Role.VOLUNTEER, Role.CALL_TAKER
_COORDINATOR, _OFFICER, _ADMIN = Role.COORDINATOR, Role.OFFICER, Role.ADMIN
_UNVERIFIED = Role.UNVERIFIED_REGISTRAR
_STAFF = {_COORDINATOR: Reach.INCIDENT, _OFFICER: Reach.INCIDENT}

TABLE: Mapping[Action, Mapping[Role, Reach]] = MappingProxyType({
    Action.READ_INCIDENT: {
        _VOLUNTEER: Reach.INCIDENT, _CALL_TAKER: Reach.INCIDENT, **_STAFF, _ADMIN: Reach.EVERYWHERE,
    },
    Action.OPEN_INCIDENT: {_COORDINATOR: Reach.EVERYWHERE, _ADMIN: Reach.EVERYWHERE},
    Action.CHANGE_INCIDENT: {_COORDINATOR: Reach.INCIDENT, _ADMIN: Reach.EVERYWHERE},
    Action.READ_SITE: {_UNVERIFIED: Reach.SITE, _VOLUNTEER: Reach.SITE, **_STAFF, _ADMIN: Reach.EVERYWHERE},
    Action.READ_OCCUPANCY: {_VOLUNTEER: Reach.SITE, **_STAFF, _ADMIN: Reach.EVERYWHERE},
    Action.READ_MAP: _STAFF,
    Action.CHANGE_SITE: {_COORDINATOR: Reach.INCIDENT, _ADMIN: Reach.EVERYWHERE},
    Action.CHANGE_WEBHOOK: {_ADMIN: Reach.EVERYWHERE},
    Action.RESEND_DELIVERIES: {_ADMIN: Reach.EVERYWHERE},
    Action.INVITE_VOLUNTEER: {_COORDINATOR: Reach.INCIDENT, _ADMIN: Reach.EVERYWHERE},
    Action.INVITE_CALL_TAKER: {_COORDINATOR: Reach.INCIDENT, _ADMIN: Reach.EVERYWHERE},
    Action.INVITE_STAFF: {_ADMIN: Reach.EVERYWHERE},
    Action.READ_ACCOUNT: {_COORDINATOR: Reach.INCIDENT, _ADMIN: Reach.EVERYWHERE},
    Action.HAVE_PASSWORD: {_COORDINATOR: Reach.EVERYWHERE, _OFFICER: Reach.EVERYWHERE, _ADMIN: Reach.EVERYWHERE},
    Action.HAVE_PIN: {_VOLUNTEER: Reach.EVERYWHERE},
    Action.REGISTER: {_UNVERIFIED: Reach.SITE, _VOLUNTEER: Reach.SITE, _COORDINATOR: Reach.INCIDENT},
    Action.READ_REGISTRATION: {_UNVERIFIED: Reach.OWN, _VOLUNTEER: Reach.SITE, **_STAFF},
    Action.FIND_PLACE: {
        _FAMILY: Reach.INCIDENT, _VOLUNTEER: Reach.INCIDENT, _CALL_TAKER: Reach.INCIDENT, **_STAFF,
        _ADMIN: Reach.EVERYWHERE,
    },
    Action.READ_MEDICAL: {_VOLUNTEER: Reach.SITE, **_STAFF},
    Action.CHANGE_REGISTRATION: {_UNVERIFIED: Reach.OWN, _VOLUNTEER: Reach.SITE, _COORDINATOR: Reach.INCIDENT},
    Action.MOVE_REGISTRATION: {_VOLUNTEER: Reach.SITE, _COORDINATOR: Reach.INCIDENT},
    Action.CONFIRM_REGISTRATION: {_VOLUNTEER: Reach.SITE, _COORDINATOR: Reach.INCIDENT},
    Action.FILE_REPORT: {_FAMILY: Reach.INCIDENT, _CALL_TAKER: Reach.INCIDENT, _COORDINATOR: Reach.INCIDENT},
    Action.READ_REPORT: {_FAMILY: Reach.FAMILY, _CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.CHANGE_REPORT: {_FAMILY: Reach.FAMILY, _CALL_TAKER: Reach.INCIDENT, _COORDINATOR: Reach.INCIDENT},
    Action.RECOVER_CASE: {_CALL_TAKER: Reach.INCIDENT, _COORDINATOR: Reach.INCIDENT},
    Action.REVIEW_REPORT: {_CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.TAKE_DOWN_REPORT: _STAFF,
    Action.APPEAL_TAKE_DOWN: {_FAMILY: Reach.FAMILY, _CALL_TAKER: Reach.INCIDENT},
    Action.SEND_AREA_ALERT: {_COORDINATOR: Reach.INCIDENT},
    Action.READ_AREA_ALERT: _STAFF,
    Action.READ_NEARBY_ALERT: {_VOLUNTEER: Reach.NEARBY, _CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.CHOOSE_NEARBY_PLACE: {
        _VOLUNTEER: Reach.EVERYWHERE, _CALL_TAKER: Reach.EVERYWHERE, _COORDINATOR: Reach.EVERYWHERE,
        _OFFICER: Reach.EVERYWHERE,
    },
    Action.RECORD_SIGHTING: {
        _FAMILY: Reach.INCIDENT, _VOLUNTEER: Reach.INCIDENT, _CALL_TAKER: Reach.INCIDENT, **_STAFF,
    },
    Action.READ_SIGHTING: {_VOLUNTEER: Reach.OWN, _CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.DECIDE_SIGHTING: {_CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.ASK_RECHECK: _STAFF,
    Action.READ_RECHECK: {_VOLUNTEER: Reach.SITE, **_STAFF},
    Action.ANSWER_RECHECK: {_VOLUNTEER: Reach.SITE, _COORDINATOR: Reach.INCIDENT},
    Action.ASK_FAMILY: _STAFF,
    Action.READ_QUESTION: {_FAMILY: Reach.FAMILY, _CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.ANSWER_QUESTION: {_FAMILY: Reach.FAMILY, _CALL_TAKER: Reach.INCIDENT, _COORDINATOR: Reach.INCIDENT},
    Action.READ_AUDIT: {**_STAFF, _ADMIN: Reach.EVERYWHERE},
    Action.READ_ROTA: {**_STAFF, _ADMIN: Reach.EVERYWHERE},
    Action.CHANGE_ROTA: {_COORDINATOR: Reach.INCIDENT, _ADMIN: Reach.EVERYWHERE},
    Action.READ_MATCH: _STAFF,
    Action.DECIDE_MATCH: _STAFF,
    Action.READ_REGISTRATION_DUPLICATE: {_VOLUNTEER: Reach.SITE, **_STAFF},
    Action.READ_REPORT_DUPLICATE: {_CALL_TAKER: Reach.INCIDENT, **_STAFF},
    Action.DECIDE_DUPLICATE: _STAFF,
})  # fmt: skip


_INVITING = {
    Role.UNVERIFIED_REGISTRAR: Action.INVITE_VOLUNTEER,
    Role.VOLUNTEER: Action.INVITE_VOLUNTEER,
    Role.CALL_TAKER: Action.INVITE_CALL_TAKER,
}


@dataclass(frozen=True, slots=True)
class Where:
    """Where a record lies; what is None lies nowhere that a permission of that reach could cover. `owner_id` is the
    account whose own it still is, `near_id` that of an account which is near.
    """

    incident_id: str | None = None
    site_id: str | None = None
    family_id: str | None = None
    owner_id: str | None = None
    near_id: str | None = None


def may(
    viewer: Viewer | None,
    action: Action,
    where: Where,
    table: Mapping[Action, Mapping[Role, Reach]] = TABLE,
) -> bool:
    """Whether the table allows it. A stranger may nothing."""
    reach = None if viewer is None else table[action].get(viewer.role)
    return viewer is not None and reach is not None and _covers(viewer, reach, where)


def _covers(viewer: Viewer, reach: Reach, where: Where) -> bool:
    match reach:
        case Reach.EVERYWHERE:
            return True
        case Reach.INCIDENT:
            return where.incident_id in viewer.incident_ids
        case Reach.SITE:
            return where.site_id in viewer.site_ids
        case Reach.FAMILY:
            return where.family_id is not None and where.family_id == viewer.family_id
        case Reach.NEARBY:
            return where.near_id == viewer.id and where.incident_id in viewer.incident_ids
        case Reach.OWN:
            here = (
                where.incident_id in viewer.incident_ids if where.site_id is None else where.site_id in viewer.site_ids
            )
            return where.owner_id == viewer.id and here


def signed_in(viewer: Viewer | None) -> Viewer:
    """The viewer.

    Raises: DomainError UNAUTHENTICATED for a stranger.
    """
    if viewer is None:
        raise unauthenticated()
    return viewer


def require(viewer: Viewer | None, action: Action, where: Where) -> Viewer:
    """The viewer, who may do this here.

    Raises: DomainError UNAUTHENTICATED for a stranger, FORBIDDEN otherwise.
    """
    known = signed_in(viewer)
    if not may(known, action, where):
        raise forbidden()
    return known


def require_of_record(viewer: Viewer | None, action: Action, reading: Action, where: Where | None, what: str) -> Viewer:
    """The viewer, who may do this to a record; `where` is None for one that is not there.

    Raises: DomainError UNAUTHENTICATED for a stranger; NOT_FOUND alike for what is absent and what may not be read;
    FORBIDDEN for what may be read but not changed.
    """
    known = signed_in(viewer)
    if where is None or not may(known, reading, where):
        raise not_found(what)
    if not may(known, action, where):
        raise forbidden()
    return known


def inviting(role: Role) -> Action:
    """What one must be allowed to let somebody of this role in, or to close such an account."""
    return _INVITING.get(role, Action.INVITE_STAFF)
