"""A sighting: somebody saw or heard something of a child. A lead for staff, evidence once a person links it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from backend.domain.errors import DomainError, conflict
from backend.domain.person import Person, Place


class SightingState(StrEnum):
    OPEN = "OPEN"
    LINKED = "LINKED"
    DISMISSED = "DISMISSED"


class SightingAction(StrEnum):
    LINK = "LINK"
    DISMISS = "DISMISS"
    REOPEN = "REOPEN"


class SightingSource(StrEnum):
    """By whom it came: a call taker or whoever else sits in the centre, a volunteer, or somebody on the web."""

    HOTLINE = "HOTLINE"
    FIELD = "FIELD"
    WEB = "WEB"


TRANSITIONS: Mapping[tuple[SightingState, SightingAction], SightingState] = MappingProxyType({
    (SightingState.OPEN, SightingAction.LINK): SightingState.LINKED,
    (SightingState.OPEN, SightingAction.DISMISS): SightingState.DISMISSED,
    (SightingState.LINKED, SightingAction.REOPEN): SightingState.OPEN,
    (SightingState.DISMISSED, SightingAction.REOPEN): SightingState.OPEN,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Witness:
    """Who saw it, and how to reach them; for staff alone."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """`person` is the child as it was seen, `what` what happened, in words. `recorded_by` is the account or the family
    that wrote it down, None for a stranger. `reason` says why it was dismissed.
    """

    id: str
    incident_id: str
    state: SightingState
    source: SightingSource
    person: Person
    what: str | None
    place: Place
    seen_at: datetime | None
    witness: Witness
    recorded_by: str | None
    report_id: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    synthetic: bool
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewSighting:
    incident_id: str
    id: str | None = None
    person: Person = field(default_factory=Person)
    what: str | None = None
    place: Place = field(default_factory=Place)
    seen_at: datetime | None = None
    witness: Witness = field(default_factory=Witness)


def state_after(state: SightingState, action: SightingAction) -> SightingState:
    """The state that follows.

    Raises: DomainError CONFLICT where the table has no such step.
    """
    following = TRANSITIONS.get((state, action))
    if following is None:
        raise conflict(f"This sighting is {state.value.lower()} now, so that cannot be done. Please look again.", "id")
    return following


def overtaken() -> DomainError:
    """Somebody else changed the sighting after it was seen."""
    return conflict("This has changed in the meantime. Please look again.", "id")
