"""The worker: takes events and deliveries that are due, and does what follows from them."""

import asyncio
import gc
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

import structlog

from backend.domain.alert import Delivery, DeliveryState
from backend.domain.event import Event, EventKind
from backend.domain.subject import Side
from backend.services.alerts import queue_deliveries, raise_report_news, raise_shared_news
from backend.services.collaborators import Collaborators
from backend.services.deliveries import parcel_of, retry_delivery, settle_delivery
from backend.services.models import Rules, renew_if_outgrown, rules_of
from backend.services.rescoring import rescore_page
from backend.services.scoring import score_families, score_registrations
from backend.services.sealing import seal_waiting
from backend.services.suggestions import ask_for_suggestions, suggest_duplicates
from backend.store.feed import TooFarBehindError
from backend.store.records import Session
from backend.store.work import (
    Claim,
    Due,
    LostClaimError,
    claim,
    claim_alike,
    come_back,
    finish,
    give_back,
    park,
    postpone,
)
from notifications.channel import Channel, Outcome, State
from notifications.messages import Message
from notifications.web_push import Subscription

MOST_ATTEMPTS = 8
"""With pauses that double from a second, about four minutes; then an operator is needed."""
LONGEST_PAUSE_SECONDS = 120.0
POLL_SECONDS = 2.0
"""The safety net under the change stream, and how late a pause may end."""

Handler = Callable[[Collaborators, Sequence[Event], Session], Awaitable[timedelta | None]]
"""Does what follows from events of one kind, or a part of it: then it says how soon to come back for the rest."""

MOST_AT_ONCE = 16
"""Events of one kind in one transaction: what the ways to the database cost is shared by then, and to do all of it
again, should another transaction be in the way, takes a fraction of a second.
"""

SEEN_BEFORE_A_LOOK = 20_000
"""New objects before the collector looks at them; Python's own 700 are a fraction of one report's candidates."""

MOST_RINGS = 100
"""Rings remembered while everybody is busy; more would say nothing new."""


@dataclass(frozen=True, slots=True)
class Bell:
    """Wakes one sleeper for each ring; a ring while nobody sleeps is remembered, so that none is ever missed."""

    rings: asyncio.Queue[None] = field(default_factory=lambda: asyncio.Queue(MOST_RINGS))

    def ring(self) -> None:
        if not self.rings.full():
            self.rings.put_nowait(None)

    async def wait(self, seconds: float) -> None:
        """Sleep until the next ring, or for so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self.rings.get()
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True)
class Worker:
    """`concurrency` transactions of events, and as many deliveries, are handled at a time, each under a lease."""

    use: Collaborators
    push: Channel[Subscription]
    concurrency: int
    lease: timedelta
    event_bell: Bell = field(default_factory=Bell)
    delivery_bell: Bell = field(default_factory=Bell)
    due_events: Due = field(default_factory=Due)
    due_deliveries: Due = field(default_factory=Due)
    told_of: set[str] = field(default_factory=set)
    """The entries of the audit log that cannot be sealed, of which the log has been told."""


async def _score_new_registrations(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for rules, here in await _by_incident(use, events, session):
        await _score_and_ask(use, rules, here, session)
        await renew_if_outgrown(use, rules, [event.id for event in here], session)


async def _score_registrations(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for rules, here in await _by_incident(use, events, session):
        await _score_and_ask(use, rules, here, session)


async def _score_and_ask(use: Collaborators, rules: Rules, events: Sequence[Event], session: Session) -> None:
    there = await score_registrations(use, rules, [event.subject_id for event in events], session)
    await ask_for_suggestions(use, [event for event in events if event.subject_id in there], session)


async def _score_reports(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for rules, here in await _by_incident(use, events, session):
        families = {event.family_id for event in here if event.family_id is not None}
        await score_families(use, rules, sorted(families), session)
        await ask_for_suggestions(use, here, session)


async def _suggest_duplicates(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for rules, here in await _by_incident(use, events, session):
        for side in Side:
            ids = [event.subject_id for event in here if (event.report_id is None) is (side is Side.REGISTRATION)]
            if ids:
                await suggest_duplicates(use, rules, side, ids, session)


async def _by_incident(
    use: Collaborators, events: Sequence[Event], session: Session
) -> list[tuple[Rules, Sequence[Event]]]:
    """The events of each incident that is there, with its rules."""
    incidents: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.incident_id is not None:
            incidents[event.incident_id].append(event)
    found = [(await rules_of(use, one, session), here) for one, here in incidents.items()]
    return [(rules, here) for rules, here in found if rules is not None]


async def _rescore_incident(use: Collaborators, events: Sequence[Event], session: Session) -> timedelta | None:
    (event,) = events
    return await rescore_page(use, event.subject_id, event.id, session)


async def _tell_linked_families(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for event in events:
        await raise_shared_news(use, event, session)


async def _tell_families(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for event in events:
        await raise_report_news(use, event, session)


async def _queue_deliveries(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for event in events:
        await queue_deliveries(use, event.subject_id, session)


HANDLERS: Mapping[EventKind, Handler] = MappingProxyType({
    EventKind.PERSON_REGISTERED: _score_new_registrations,
    EventKind.REGISTRATION_UPDATED: _score_registrations,
    EventKind.REGISTRATION_MOVED: _score_registrations,
    EventKind.REPORT_FILED: _score_reports,
    EventKind.REPORT_UPDATED: _score_reports,
    EventKind.REPORT_WITHDRAWN: _score_reports,
    EventKind.MATCH_LIKELY: _tell_families,
    EventKind.MATCH_CONFIRMED: _tell_families,
    EventKind.MATCH_UNDONE: _score_reports,
    EventKind.DUPLICATES_DUE: _suggest_duplicates,
    EventKind.DECISION_SHARED: _tell_linked_families,
    EventKind.ALERT_RAISED: _queue_deliveries,
    EventKind.RESCORING_STARTED: _rescore_incident,
})  # fmt: skip


AT_ONCE = MappingProxyType({
    kind.value: 1 if kind is EventKind.RESCORING_STARTED else MOST_AT_ONCE for kind in HANDLERS
})  # fmt: skip
"""How many events of a kind are handled together. A page of a rescoring is many already."""


def spare_garbage_collection() -> None:
    """Keep Python's collector from looking through the tables of names again and again.

    They live as long as the process; one look through all of them took 150 ms, in the middle of scoring a report.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SEEN_BEFORE_A_LOOK, 50, 100)


