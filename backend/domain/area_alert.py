"""Telling those nearby that a child is missing: what a coordinator sends, and what somebody nearby is shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.person import Communication, Item, Point, Sex


class AreaAlertState(StrEnum):
    """PROPOSED: the family agreed, and a coordinator is to decide. GOING: sent, and may be widened. STOPPED: over."""

    PROPOSED = "PROPOSED"
    GOING = "GOING"
    STOPPED = "STOPPED"


class AreaAlertEnd(StrEnum):
    """Why an alert was stopped: by a coordinator, since the family took its agreement or its report back, since the
    report was taken down, or since the child was found.
    """

    COORDINATOR = "COORDINATOR"
    FAMILY = "FAMILY"
    TAKEN_DOWN = "TAKEN_DOWN"
    FOUND = "FOUND"


@dataclass(frozen=True, slots=True)
class AlertArea:
    """`radius_km` around `centre`, or what lies within `outline`, a ring of points."""

    centre: Point | None = None
    radius_km: float | None = None
    outline: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class SentArea:
    """An area that was told: how many devices and sites it reached when it was sent, those told before included."""

    area: AlertArea
    devices: int
    sites: int
    sent_by: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class AreaAlert:
    """That the child of a report is missing, told in areas: the first, and those that it was widened to."""

    id: str
    incident_id: str
    report_id: str
    family_id: str
    state: AreaAlertState
    areas: tuple[SentArea, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    ended_by: str | None = None
    ended_because: AreaAlertEnd | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AreaRound:
    """The queueing of one area, by pages; `id` is that of the event that it follows from.

    `keys` are where there was anybody; `at` is which of them comes next, after the device `after`.
    """

    id: str
    alert_id: str
    keys: tuple[str, ...]
    first: bool
    at: int = 0
    after: str | None = None


@dataclass(frozen=True, slots=True)
class AreaProgress:
    """Devices: `queued` are still to be told, `gone` were taken off or the alert was stopped before."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class NearbyChild:
    """What helps to recognise a child, and nothing that a family is asked to prove itself by: no family name, birth
    date, mark, belonging, relative, home or note.

    `near` is the middle of a cell about 6 km across. Ages are in full years.
    """

    name: str | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: Sex | None = None
    hair: str | None = None
    eyes: str | None = None
    height_cm: float | None = None
    clothing: tuple[Item, ...] = ()
    languages: tuple[str, ...] = ()
    communication: Communication | None = None
    last_seen_at: datetime | None = None
    near: Point | None = None
