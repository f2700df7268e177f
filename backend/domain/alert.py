"""Something that somebody must be told, and each attempt to tell it to one device."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertKind(StrEnum):
    REPORT_NEWS = "REPORT_NEWS"


class DeliveryState(StrEnum):
    QUEUED = "QUEUED"
    SENT = "SENT"
    RETRYING = "RETRYING"
    GONE = "GONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Alert:
    """`key` is unique: what happened, so that nobody is told of it twice. `owner_id` is the family or account told."""

    id: str
    key: str
    kind: AlertKind
    incident_id: str
    owner_id: str
    subject_id: str
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert to one device, for ever one row. `answer` is the push service's own word, for an operator."""

    id: str
    alert_id: str
    device_id: str
    state: DeliveryState
    answer: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
