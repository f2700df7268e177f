"""A place where people are taken in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.changes import UNCHANGED, Unchanged
from backend.domain.person import Point


class SiteKind(StrEnum):
    SHELTER = "SHELTER"
    HOSPITAL = "HOSPITAL"
    SCHOOL = "SCHOOL"
    RECEPTION_CENTRE = "RECEPTION_CENTRE"
    POLICE_STATION = "POLICE_STATION"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Site:
    """`capacity` in people, None when nobody has said; `closed_at` is when it was closed last."""

    id: str
    incident_id: str
    name: str
    kind: SiteKind
    point: Point
    address: str | None
    capacity: int | None
    open: bool
    version: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None

    def takes_in(self, found_at: datetime) -> bool:
        """Whether somebody who was found then may be registered here: now, or while it was still open."""
        return self.open or found_at <= (self.closed_at or self.updated_at)


@dataclass(frozen=True, slots=True)
class NewSite:
    incident_id: str
    name: str
    kind: SiteKind
    point: Point
    address: str | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class SiteChanges:
    """None leaves a value as it is, where it is no value itself."""

    name: str | None = None
    kind: SiteKind | None = None
    point: Point | None = None
    address: str | Unchanged | None = UNCHANGED
    capacity: int | Unchanged | None = UNCHANGED
    open: bool | None = None
