"""One person taken in at a site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from backend.domain.changes import UNCHANGED, Unchanged
from backend.domain.errors import conflict
from backend.domain.person import Person, Place


class CareStatus(StrEnum):
    """UNACCOMPANIED: without parents, relatives and any responsible adult. SEPARATED: without parents, but with a
    relative or an adult known to the child.
    """

    UNACCOMPANIED = "UNACCOMPANIED"
    SEPARATED = "SEPARATED"
    ACCOMPANIED = "ACCOMPANIED"
    ADULT = "ADULT"


class RegistrationStatus(StrEnum):
    IN_CARE = "IN_CARE"
    TRANSFERRED = "TRANSFERRED"
    RELEASED = "RELEASED"
    LEFT = "LEFT"
    DECEASED = "DECEASED"
    DISMISSED = "DISMISSED"


class Confirmation(StrEnum):
    """Whether somebody who works at the site stands for a registration. NOT_NEEDED: they made it themselves."""

    NOT_NEEDED = "NOT_NEEDED"
    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    DISMISSED = "DISMISSED"


class ConfirmationAction(StrEnum):
    CONFIRM = "CONFIRM"
    DISMISS = "DISMISS"
    RESTORE = "RESTORE"


CONFIRMATIONS: Mapping[tuple[Confirmation, ConfirmationAction], Confirmation] = MappingProxyType({
    (Confirmation.UNCONFIRMED, ConfirmationAction.CONFIRM): Confirmation.CONFIRMED,
    (Confirmation.UNCONFIRMED, ConfirmationAction.DISMISS): Confirmation.DISMISSED,
    (Confirmation.CONFIRMED, ConfirmationAction.DISMISS): Confirmation.DISMISSED,
    (Confirmation.DISMISSED, ConfirmationAction.RESTORE): Confirmation.UNCONFIRMED,
})  # fmt: skip
"""What may become of a registration that somebody without an account made."""


@dataclass(frozen=True, slots=True)
class Registration:
    """`group_id` joins siblings registered together; `medical_notes` are read by those who need them for care.

    `confirmation_by` and `confirmation_at` are of who confirmed or dismissed it last. `taken_over` says that somebody
    else than who registered it has written in it since. `awaited_photo_id` is of the photo that was to follow: only the
    phone that took it knows that id, whoever is signed in there by then.
    """

    id: str
    incident_id: str
    site_id: str
    group_id: str | None
    care_status: CareStatus
    status: RegistrationStatus
    person: Person
    found_at: datetime
    found_place: Place
    medical_notes: str | None
    photo_ids: tuple[str, ...]
    synthetic: bool
    registered_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    confirmation: Confirmation = Confirmation.NOT_NEEDED
    confirmation_by: str | None = None
    confirmation_at: datetime | None = None
    taken_over: bool = False
    awaited_photo_id: str | None = None

    @property
    def held_back(self) -> bool:
        """Whether no family may be told anything because of it."""
        return self.confirmation in NOT_STOOD_FOR


NOT_STOOD_FOR = frozenset({Confirmation.UNCONFIRMED, Confirmation.DISMISSED})


def confirmation_after(confirmation: Confirmation, action: ConfirmationAction) -> Confirmation:
    """The confirmation that follows.

    Raises: DomainError CONFLICT where the table has no such step.
    """
    following = CONFIRMATIONS.get((confirmation, action))
    if following is None:
        words = {
            Confirmation.NOT_NEEDED: "Somebody who works here made this registration: there is nothing to confirm.",
            Confirmation.UNCONFIRMED: "This registration waits to be confirmed.",
            Confirmation.CONFIRMED: "This registration is confirmed already.",
            Confirmation.DISMISSED: "This registration was dismissed as false. Take that back first.",
        }
        raise conflict(words[confirmation], "id")
    return following


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """What a volunteer says of one person. One of a name, a description and a photo must be there;
    `photo_id` is what a photo that was taken will be sent under.
    """

    site_id: str
    care_status: CareStatus
    found_at: datetime
    id: str | None = None
    person: Person = field(default_factory=Person)
    found_place: Place = field(default_factory=Place)
    medical_notes: str | None = None
    photo_id: str | None = None


@dataclass(frozen=True, slots=True)
class RegistrationChanges:
    """None leaves a value as it is, where it is no value itself; a person is replaced as a whole."""

    care_status: CareStatus | None = None
    person: Person | None = None
    found_at: datetime | None = None
    found_place: Place | None = None
    medical_notes: str | Unchanged | None = UNCHANGED
