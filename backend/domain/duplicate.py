"""Two records of one side that may be of the same child, and the one table of what may become of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from backend.domain.errors import DomainError, conflict
from backend.domain.evidence import Evidence
from backend.domain.subject import Side


class DuplicateState(StrEnum):
    SUGGESTED = "SUGGESTED"
    LINKED = "LINKED"
    DISMISSED = "DISMISSED"
    FADED = "FADED"


class DuplicateAction(StrEnum):
    """LINK, UNLINK, DISMISS and SUGGEST are people's; FADE and RETURN follow the score."""

    SUGGEST = "SUGGEST"
    LINK = "LINK"
    UNLINK = "UNLINK"
    DISMISS = "DISMISS"
    FADE = "FADE"
    RETURN = "RETURN"


TRANSITIONS: Mapping[tuple[DuplicateState, DuplicateAction], DuplicateState] = MappingProxyType({
    (DuplicateState.SUGGESTED, DuplicateAction.LINK): DuplicateState.LINKED,
    (DuplicateState.SUGGESTED, DuplicateAction.DISMISS): DuplicateState.DISMISSED,
    (DuplicateState.SUGGESTED, DuplicateAction.FADE): DuplicateState.FADED,
    (DuplicateState.FADED, DuplicateAction.RETURN): DuplicateState.SUGGESTED,
    (DuplicateState.FADED, DuplicateAction.SUGGEST): DuplicateState.SUGGESTED,
    (DuplicateState.DISMISSED, DuplicateAction.SUGGEST): DuplicateState.SUGGESTED,
    (DuplicateState.LINKED, DuplicateAction.UNLINK): DuplicateState.SUGGESTED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One for each two records of a side, for ever: `first_id` sorts before `second_id`.

    In `evidence` the report's value is that of the first record and the registration's that of the second.
    `suggested_by` is the worker, or the account that said so: then no score lets it fade.
    """

    id: str
    incident_id: str
    side: Side
    first_id: str
    second_id: str
    state: DuplicateState
    probability: float
    bits: float
    evidence: tuple[Evidence, ...]
    first_version: int
    second_version: int
    suggested_by: str
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


def in_order(one: str, other: str) -> tuple[str, str]:
    """Two record ids as every pair has them, whichever was named first."""
    return (one, other) if one < other else (other, one)


def state_after(state: DuplicateState, action: DuplicateAction) -> DuplicateState:
    """The state that follows.

    Raises: DomainError CONFLICT where the table has no such step.
    """
    following = TRANSITIONS.get((state, action))
    if following is None:
        raise conflict(f"These records are {state.value.lower()} now, so that cannot be done. Please look again.", "id")
    return following


def overtaken() -> DomainError:
    """Somebody else, or a new score, changed the pair after it was seen."""
    return conflict("This has changed in the meantime. Please look again.", "id")