@asynccontextmanager
async def running_worker(worker: Worker) -> AsyncIterator[None]:
    """Work while the context is open; what is being handled when it closes is due again when its lease ends."""
    tasks = [asyncio.create_task(_ring_on_events(worker), name="worker-bell")]
    tasks.append(asyncio.create_task(_repeat(Bell(), lambda: _seal_audit(worker)), name="worker-audit"))
    for number in range(worker.concurrency):
        handling = _repeat(worker.event_bell, lambda: _handle_next_events(worker))
        sending = _repeat(worker.delivery_bell, lambda: _send_next_delivery(worker))
        tasks.append(asyncio.create_task(handling, name=f"worker-event-{number}"))
        tasks.append(asyncio.create_task(sending, name=f"worker-delivery-{number}"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ring_on_events(worker: Worker) -> None:
    while True:
        async with worker.use.feed.listen() as listener:
            try:
                while True:
                    event = await listener.next()
                    if event.kind in HANDLERS:
                        worker.event_bell.ring()
            except TooFarBehindError:
                worker.event_bell.ring()


async def _repeat(bell: Bell, work: Callable[[], Awaitable[bool]]) -> None:
    """Work while there is something to do, then wait for the bell or, at the latest, the next poll."""
    log = structlog.get_logger("worker")
    while True:
        try:
            busy = await work()
        except Exception as error:  # noqa: BLE001 (the database may be away: the loop outlives it)
            log.warning("worker_interrupted", error=type(error).__name__)
            busy = False
        if not busy:
            await bell.wait(POLL_SECONDS)


async def _handle_next_events(worker: Worker) -> bool:
    """Handle the event that has been due longest, and others of its kind with it; False where none is due.

    Events that fail together are given back, to be handled one by one: one that fails is not the others' fault.
    """
    use = worker.use
    claimed = await claim_alike(use.store.events, use.clock(), worker.lease, use.new_id(), worker.due_events, AT_ONCE)
    if not claimed:
        return False
    first = claimed[0]
    if first.attempts > MOST_ATTEMPTS:
        # Nobody lived to set it back: it may be what ends the process.
        await park(use.store.events, first, use.clock(), "Never finished")
        return True
    handler = HANDLERS[first.record.kind]

    async def write(session: Session) -> None:
        pause = await handler(use, [one.record for one in claimed], session)
        if pause is None:
            await finish(use.store.events, claimed, session)
        else:
            await come_back(use.store.events, claimed, use.clock() + pause, session)

    try:
        await use.store.transact(write)
    except Exception as error:  # noqa: BLE001 (a failure is counted and tried again, whatever it is)
        with suppress(LostClaimError):
            if len(claimed) > 1:
                structlog.get_logger("worker").warning(
                    "events_parted", kind=first.record.kind.value, count=len(claimed), error=type(error).__name__
                )
                await give_back(use.store.events, claimed, use.clock())
            elif not isinstance(error, LostClaimError):
                await _set_back(worker, first, error)
        return True
    if first.record.kind is EventKind.ALERT_RAISED:
        for _ in claimed:  # one sender is woken by each ring
            worker.delivery_bell.ring()
    return True


async def _seal_audit(worker: Worker) -> bool:
    """Seal what waits in the audit log; False where that is all for now."""
    sealed = await seal_waiting(worker.use)
    for entry_id in sealed.refused - worker.told_of:
        structlog.get_logger("worker").error("audit_entry_altered", entry_id=entry_id)
    worker.told_of.update(sealed.refused)
    return sealed.more


async def _set_back(worker: Worker, claimed: Claim[Event], error: Exception) -> None:
    use = worker.use
    name = type(error).__name__
    log = structlog.get_logger("worker")
    if claimed.attempts >= MOST_ATTEMPTS:
        log.error("event_parked", event_id=claimed.record.id, kind=claimed.record.kind.value, error=name)
        await park(use.store.events, claimed, use.clock(), name)
        return
    pause = min(2.0 ** (claimed.attempts - 1), LONGEST_PAUSE_SECONDS) * random.uniform(0.5, 1.5)  # noqa: S311 (spreads retries)
    log.warning("event_postponed", event_id=claimed.record.id, kind=claimed.record.kind.value, error=name)
    await postpone(use.store.events, claimed, use.clock() + timedelta(seconds=pause), name)


async def _send_next_delivery(worker: Worker) -> bool:
    """Send one delivery that is due; False where none is."""
    use = worker.use
    claimed = await claim(use.store.deliveries, use.clock(), worker.lease, use.new_id(), worker.due_deliveries)
    if claimed is None:
        return False
    parcel = await parcel_of(use, claimed.record)
    if parcel is None:
        await settle_delivery(use, claimed, DeliveryState.GONE, "The device was taken off.")
        return True
    left = int((claimed.record.expires_at - use.clock()).total_seconds())
    message = Message(
        kind=parcel.alert.kind.value, id=parcel.alert.subject_id, language=parcel.device.language, ttl=max(left, 0)
    )
    target = Subscription(parcel.device.endpoint, parcel.device.public_key, parcel.device.auth_secret)
    try:
        outcome = await worker.push.send(target, message)
    except Exception as error:  # noqa: BLE001 (a channel reports failures; what it did not foresee is tried again)
        structlog.get_logger("worker").error(
            "delivery_failed", delivery_id=claimed.record.id, error=type(error).__name__
        )
        outcome = Outcome(State.RETRY, type(error).__name__)
    await _settle(worker, claimed, outcome)
    return True


_ENDINGS = {
    State.SENT: DeliveryState.SENT,
    State.GONE: DeliveryState.GONE,
    State.FAILED: DeliveryState.FAILED,
    State.EXPIRED: DeliveryState.EXPIRED,
}


async def _settle(worker: Worker, claimed: Claim[Delivery], outcome: Outcome) -> None:
    try:
        if outcome.state is State.RETRY:
            await retry_delivery(worker.use, claimed, outcome.detail, outcome.retry_after)
        else:
            await settle_delivery(worker.use, claimed, _ENDINGS[outcome.state], outcome.detail)
    except LostClaimError:
        structlog.get_logger("worker").warning("delivery_taken_over", delivery_id=claimed.record.id)
