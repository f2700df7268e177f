"""What the worker gave up on: listed and freed by an operator at the server's own console."""

from collections.abc import Sequence

from backend.services.collaborators import Collaborators
from backend.store.work import Parked, parked, retry


async def list_parked(use: Collaborators) -> list[Parked]:
    """Parked events and deliveries, oldest first."""
    found = [*await parked(use.store.events.collection), *await parked(use.store.deliveries.collection)]
    return sorted(found, key=lambda row: row.since)


async def retry_parked(use: Collaborators, ids: Sequence[str] | None = None) -> int:
    """Free what is parked, or those of `ids`; how many were freed."""
    now = use.clock()
    return sum([
        await retry(use.store.events.collection, now, ids),
        await retry(use.store.deliveries.collection, now, ids),
    ])  # fmt: skip
