"""One person taken in at a site."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backend.domain.changes import UNCHANGED, Unchanged
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


@dataclass(frozen=True, slots=True)
class Registration:
    """`group_id` joins siblings registered together; `medical_notes` are read by those who need them for care."""

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


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """What a volunteer says of one person. One of a name, a description and a photo must be there;
    `photo_follows` says that a photo was taken and will be sent.
    """

    site_id: str
    care_status: CareStatus
    found_at: datetime
    id: str | None = None
    person: Person = field(default_factory=Person)
    found_place: Place = field(default_factory=Place)
    medical_notes: str | None = None
    photo_follows: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationChanges:
    """None leaves a value as it is, where it is no value itself; a person is replaced as a whole."""

    care_status: CareStatus | None = None
    person: Person | None = None
    found_at: datetime | None = None
    found_place: Place | None = None
    medical_notes: str | Unchanged | None = UNCHANGED
