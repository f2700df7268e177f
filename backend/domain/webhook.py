"""Another system that is told of an incident's alerts."""

from dataclasses import dataclass, field
from datetime import datetime

from backend.domain.alert import AlertKind


@dataclass(frozen=True, slots=True)
class Webhook:
    """`kinds` are the alerts it is told of. `secret` signs what it is sent. Since `paused_at` what is for it waits."""

    id: str
    incident_id: str
    url: str
    kinds: tuple[AlertKind, ...]
    secret: bytes = field(repr=False)
    version: int
    created_at: datetime
    updated_at: datetime
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewWebhook:
    incident_id: str
    url: str
    kinds: tuple[AlertKind, ...]
    id: str | None = None
