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
    """`capacity` in people, None when nobody has said."""

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
