"""One registration and one report that may be the same child, and the one table of what may become of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from backend.domain.errors import DomainError, conflict
from backend.domain.evidence import Evidence


class MatchState(StrEnum):
    """What follows confirmation (verification, release) is added here when it comes."""

    POTENTIAL = "POTENTIAL"
    CLAIMED = "CLAIMED"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    FADED = "FADED"


class MatchAction(StrEnum):
    """CLAIM, LEAVE, CONFIRM, REJECT and UNDO are people's; FADE and RETURN follow the score, REOPEN new evidence."""

    CLAIM = "CLAIM"
    LEAVE = "LEAVE"
    CONFIRM = "CONFIRM"
    REJECT = "REJECT"
    UNDO = "UNDO"
    FADE = "FADE"
    RETURN = "RETURN"
    REOPEN = "REOPEN"


TRANSITIONS: Mapping[tuple[MatchState, MatchAction], MatchState] = MappingProxyType({
    (MatchState.POTENTIAL, MatchAction.CLAIM): MatchState.CLAIMED,
    (MatchState.POTENTIAL, MatchAction.CONFIRM): MatchState.CONFIRMED,
    (MatchState.POTENTIAL, MatchAction.REJECT): MatchState.REJECTED,
    (MatchState.POTENTIAL, MatchAction.FADE): MatchState.FADED,
    (MatchState.FADED, MatchAction.RETURN): MatchState.POTENTIAL,
    (MatchState.CLAIMED, MatchAction.CONFIRM): MatchState.CONFIRMED,
    (MatchState.CLAIMED, MatchAction.REJECT): MatchState.REJECTED,
    (MatchState.CLAIMED, MatchAction.LEAVE): MatchState.POTENTIAL,
    (MatchState.CLAIMED, MatchAction.UNDO): MatchState.POTENTIAL,
    (MatchState.CONFIRMED, MatchAction.UNDO): MatchState.POTENTIAL,
    (MatchState.REJECTED, MatchAction.UNDO): MatchState.POTENTIAL,
    (MatchState.REJECTED, MatchAction.REOPEN): MatchState.POTENTIAL,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rejection:
    """What was known when a person said that the two are different children: evidence, and versions of the records."""

    evidence: tuple[Evidence, ...]
    report_version: int
    registration_version: int


@dataclass(frozen=True, slots=True)
class Match:
    """One for each pair, for ever. The versions are those of the two records and of the model that it was scored under.

    `together_with` are the matches of brothers and sisters that were found with it; `reopened_because` says in words
    what is new since it was rejected.
    """

    id: str
    incident_id: str
    report_id: str
    registration_id: str
    family_id: str
    site_id: str
    state: MatchState
    probability: float
    bits: float
    evidence: tuple[Evidence, ...]
    report_version: int
    registration_version: int
    alerted_at: datetime | None
    claimed_by: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    model_version: int = 1
    together_with: tuple[str, ...] = ()
    rejection: Rejection | None = None
    reopened_because: str | None = None
    claimed_at: datetime | None = None


def state_after(state: MatchState, action: MatchAction) -> MatchState:
    """The state that follows.

    Raises: DomainError CONFLICT where the table has no such step.
    """
    following = TRANSITIONS.get((state, action))
    if following is None:
        raise conflict(f"This match is {state.value.lower()} now, so that cannot be done. Please look again.", "id")
    return following


def overtaken() -> DomainError:
    """Somebody else, or a new score, changed the match after it was seen."""
    return conflict("This match has changed in the meantime. Please look again.", "id")
