"""A re-check: somebody in the centre asks those who have a child in front of them to look at it once more."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.asking import Answer, AskedKind, AskedState, Asking


@dataclass(frozen=True, slots=True)
class Recheck:
    """A question about a registered child, for the volunteers of its site, who never learn for which match it is.

    `site_id` is where the child was when somebody last looked: it moves with the child.
    """

    id: str
    incident_id: str
    site_id: str
    registration_id: str
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
class NewRecheck:
    """`match_id` is the match that the question came up with."""

    registration_id: str
    kind: AskedKind
    id: str | None = None
    match_id: str | None = None
    body_site: str | None = None
    text: str | None = None
