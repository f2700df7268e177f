"""What every use case works with, passed in from the composition root."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from backend.domain.device import NewDevice
from backend.domain.place import Tiles
from backend.services.rates import Rates
from backend.services.refusals import Refusals
from backend.store.database import Store
from backend.store.feed import Feed
from geo.geocoder import Geocoder

if TYPE_CHECKING:
    from backend.domain.account import Viewer
    from backend.domain.registration import Registration
    from backend.services.audit import Looks  # which works with these collaborators itself
    from backend.services.models import Rules
    from backend.services.together import Together
    from backend.store.audit import Waiting
    from backend.store.models import Stamp


@dataclass(frozen=True, slots=True)
class Keys:
    """Secret keys: `token_pepper` for hashes of tokens and codes, `cursor` and `photo` for signatures, `audit` for the
    seals of the audit log.
    """

    token_pepper: bytes
    cursor: bytes
    photo: bytes
    audit: bytes


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What hashing a password takes with argon2id: the second recommendation of RFC 9106."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


HASHED_AT_ONCE = 2
"""Passwords hashed at the same time in a process: more would take a laptop's memory, and a guesser could ask for it."""


@dataclass(slots=True, eq=False)
class QuestionsAsked:
    """What followers ask all at once when something changes; each use case sets its own up when it is first asked."""

    registrations: "Together[Sequence[str], dict[str, Registration]] | None" = None
    viewers: "Together[str, Viewer | None] | None" = None
    looks: "Together[Sequence[Waiting], None] | None" = None


@dataclass(frozen=True, slots=True)
class Collaborators:
    """`new_id` makes UUIDv7s; `check_device` raises a DomainError for a push subscription that may not be used, and
    `check_webhook` for such an address of a webhook. `push_key` is the public key that browsers subscribe with now.
    `sends_mail` says whether a mail server is set up.

    `rates` counts attempts, and is None where nothing is limited. `remembered` is what incidents are scored under, by
    its stamp, so that no scoring need read and decode it again. `looks` gathers what one operation shows of whom, for
    whoever answers it to enter in the audit log first; where there is none, each look is entered as it happens.
    `reason` is why the client says that it asks, and `refusals` are the looks that were refused. `hashing` is held
    while a password is hashed. `address` is where people reach the server, which passkeys are bound to. `lock_after` is
    how long a phone with a PIN may be left alone. `work_bits` is the work that a stranger's report costs. `geocoder`
    knows addresses, where the operator has named one; `reading_towns` is held while the list of towns is read, once.
    `tiles` are pictures of the ground, where the operator has named a server of them.
    `together` are the questions that many ask at the same time.
    """

    store: Store
    feed: Feed
    keys: Keys
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    check_device: Callable[[NewDevice], None]
    check_webhook: Callable[[str], None]
    push_key: str
    address: str
    lock_after: timedelta
    sends_mail: bool = False
    rates: Rates | None = None
    remembered: "dict[Stamp, Rules]" = field(default_factory=dict)
    looks: "Looks | None" = None
    reason: str | None = None
    refusals: Refusals = field(default_factory=Refusals)
    password_cost: PasswordCost = PasswordCost()
    work_bits: int = 0
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHED_AT_ONCE))
    geocoder: Geocoder | None = None
    tiles: Tiles | None = None
    reading_towns: Lock = field(default_factory=Lock)
    together: QuestionsAsked = field(default_factory=QuestionsAsked)
