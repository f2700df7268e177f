"""A phone or browser that wants to be told."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Device:
    """A Web Push subscription (RFC 8030) of a family or of an account; `language` is a BCP 47 tag."""

    id: str
    owner_id: str
    endpoint: str
    public_key: str
    auth_secret: str
    language: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a browser's `PushSubscription` says: its endpoint, and the keys `p256dh` and `auth` in base64url."""

    endpoint: str
    public_key: str
    auth_secret: str
    language: str = "en"
    id: str | None = None
