"""A declared emergency, within which people are registered, missed and matched."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.domain.changes import UNCHANGED, Unchanged
from backend.domain.person import Point


class IncidentKind(StrEnum):
    HURRICANE = "HURRICANE"
    EARTHQUAKE = "EARTHQUAKE"
    FLOOD = "FLOOD"
    FIRE = "FIRE"
    TORNADO = "TORNADO"
    TSUNAMI = "TSUNAMI"
    CONFLICT = "CONFLICT"
    OTHER = "OTHER"


class IncidentStatus(StrEnum):
    ACTIVE = "ACTIVE"
    WINDING_DOWN = "WINDING_DOWN"
    CLOSED = "CLOSED"


class IncidentScale(StrEnum):
    """How far people are scattered: tens of kilometres, a region, or a country."""

    LOCAL = "LOCAL"
    REGIONAL = "REGIONAL"
    CATASTROPHIC = "CATASTROPHIC"


DISPLACEMENT_KM = {IncidentScale.LOCAL: 15.0, IncidentScale.REGIONAL: 60.0, IncidentScale.CATASTROPHIC: 200.0}
"""Median distance between last seen and found once people have come to rest (fit to FEMA applicants, 2005)."""


@dataclass(frozen=True, slots=True)
class Incident:
    """`area` is a ring of points without holes; `child_age_limit` in years (6 U.S.C. 774: under 21); thresholds are
    probabilities: from `propose_threshold` a coordinator sees a match, from `alert_threshold` the family is told that
    there is news (None: only when a person has confirmed it). After `escalate_minutes` the next on duty is told of what
    nobody took. `phone` is the number at which everybody reaches the centre. `synthetic` marks an exercise with
    invented people. `retention_days` after `closed_at` the records of people are destroyed, which begins at
    `destroying_since` and has ended at `destroyed_at`.
    """

    id: str
    name: str
    kind: IncidentKind
    status: IncidentStatus
    scale: IncidentScale
    area: tuple[Point, ...]
    child_age_limit: int
    retention_days: int
    propose_threshold: float
    alert_threshold: float | None
    synthetic: bool
    created_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    escalate_minutes: int = 15
    phone: str | None = None
    closed_at: datetime | None = None
    destroying_since: datetime | None = None
    destroyed_at: datetime | None = None


def destroyed_after(incident: Incident) -> datetime | None:
    """When the records of people are due to be destroyed; None while it is not closed."""
    if incident.status is not IncidentStatus.CLOSED:
        return None
    # Of one that an older release closed, its last change is known alone.
    return (incident.closed_at or incident.updated_at) + timedelta(days=incident.retention_days)


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What a coordinator says to open an incident."""

    name: str
    kind: IncidentKind
    scale: IncidentScale = IncidentScale.REGIONAL
    area: tuple[Point, ...] = ()
    child_age_limit: int = 21
    retention_days: int = 365
    propose_threshold: float = 0.3
    alert_threshold: float | None = 0.9
    synthetic: bool = False
    escalate_minutes: int = 15
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentChanges:
    """New values for what may change while an incident runs; None leaves one as it is, where it is no value itself."""

    name: str | None = None
    status: IncidentStatus | None = None
    scale: IncidentScale | None = None
    area: tuple[Point, ...] | None = None
    retention_days: int | None = None
    propose_threshold: float | None = None
    alert_threshold: float | Unchanged | None = UNCHANGED
    escalate_minutes: int | None = None
    phone: str | Unchanged | None = UNCHANGED
