"""A phone or browser that wants to be told."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Device:
    """A Web Push subscription (RFC 8030) of a family or of an account; `language` is a BCP 47 tag.

    `server_key` is the public key of ours that it subscribed with: a push service takes messages from no other.
    `places` are the keys of where its owner is, for alerts that go to all nearby (`backend/services/nearby.py`).
    """

    id: str
    owner_id: str
    endpoint: str
    public_key: str
    auth_secret: str
    language: str
    version: int
    created_at: datetime
    updated_at: datetime
    server_key: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a browser's `PushSubscription` says: its endpoint, and the keys `p256dh` and `auth` in base64url.

    `push_key` is the key of ours that it subscribed with, None for the present one. `replaces` is the device that this
    subscription is the renewal of.
    """

    endpoint: str
    public_key: str
    auth_secret: str
    language: str = "en"
    push_key: str | None = None
    replaces: str | None = None
    id: str | None = None
