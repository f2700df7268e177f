"""What the matcher sees of one side of a pair: a report or a registration, stripped to what can be compared."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backend.domain.person import Person, Place


class Side(StrEnum):
    REPORT = "REPORT"
    REGISTRATION = "REGISTRATION"


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who filed a report; need not be a parent. `relation` is to the child."""

    name: str | None = None
    relation: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Sighted:
    """Where and when somebody saw the child of a report, as far as is known; `id` is that of the sighting."""

    id: str
    place: Place
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """One side of a pair.

    `places` are where the child was last seen (report), or was found and then the site (registration), best first.
    `at` is when it was last seen or found; `recorded_at` when the record was made.
    `sighted` are the sightings that staff linked with a report.
    `together` is the family of a report or the group of siblings of a registration.
    """

    side: Side
    id: str
    person: Person
    places: tuple[Place, ...] = ()
    at: datetime | None = None
    recorded_at: datetime | None = None
    together: str | None = None
    reporter: Reporter = field(default_factory=Reporter)
    sighted: tuple[Sighted, ...] = ()
