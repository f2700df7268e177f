"""What every use case works with, passed in from the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backend.domain.device import NewDevice
from backend.store.database import Store
from backend.store.feed import Feed


@dataclass(frozen=True, slots=True)
class Keys:
    """Secret keys: `token_pepper` for hashes of tokens and codes, `cursor` and `photo` for signatures."""

    token_pepper: bytes
    cursor: bytes
    photo: bytes


@dataclass(frozen=True, slots=True)
class Collaborators:
    """`new_id` makes UUIDv7s; `check_device` raises a DomainError for a push subscription that may not be used."""

    store: Store
    feed: Feed
    keys: Keys
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    check_device: Callable[[NewDevice], None]
