"""One missing child as the family describes it, and the family that reports filed together share."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backend.domain.changes import UNCHANGED, Unchanged
from backend.domain.person import Person, Place
from backend.domain.subject import Reporter


class ReportStatus(StrEnum):
    OPEN = "OPEN"
    REUNITED = "REUNITED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"
    TAKEN_DOWN = "TAKEN_DOWN"


class NextStep(StrEnum):
    """All that a family learns of matches: what to do next.

    WAIT: the search goes on. STAY_REACHABLE: there is news, and people are checking it. CONTACT_CENTRE: a person has
    confirmed the news; call the centre and bring an identity document. NONE: the report is no longer open.
    """

    WAIT = "WAIT"
    STAY_REACHABLE = "STAY_REACHABLE"
    CONTACT_CENTRE = "CONTACT_CENTRE"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class NearbyAgreement:
    """What a family agrees to: that volunteers near where the child was last seen are told, and shown photos."""

    alert: bool = False
    photos: bool = False


NO_AGREEMENT = NearbyAgreement()


@dataclass(frozen=True, slots=True)
class Report:
    """`nearby_said_by` is who wrote down what the family agrees to: itself, or somebody on its behalf."""

    id: str
    incident_id: str
    family_id: str
    status: ReportStatus
    person: Person
    reporter: Reporter
    last_seen_at: datetime | None
    last_seen_place: Place
    photo_ids: tuple[str, ...]
    synthetic: bool
    filed_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    nearby: NearbyAgreement = NO_AGREEMENT
    nearby_said_by: str | None = None


@dataclass(frozen=True, slots=True)
class MissingChild:
    """One child of a report as it is filed."""

    id: str | None = None
    person: Person = field(default_factory=Person)
    relation: str | None = None
    last_seen_at: datetime | None = None
    last_seen_place: Place = field(default_factory=Place)
    nearby: NearbyAgreement = NO_AGREEMENT


@dataclass(frozen=True, slots=True)
class NewReport:
    """One reporter, one or several children.

    `retry_key` is random and known only to the phone that files: with it, filing again after a lost answer gives the
    same case code, secret and token, although the server keeps only their hashes. `work` is the answer to the sum that
    is asked of strangers (`backend/domain/work.py`).
    """

    incident_id: str
    retry_key: str
    reporter: Reporter
    children: tuple[MissingChild, ...]
    id: str | None = None
    work: str | None = None


@dataclass(frozen=True, slots=True)
class ReportChanges:
    """None leaves a value as it is, where it is no value itself; a person or a reporter is replaced as a whole."""

    person: Person | None = None
    reporter: Reporter | None = None
    last_seen_at: datetime | Unchanged | None = UNCHANGED
    last_seen_place: Place | None = None
    nearby: NearbyAgreement | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Those who filed together. case code and secret are kept as keyed hashes: neither can be read back."""

    id: str
    incident_id: str
    code_hash: str
    secret_hash: str
    version: int
    created_at: datetime
    updated_at: datetime
