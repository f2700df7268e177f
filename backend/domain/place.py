"""Places that are looked for by name: what may be meant is offered, and a person chooses."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.person import Point


class PlaceSource(StrEnum):
    """SITE: a site of the incident, for who may see it. ADDRESS: from the geocoder. TOWN: from the list of towns."""

    SITE = "SITE"
    ADDRESS = "ADDRESS"
    TOWN = "TOWN"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """`region` is the state or country, where it is not in the name."""

    name: str
    point: Point
    source: PlaceSource
    region: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """The likeliest first. `complete` is False where a geocoder was asked and did not answer."""

    places: tuple[FoundPlace, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class MapTown:
    """A town to find one's way by, and how many people live there."""

    name: str
    point: Point
    population: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """Pictures of the ground from a server that the operator has named: `{z}`, `{x}` and `{y}` in `url` say which. The
    attribution is shown beside them, as whoever draws them asks for it.
    """

    url: str
    attribution: str


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """What a geocoder answered, kept so that it is not asked again. The id is a keyed hash of what was asked."""

    id: str
    places: tuple[FoundPlace, ...]
    expires_at: datetime
