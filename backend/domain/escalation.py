"""What waits for somebody, and who is told next if nobody takes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TAKEN_FOR = timedelta(minutes=30)
"""So long a match stays with whoever took it; then it is back in the queue, and waits anew."""

BETWEEN_ROUNDS = timedelta(minutes=2)
"""Of one place, people are told at most so often, however much comes in: an alert says that something waits, and
whoever opens the queue sees all of it.
"""


class EscalationKind(StrEnum):
    MATCH_WAITS = "MATCH_WAITS"
    RECHECK_WAITS = "RECHECK_WAITS"
    QUESTION_WAITS = "QUESTION_WAITS"
    MATCH_TAKEN = "MATCH_TAKEN"


@dataclass(frozen=True, slots=True)
class Escalation:
    """One thing that waits: `step` is whom it is for next, at `due_at`. It ends with what it waits for.

    `place_id` is where people are told together: the incident of a match or of a question to a family, the site of a
    re-check.
    """

    id: str
    kind: EscalationKind
    incident_id: str
    place_id: str
    subject_id: str
    step: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The latest alert of somebody at a place."""

    owner_id: str
    alert_id: str


@dataclass(frozen=True, slots=True)
class Round:
    """When the people of a place were last told, which steps of it, and of whom the latest alert is which."""

    id: str
    told_at: datetime
    steps: tuple[int, ...]
    sent: tuple[Sent, ...]
    version: int


def escalation_id(kind: EscalationKind, subject_id: str) -> str:
    return f"{kind.value} {subject_id}"


def round_id(kind: EscalationKind, place_id: str) -> str:
    return f"{kind.value} {place_id}"
