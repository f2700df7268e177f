"""Another system that is told of an incident's alerts."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.alert import AlertKind


@dataclass(frozen=True, slots=True)
class Webhook:
    """`kinds` are the alerts it is told of. `sealed_secret` signs what it is sent, and is kept encrypted."""

    id: str
    incident_id: str
    url: str
    kinds: tuple[AlertKind, ...]
    sealed_secret: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewWebhook:
    incident_id: str
    url: str
    kinds: tuple[AlertKind, ...]
    id: str | None = None
