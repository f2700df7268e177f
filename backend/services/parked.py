"""What the worker gave up on: listed and freed by an operator at the server's console, deliveries at the desk too."""

from collections.abc import Sequence

from backend.domain.account import Viewer
from backend.domain.alert import ParkedDeliveries
from backend.domain.event import Event, EventKind
from backend.services.access import Action, Where, require
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.store.held_deliveries import free_parked, parked_by_reason
from backend.store.records import Session
from backend.store.work import Parked, parked, retry

AT_ONCE = 1000
"""Deliveries freed in one transaction."""


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


async def parked_deliveries(use: Collaborators, viewer: Viewer | None) -> list[ParkedDeliveries]:
    """Deliveries that were refused for good, by the server and what it answered, the oldest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.RESEND_DELIVERIES, Where())
    return await parked_by_reason(use.store)


async def resend_deliveries(use: Collaborators, viewer: Viewer | None, server: str, reason: str | None) -> int:
    """Send again what this server refused, with this answer where it is named; how many there were.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    known = require(viewer, Action.RESEND_DELIVERIES, Where())
    now = use.clock()

    async def free(session: Session) -> int:
        freed = await free_parked(use.store, server, reason, now, session, AT_ONCE)
        if freed:
            told = Event(use.new_id(), EventKind.DELIVERIES_RESENT, known.id, known.id, now)
            await tell(use, known, session, told)
        return freed

    total = 0
    while freed := await use.store.transact(free):
        total += freed
    return total
