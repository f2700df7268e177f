"""A question to a family about the child that it misses: asked by staff, answered in the family's own case."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.asking import Answer, AskedKind, AskedState, Asking


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a report. The family never learns for which match it is."""

    id: str
    incident_id: str
    family_id: str
    report_id: str
    match_id: str | None
    asking: Asking
    state: AskedState
    asked_by: str
    answer: Answer | None
    answered_by: str | None
    answered_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """`match_id` is the match that the question came up with."""

    report_id: str
    kind: AskedKind
    id: str | None = None
    match_id: str | None = None
    body_site: str | None = None
    text: str | None = None
