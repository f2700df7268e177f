"""What happened: written with the change itself, and read by the worker, the live feed and the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    INCIDENT_OPENED = "INCIDENT_OPENED"
    INCIDENT_UPDATED = "INCIDENT_UPDATED"
    SITE_ADDED = "SITE_ADDED"
    SITE_UPDATED = "SITE_UPDATED"
    INVITE_CREATED = "INVITE_CREATED"
    INVITE_ACCEPTED = "INVITE_ACCEPTED"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    ACCOUNT_RESET = "ACCOUNT_RESET"
    PASSWORD_SET = "PASSWORD_SET"  # noqa: S105 (no password, but what happened)
    SECOND_FACTOR_SET = "SECOND_FACTOR_SET"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    SIGNED_IN = "SIGNED_IN"
    SESSION_ENDED = "SESSION_ENDED"
    PERSON_REGISTERED = "PERSON_REGISTERED"
    REGISTRATION_UPDATED = "REGISTRATION_UPDATED"
    REGISTRATION_MOVED = "REGISTRATION_MOVED"
    REPORT_FILED = "REPORT_FILED"
    REPORT_UPDATED = "REPORT_UPDATED"
    REPORT_WITHDRAWN = "REPORT_WITHDRAWN"
    PHOTO_ADDED = "PHOTO_ADDED"
    DEVICE_REGISTERED = "DEVICE_REGISTERED"
    DEVICE_REMOVED = "DEVICE_REMOVED"
    MATCH_PROPOSED = "MATCH_PROPOSED"
    MATCH_RESCORED = "MATCH_RESCORED"
    MATCH_FADED = "MATCH_FADED"
    MATCH_RETURNED = "MATCH_RETURNED"
    MATCH_REOPENED = "MATCH_REOPENED"
    MATCH_LIKELY = "MATCH_LIKELY"
    MATCH_CLAIMED = "MATCH_CLAIMED"
    MATCH_CONFIRMED = "MATCH_CONFIRMED"
    MATCH_REJECTED = "MATCH_REJECTED"
    MATCH_UNDONE = "MATCH_UNDONE"
    DUPLICATES_DUE = "DUPLICATES_DUE"
    DUPLICATE_SUGGESTED = "DUPLICATE_SUGGESTED"
    DUPLICATE_RESCORED = "DUPLICATE_RESCORED"
    DUPLICATE_FADED = "DUPLICATE_FADED"
    DUPLICATE_RETURNED = "DUPLICATE_RETURNED"
    DUPLICATE_LINKED = "DUPLICATE_LINKED"
    DUPLICATE_UNLINKED = "DUPLICATE_UNLINKED"
    DUPLICATE_DISMISSED = "DUPLICATE_DISMISSED"
    DECISION_SHARED = "DECISION_SHARED"
    ALERT_RAISED = "ALERT_RAISED"
    RESCORING_STARTED = "RESCORING_STARTED"
    MAP_CHANGED = "MAP_CHANGED"


SYSTEM = "system"
"""The actor of what no person did."""
OPERATOR = "operator"
"""The actor of what was done at the server's own console."""


@dataclass(frozen=True, slots=True)
class Event:
    """Ids only, never personal data. The scope fields say who may be told of it; `actor_id` is who did it.

    `from_site_id` is where somebody was before moving, `registration_id` whose photo it is. `cells` are the H3 cells
    of a part of the map that changed; none stands for all of it.
    """

    id: str
    kind: EventKind
    subject_id: str
    actor_id: str
    at: datetime
    incident_id: str | None = None
    site_id: str | None = None
    family_id: str | None = None
    report_id: str | None = None
    match_id: str | None = None
    registration_id: str | None = None
    from_site_id: str | None = None
    cells: tuple[str, ...] = ()


WORKED = frozenset({
    EventKind.PERSON_REGISTERED,
    EventKind.REGISTRATION_UPDATED,
    EventKind.REGISTRATION_MOVED,
    EventKind.REPORT_FILED,
    EventKind.REPORT_UPDATED,
    EventKind.REPORT_WITHDRAWN,
    EventKind.MATCH_LIKELY,
    EventKind.MATCH_CONFIRMED,
    EventKind.MATCH_UNDONE,
    EventKind.DUPLICATES_DUE,
    EventKind.DECISION_SHARED,
    EventKind.ALERT_RAISED,
    EventKind.RESCORING_STARTED,
})  # fmt: skip
"""The kinds that the worker has something to do for; the others are only read."""

AWAITED = frozenset({
    EventKind.MATCH_LIKELY, EventKind.MATCH_CONFIRMED, EventKind.DECISION_SHARED, EventKind.ALERT_RAISED,
})  # fmt: skip
"""The kinds of work at whose end somebody is told: they go before the rest, however much is waiting."""
