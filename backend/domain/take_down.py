"""A false report taken down: who asked for it, how they were identified, the appeal, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from backend.domain.errors import conflict


class TakeDownState(StrEnum):
    STANDING = "STANDING"
    APPEALED = "APPEALED"
    UPHELD = "UPHELD"
    RESTORED = "RESTORED"


class TakeDownAction(StrEnum):
    """APPEAL is the family's; UPHOLD and RESTORE are another person's than who took the report down."""

    APPEAL = "APPEAL"
    UPHOLD = "UPHOLD"
    RESTORE = "RESTORE"


TRANSITIONS: Mapping[tuple[TakeDownState, TakeDownAction], TakeDownState] = MappingProxyType({
    (TakeDownState.STANDING, TakeDownAction.APPEAL): TakeDownState.APPEALED,
    (TakeDownState.STANDING, TakeDownAction.RESTORE): TakeDownState.RESTORED,
    (TakeDownState.APPEALED, TakeDownAction.UPHOLD): TakeDownState.UPHELD,
    (TakeDownState.APPEALED, TakeDownAction.RESTORE): TakeDownState.RESTORED,
    (TakeDownState.UPHELD, TakeDownAction.RESTORE): TakeDownState.RESTORED,
})  # fmt: skip


class IdentityProof(StrEnum):
    """How somebody showed who they are. KNOWN_IN_PERSON: whoever checked it knows them."""

    PASSPORT = "PASSPORT"
    IDENTITY_CARD = "IDENTITY_CARD"
    DRIVING_LICENCE = "DRIVING_LICENCE"
    BIRTH_CERTIFICATE = "BIRTH_CERTIFICATE"
    COURT_ORDER = "COURT_ORDER"
    KNOWN_IN_PERSON = "KNOWN_IN_PERSON"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class NewTakeDown:
    """Who asks for it and what they are to the child, how they were identified and by whom, and why it is false.

    `proof_note` says which document it was, or what else proved it.
    """

    report_id: str
    version: int
    requester_name: str
    requester_relation: str
    proof: IdentityProof
    checked_by: str
    reason: str
    proof_note: str | None = None


@dataclass(frozen=True, slots=True)
class TakeDown:
    """One for each time that a report was taken down. `undone_match_ids` were confirmed or claimed until then."""

    id: str
    incident_id: str
    report_id: str
    family_id: str
    state: TakeDownState
    requester_name: str
    requester_relation: str
    proof: IdentityProof
    proof_note: str | None
    checked_by: str
    reason: str
    taken_down_by: str
    undone_match_ids: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    appeal: str | None = None
    appealed_by: str | None = None
    appealed_at: datetime | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


def state_after(state: TakeDownState, action: TakeDownAction) -> TakeDownState:
    """The state that follows.

    Raises: DomainError CONFLICT where the table has no such step.
    """
    following = TRANSITIONS.get((state, action))
    if following is None:
        words = {
            TakeDownState.STANDING: "Nobody has appealed against this yet.",
            TakeDownState.APPEALED: "An appeal is waiting for its answer already.",
            TakeDownState.UPHELD: "The appeal was answered already. Please call the centre.",
            TakeDownState.RESTORED: "This report is open again already.",
        }
        raise conflict(words[state], "id")
    return following
