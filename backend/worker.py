"""The worker: takes events that are due, and does what follows from them; the sender runs beside it."""

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

from backend.domain.event import Event, EventKind
from backend.domain.subject import Side
from backend.sender import POLL_SECONDS, Bell, Sender, running_sender
from backend.services.alerts import queue_deliveries, raise_question, raise_report_news, raise_shared_news
from backend.services.area_alerts import end_of_found
from backend.services.area_rounds import queue_round
from backend.services.collaborators import Collaborators
from backend.services.destroying import begin_what_is_due, destroy_page
from backend.services.escalation import (
    await_answer,
    await_family,
    await_review,
    escalate,
    expect_back,
    follow_moved_children,
)
from backend.services.map_rebuilding import tend_map
from backend.services.models import Rules, renew_if_outgrown, rules_of
from backend.services.rescoring import rescore_page
from backend.services.scoring import read_ahead, score_families, score_registrations
from backend.services.sealing import seal_waiting
from backend.services.suggestions import ask_for_suggestions, suggest_duplicates
from backend.store.feed import TooFarBehindError
from backend.store.map import MAPPED
from backend.store.records import Session
from backend.store.stopping import stop
from backend.store.work import Claim, Due, LostClaimError, claim_alike, come_back, finish, give_back, park, postpone

MOST_ATTEMPTS = 8
"""With pauses that double from a second, about four minutes; then an operator is needed."""
LONGEST_PAUSE_SECONDS = 120.0
MAP_PAUSE_SECONDS = 0.1
RETENTION_PAUSE_SECONDS = 600.0
"""Retention counts in days."""

Handler = Callable[[Collaborators, Sequence[Event], Session], Awaitable[timedelta | None]]
"""Does what follows from events of one kind, or a part of it: then it says how soon to come back for the rest."""

MOST_AT_ONCE = 16
"""Events of one kind in one transaction: what the ways to the database cost is shared by then, and to do all of it
again, should another transaction be in the way, takes a fraction of a second.
"""

SEEN_BEFORE_A_LOOK = 20_000
"""New objects before the collector looks at them; Python's own 700 are a fraction of one report's candidates."""


@dataclass(frozen=True, slots=True)
class Worker:
    """`concurrency` transactions of events are handled at a time, each event under a lease."""

    use: Collaborators
    sender: Sender
    concurrency: int
    lease: timedelta
    event_bell: Bell = field(default_factory=Bell)
    escalation_bell: Bell = field(default_factory=lambda: Bell(asyncio.Queue(1)))
    map_bell: Bell = field(default_factory=lambda: Bell(asyncio.Queue(1)))
    due_events: Due = field(default_factory=Due)
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
        await score_families(use, rules, _families(here), session)
        await ask_for_suggestions(use, here, session)


