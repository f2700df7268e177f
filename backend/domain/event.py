"""What happened: written with the change itself, and read by the worker, the live feed and the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    INCIDENT_OPENED = "INCIDENT_OPENED"
    INCIDENT_UPDATED = "INCIDENT_UPDATED"
    SITE_ADDED = "SITE_ADDED"
    SITE_UPDATED = "SITE_UPDATED"
    INTAKE_OPENED = "INTAKE_OPENED"
    INTAKE_ENTERED = "INTAKE_ENTERED"
    INTAKE_CLOSED = "INTAKE_CLOSED"
    INVITE_CREATED = "INVITE_CREATED"
    INVITE_ACCEPTED = "INVITE_ACCEPTED"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    ACCOUNT_RESET = "ACCOUNT_RESET"
    PASSWORD_SET = "PASSWORD_SET"  # noqa: S105 (no password, but what happened)
    SECOND_FACTOR_SET = "SECOND_FACTOR_SET"
    PIN_SET = "PIN_SET"
    PASSKEY_ADDED = "PASSKEY_ADDED"
    PASSKEY_REMOVED = "PASSKEY_REMOVED"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    SIGNED_IN = "SIGNED_IN"
    SESSION_RENEWED = "SESSION_RENEWED"
    SESSIONS_ENDED = "SESSIONS_ENDED"
    SESSION_ENDED = "SESSION_ENDED"
    PERSON_REGISTERED = "PERSON_REGISTERED"
    REGISTRATION_UPDATED = "REGISTRATION_UPDATED"
    REGISTRATION_MOVED = "REGISTRATION_MOVED"
    REGISTRATION_CONFIRMED = "REGISTRATION_CONFIRMED"
    REGISTRATION_DISMISSED = "REGISTRATION_DISMISSED"
    REGISTRATION_RESTORED = "REGISTRATION_RESTORED"
    REPORT_FILED = "REPORT_FILED"
    REPORT_UPDATED = "REPORT_UPDATED"
    REPORT_WITHDRAWN = "REPORT_WITHDRAWN"
    CASE_RECOVERY_BEGUN = "CASE_RECOVERY_BEGUN"
    CASE_RECOVERY_FAILED = "CASE_RECOVERY_FAILED"
    CASE_RECOVERY_LOCKED = "CASE_RECOVERY_LOCKED"
    CASE_RECOVERED = "CASE_RECOVERED"
    REPORT_REVIEWED = "REPORT_REVIEWED"
    REPORT_TAKEN_DOWN = "REPORT_TAKEN_DOWN"
    TAKE_DOWN_APPEALED = "TAKE_DOWN_APPEALED"
    TAKE_DOWN_UPHELD = "TAKE_DOWN_UPHELD"
    REPORT_RESTORED = "REPORT_RESTORED"
    SIGHTING_RECORDED = "SIGHTING_RECORDED"
    SIGHTING_LINKED = "SIGHTING_LINKED"
    SIGHTING_DISMISSED = "SIGHTING_DISMISSED"
    SIGHTING_REOPENED = "SIGHTING_REOPENED"
    PHOTO_ADDED = "PHOTO_ADDED"
    DEVICE_REGISTERED = "DEVICE_REGISTERED"
    DEVICE_RENEWED = "DEVICE_RENEWED"
    DEVICE_REMOVED = "DEVICE_REMOVED"
    ALERTS_CHOSEN = "ALERTS_CHOSEN"
    EMAILS_STOPPED = "EMAILS_STOPPED"
    WEBHOOK_ADDED = "WEBHOOK_ADDED"
    WEBHOOK_REMOVED = "WEBHOOK_REMOVED"
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
    EventKind.REGISTRATION_CONFIRMED,
    EventKind.REGISTRATION_DISMISSED,
    EventKind.REGISTRATION_RESTORED,
    EventKind.REPORT_FILED,
    EventKind.REPORT_UPDATED,
    EventKind.REPORT_WITHDRAWN,
    EventKind.REPORT_TAKEN_DOWN,
    EventKind.REPORT_RESTORED,
    EventKind.SIGHTING_LINKED,
    EventKind.SIGHTING_REOPENED,
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
