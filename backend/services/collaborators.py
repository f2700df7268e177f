"""What every use case works with, passed in from the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from backend.domain.device import NewDevice
from backend.services.rates import Rates
from backend.store.database import Store
from backend.store.feed import Feed

if TYPE_CHECKING:
    from backend.services.audit import Looks  # which works with these collaborators itself
    from backend.services.models import Rules
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
class Collaborators:
    """`new_id` makes UUIDv7s; `check_device` raises a DomainError for a push subscription that may not be used.

    `rates` counts attempts, and is None where nothing is limited. `remembered` is what incidents are scored under, by
    its stamp, so that no scoring need read and decode it again. `looks` gathers what one operation shows of whom, for
    whoever answers it to enter in the audit log first; where there is none, each look is entered as it happens.
    """

    store: Store
    feed: Feed
    keys: Keys
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    check_device: Callable[[NewDevice], None]
    rates: Rates | None = None
    remembered: "dict[Stamp, Rules]" = field(default_factory=dict)
    looks: "Looks | None" = None