async def _score_sighted(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for rules, here in await _by_incident(use, events, session):
        await score_families(use, rules, _families(here), session)


def _families(events: Sequence[Event]) -> list[str]:
    return sorted({event.family_id for event in events if event.family_id is not None})


async def _score_moved(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    await follow_moved_children(use, events, session)
    await _score_registrations(use, events, session)


async def _score_left(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    """What somebody has let go of waits anew, unless its score has fallen meanwhile."""
    await await_review(use, events, session)
    await _score_sighted(use, events, session)


async def _score_undone(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    await await_review(use, events, session)
    await _score_reports(use, events, session)


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


async def _destroy(use: Collaborators, events: Sequence[Event], session: Session) -> timedelta | None:
    (event,) = events
    return await destroy_page(use, event.subject_id, session)


async def _tell_linked_families(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for event in events:
        await raise_shared_news(use, event, session)
        await end_of_found(use, event, session)


async def _tell_families(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for event in events:
        await raise_report_news(use, event, session)


async def _tell_asked_families(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    for event in events:
        await raise_question(use, event, session)
    await await_family(use, events, session)


async def _queue_deliveries(use: Collaborators, events: Sequence[Event], session: Session) -> timedelta | None:
    pauses = [await queue_deliveries(use, event.subject_id, session) for event in events]
    return max((pause for pause in pauses if pause is not None), default=None)


async def _queue_area(use: Collaborators, events: Sequence[Event], session: Session) -> timedelta | None:
    (event,) = events
    return await queue_round(use, event.id, session)


async def _tell_of_found(use: Collaborators, events: Sequence[Event], session: Session) -> None:
    await _tell_families(use, events, session)
    for event in events:
        await end_of_found(use, event, session)


HANDLERS: Mapping[EventKind, Handler] = MappingProxyType({
    EventKind.PERSON_REGISTERED: _score_new_registrations,
    EventKind.REGISTRATION_UPDATED: _score_registrations,
    EventKind.REGISTRATION_MOVED: _score_moved,
    EventKind.REGISTRATION_CONFIRMED: _score_registrations,
    EventKind.REGISTRATION_DISMISSED: _score_registrations,
    EventKind.REGISTRATION_RESTORED: _score_registrations,
    EventKind.REPORT_FILED: _score_reports,
    EventKind.REPORT_UPDATED: _score_reports,
    EventKind.REPORT_WITHDRAWN: _score_reports,
    EventKind.REPORT_TAKEN_DOWN: _score_reports,
    EventKind.REPORT_RESTORED: _score_reports,
    EventKind.SIGHTING_LINKED: _score_sighted,
    EventKind.SIGHTING_REOPENED: _score_sighted,
    EventKind.MATCH_PROPOSED: await_review,
    EventKind.MATCH_RETURNED: await_review,
    EventKind.MATCH_REOPENED: await_review,
    EventKind.MATCH_CLAIMED: expect_back,
    EventKind.MATCH_LEFT: _score_left,
    EventKind.MATCH_LIKELY: _tell_families,
    EventKind.MATCH_CONFIRMED: _tell_of_found,
    EventKind.MATCH_UNDONE: _score_undone,
    EventKind.RECHECK_ASKED: await_answer,
    EventKind.DUPLICATES_DUE: _suggest_duplicates,
    EventKind.DECISION_SHARED: _tell_linked_families,
    EventKind.QUESTION_ASKED: _tell_asked_families,
    EventKind.ALERT_RAISED: _queue_deliveries,
    EventKind.AREA_ALERT_SENT: _queue_area,
    EventKind.AREA_ALERT_WIDENED: _queue_area,
    EventKind.RESCORING_STARTED: _rescore_incident,
    EventKind.DESTRUCTION_BEGUN: _destroy,
})  # fmt: skip


WAITING = frozenset({
    EventKind.MATCH_PROPOSED, EventKind.MATCH_RETURNED, EventKind.MATCH_REOPENED, EventKind.MATCH_LEFT,
    EventKind.MATCH_UNDONE, EventKind.RECHECK_ASKED, EventKind.REGISTRATION_MOVED,
})  # fmt: skip
"""After these, something waits for somebody, who is told at once."""
PAGED = frozenset({
    EventKind.RESCORING_STARTED, EventKind.AREA_ALERT_SENT, EventKind.AREA_ALERT_WIDENED, EventKind.DESTRUCTION_BEGUN,
})  # fmt: skip
QUEUEING = frozenset({EventKind.ALERT_RAISED, EventKind.AREA_ALERT_SENT, EventKind.AREA_ALERT_WIDENED})
AT_ONCE = MappingProxyType({
    kind.value: 1 if kind in PAGED else MOST_AT_ONCE for kind in HANDLERS
})  # fmt: skip
"""How many events of a kind are handled together. A page of a rescoring, or of an area, is many already."""


def spare_garbage_collection() -> None:
    """Keep Python's collector from looking through the tables of names again and again.

    They live as long as the process; one look through all of them took 150 ms, in the middle of scoring a report.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SEEN_BEFORE_A_LOOK, 50, 100)


@asynccontextmanager
async def running_worker(worker: Worker) -> AsyncIterator[None]:
    """Work while the context is open; what is being handled when it closes is given back, and due again at once.

    So is, when its lease ends, what a worker held that was killed.
    """
    tasks = [asyncio.create_task(_ring_on_events(worker), name="worker-bell")]
    tasks.append(asyncio.create_task(_repeat(Bell(), lambda: _seal_audit(worker)), name="worker-audit"))
    escalating = _repeat(worker.escalation_bell, lambda: escalate(worker.use))
    tasks.append(asyncio.create_task(escalating, name="worker-escalation"))
    tasks.append(asyncio.create_task(_repeat(worker.map_bell, lambda: _tend_map(worker)), name="worker-map"))
    tasks.append(asyncio.create_task(_repeat(Bell(), lambda: _mind_retention(worker.use)), name="worker-retention"))
    read = asyncio.create_task(_read_indexes(worker.use), name="worker-indexes")
    tasks.append(read)
    for number in range(worker.concurrency):
        handling = _handle_events(worker, read)
        tasks.append(asyncio.create_task(handling, name=f"worker-event-{number}"))
    try:
        async with running_sender(worker.sender):
            yield
    finally:
        await stop(tasks)


async def _read_indexes(use: Collaborators) -> None:
    """Read who is to be found, before the first event is taken: a transaction has no time for a million of them."""
    try:
        await read_ahead(use)
    except Exception as error:  # noqa: BLE001 (the database may be away: then those who look read for themselves)
        structlog.get_logger("worker").warning("indexes_not_read", error=type(error).__name__)


async def _handle_events(worker: Worker, read: "asyncio.Task[None]") -> None:
    await asyncio.wait([read])
    await _repeat(worker.event_bell, lambda: _handle_next_events(worker))


async def _ring_on_events(worker: Worker) -> None:
    while True:
        async with worker.use.feed.listen() as listener:
            try:
                while True:
                    event = await listener.next()
                    if event.kind in HANDLERS:
                        worker.event_bell.ring()
                    if event.kind in MAPPED:
                        worker.map_bell.ring()
            except TooFarBehindError:
                worker.event_bell.ring()
                worker.map_bell.ring()


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
    except asyncio.CancelledError:
        with suppress(Exception):  # it was kept already, or the database is away: then the lease has to end
            await give_back(use.store.events, claimed, use.clock())
        raise
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
    _ring_for_what_follows(worker, first.record.kind)
    return True


def _ring_for_what_follows(worker: Worker, kind: EventKind) -> None:
    if kind in QUEUEING:
        worker.sender.bell.ring()
    if kind in WAITING:
        worker.escalation_bell.ring()


async def _seal_audit(worker: Worker) -> bool:
    """Seal what waits in the audit log; False where that is all for now."""
    sealed = await seal_waiting(worker.use)
    for entry_id in sealed.refused - worker.told_of:
        structlog.get_logger("worker").error("audit_entry_altered", entry_id=entry_id)
    worker.told_of.update(sealed.refused)
    return sealed.more


async def _tend_map(worker: Worker) -> bool:
    """Count what was changed since, at most so often: what is changed in between is counted together."""
    more = await tend_map(worker.use)
    await asyncio.sleep(MAP_PAUSE_SECONDS)
    return more


async def _mind_retention(use: Collaborators) -> bool:
    await begin_what_is_due(use)
    await asyncio.sleep(RETENTION_PAUSE_SECONDS)
    return True


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
