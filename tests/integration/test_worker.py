"""The worker: every event once, under a lease; failures counted, backed off and parked; woken by the change stream."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.event import SYSTEM, WORKED, Event, EventKind
from backend.services.collaborators import Collaborators
from backend.services.parked import list_parked, retry_parked
from backend.services.scoring import read_ahead
from backend.store import events
from backend.store.feed import Feed
from backend.store.records import Session
from backend.store.work import Due, LostClaimError, WorkState, claim, claim_alike, finish, give_back, postpone
from backend.worker import HANDLERS, MOST_ATTEMPTS, Worker, running_worker
from tests.support.client import new_id
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.records import child
from tests.support.sending import silent_sender
from tests.support.snapshot import settled

LEASE = timedelta(seconds=30)


@pytest.fixture
async def idle(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A server without a worker."""
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        yield house


def worker_of(use: Collaborators, concurrency: int = 1) -> Worker:
    return Worker(use=use, sender=silent_sender(use, LEASE), concurrency=concurrency, lease=LEASE)


async def write(use: Collaborators, count: int = 1) -> list[str]:
    """Events that the worker has to look at, of registrations that are not there: nothing follows from them."""
    new = [
        Event(id=new_id(), kind=EventKind.PERSON_REGISTERED, subject_id=new_id(), actor_id=SYSTEM, at=use.clock())
        for _ in range(count)
    ]

    async def append(session: Session) -> None:
        await events.append(use.store, session, *new)

    await use.store.transact(append)
    return [event.id for event in new]


async def works(use: Collaborators) -> list[dict[str, Any]]:
    return [document["work"] async for document in use.store.events.collection.find().sort("_id", 1)]


async def until(condition: Callable[[list[dict[str, Any]]], bool], use: Collaborators) -> list[dict[str, Any]]:
    async with asyncio.timeout(15):
        found = await works(use)
        while not condition(found):
            await asyncio.sleep(0.01)
            found = await works(use)
        return found


def all_done(found: list[dict[str, Any]]) -> bool:
    return all(work["state"] == "DONE" for work in found)


def test_there_is_a_handler_for_every_kind_of_event_that_waits_for_one() -> None:
    assert HANDLERS.keys() == WORKED


async def test_two_workers_side_by_side_handle_each_event_once(idle: House) -> None:
    await write(idle.use, 60)
    async with running_worker(worker_of(idle.use, 4)), running_worker(worker_of(idle.use, 4)):
        done = await until(all_done, idle.use)
    assert [work["attempts"] for work in done] == [1] * 60


async def test_an_event_is_claimed_by_one_at_a_time_and_in_the_order_in_which_it_was_due(idle: House) -> None:
    use, store = idle.use, idle.use.store.events
    written = [(await write(use))[0] for _ in range(3)]
    now = use.clock() + timedelta(seconds=1)
    claims = await asyncio.gather(*(claim(store, now, LEASE, f"worker {number}") for number in range(5)))
    assert sorted(one.record.id for one in claims if one is not None) == sorted(written)
    assert await claim(store, now + LEASE - timedelta(seconds=1), LEASE, "too early") is None


async def test_what_is_due_of_one_kind_is_claimed_together_up_to_a_bound(idle: House) -> None:
    use, due = idle.use, Due()
    written = await write(use, 5)
    later = replace(use, clock=lambda: idle.use.clock() + timedelta(seconds=1))
    other = Event(id=new_id(), kind=EventKind.REPORT_FILED, subject_id="1", actor_id=SYSTEM, at=later.clock())
    await use.store.transact(lambda session: events.append(use.store, session, other))
    now = later.clock() + timedelta(seconds=1)
    bounds = {EventKind.PERSON_REGISTERED.value: 3, EventKind.REPORT_FILED.value: 3}
    claims = [await claim_alike(use.store.events, now, LEASE, str(number), due, bounds) for number in range(4)]
    assert [len(one) for one in claims] == [3, 2, 1, 0]
    assert sorted(claim.record.id for one in claims[:2] for claim in one) == sorted(written)
    assert claims[2][0].record == other


async def test_what_was_tried_before_is_claimed_alone(idle: House) -> None:
    use, bounds = idle.use, {EventKind.PERSON_REGISTERED.value: 16}
    await write(use, 3)
    now = use.clock() + timedelta(seconds=1)
    together = await claim_alike(use.store.events, now, LEASE, "killed", Due(), bounds)
    assert len(together) == 3
    fresh = await write(use, 2)
    due, later = Due(), now + LEASE
    claims = [await claim_alike(use.store.events, later, LEASE, str(number), due, bounds) for number in range(4)]
    assert sorted(len(one) for one in claims) == [1, 1, 1, 2]
    assert {claim.record.id for one in claims if len(one) == 2 for claim in one} == set(fresh)


async def test_what_another_has_taken_meanwhile_is_not_claimed_with_the_rest(idle: House) -> None:
    use, bounds = idle.use, {EventKind.PERSON_REGISTERED.value: 16}
    await write(use, 3)
    now, due = use.clock() + timedelta(seconds=1), Due()
    due.page.extend([document async for document in use.store.events.collection.find().sort("_id", 1)])
    taken = await claim(use.store.events, now, LEASE, "another")
    assert taken is not None
    rest = await claim_alike(use.store.events, now, LEASE, "late", due, bounds)
    assert len(rest) == 2
    assert taken.record.id not in {one.record.id for one in rest}


async def test_of_work_done_together_nothing_is_kept_where_a_part_was_lost(idle: House) -> None:
    use, bounds = idle.use, {EventKind.PERSON_REGISTERED.value: 16}
    await write(use, 2)
    claims = await claim_alike(use.store.events, use.clock() + timedelta(seconds=1), LEASE, "slow", Due(), bounds)
    quick = await claim(use.store.events, use.clock() + 2 * LEASE, LEASE, "quick")
    assert quick is not None
    with pytest.raises(LostClaimError):
        await use.store.transact(lambda session: finish(use.store.events, claims, session))
    assert [work["state"] for work in await works(use)] == ["WAITING", "WAITING"]
    with pytest.raises(LostClaimError):
        await give_back(use.store.events, claims, use.clock())
    held = {work["claim"] for work in await works(use)}
    assert held == {"quick", "slow, let go"}


async def test_what_somebody_waits_for_goes_before_all_that_was_due_earlier(idle: House) -> None:
    use, store = idle.use, idle.use.store.events
    await write(use, 5)
    alert = Event(id=new_id(), kind=EventKind.ALERT_RAISED, subject_id="1", actor_id=SYSTEM, at=use.clock())
    await use.store.transact(lambda session: events.append(use.store, session, alert))
    first = await claim(store, use.clock(), LEASE, "first")
    assert first is not None
    assert first.record == alert


async def test_what_a_dead_worker_held_is_taken_over_when_its_lease_ends_and_not_before(idle: House) -> None:
    use = idle.use
    await write(use)
    held = await claim(use.store.events, use.clock(), LEASE, "dead")
    assert held is not None
    until_then = worker_of(use)
    async with running_worker(until_then):
        await ring(until_then)
        assert (await works(use))[0]["state"] == "WAITING"
    later = replace(use, clock=lambda: idle.use.clock() + LEASE)
    async with running_worker(worker_of(later)):
        (work,) = await until(all_done, use)
    assert work["attempts"] == 2


async def test_who_lost_the_claim_keeps_none_of_its_effects(idle: House) -> None:
    use = idle.use
    await write(use)
    slow = await claim(use.store.events, use.clock(), LEASE, "slow")
    quick = await claim(use.store.events, use.clock() + LEASE, LEASE, "quick")
    assert slow is not None
    assert quick is not None
    effect = Event(id=new_id(), kind=EventKind.MATCH_PROPOSED, subject_id="1", actor_id=SYSTEM, at=use.clock())

    async def by_the_slow_one(session: Session) -> None:
        await events.append(use.store, session, effect)
        await finish(use.store.events, [slow], session)

    with pytest.raises(LostClaimError):
        await use.store.transact(by_the_slow_one)
    assert await use.store.events.get(effect.id) is None

    async def by_the_quick_one(session: Session) -> None:
        await events.append(use.store, session, effect)
        await finish(use.store.events, [quick], session)

    await use.store.transact(by_the_quick_one)
    assert await use.store.events.get(effect.id) is not None


@pytest.mark.parametrize("ending", ["finished", "postponed"])
async def test_what_was_let_go_is_not_claimed_by_who_looked_before(idle: House, ending: str) -> None:
    use, store = idle.use, idle.use.store.events
    await write(use)
    slow = await claim(store, use.clock(), LEASE, "slow")
    assert slow is not None
    due, later = Due(), use.clock() + LEASE
    looked = await claim(store, later, LEASE, "looked", due)
    assert looked is not None
    # As if it had looked, and not claimed yet, when the slow one was done.
    await store.collection.update_one({"_id": slow.record.id}, {"$set": {"work.claim": "slow"}})
    due.page.append(await store.collection.find_one({"_id": slow.record.id}) or {})
    if ending == "finished":
        await use.store.transact(lambda session: finish(store, [slow], session))
    else:
        await postpone(store, slow, later + LEASE, "A test")
    before = await works(use)
    assert await claim(store, later, LEASE, "late", due) is None
    assert await works(use) == before


@dataclass
class Clock:
    """A clock that stands still until the test moves it on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


async def ring(worker: Worker) -> None:
    worker.event_bell.ring()


@asynccontextmanager
async def a_broken_registration(house: House) -> AsyncIterator[str]:
    """A registration whose profile was lost, so that scoring it fails every time; the id of its event."""
    scene = await set_scene(house)
    made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    await house.use.store.registrations.collection.update_one({"_id": made["id"]}, {"$rename": {"profile": "lost"}})
    event = await house.use.store.events.find_one({"kind": "PERSON_REGISTERED"})
    assert event is not None
    yield event.id
    await house.use.store.registrations.collection.update_one({"_id": made["id"]}, {"$rename": {"lost": "profile"}})


async def test_what_keeps_failing_is_tried_ever_more_seldom_then_parked_listed_and_freed(idle: House) -> None:
    async with a_broken_registration(idle) as event_id:
        clock = Clock(idle.use.clock() + timedelta(seconds=1))
        use = replace(idle.use, clock=clock)
        worker = worker_of(use)
        pauses = []
        async with running_worker(worker):
            for attempt in range(1, MOST_ATTEMPTS):
                failed = await failure(worker, event_id, attempt)
                pauses.append((failed["dueAt"] - clock.now).total_seconds())
                clock.now = failed["dueAt"]
            parked = await failure(worker, event_id, MOST_ATTEMPTS)
        assert parked["state"] == WorkState.PARKED.value
        assert all(0.5 * 2**number <= pause <= 1.5 * 2**number for number, pause in enumerate(pauses))
        (row,) = await list_parked(use)
        assert (row.id, row.kind, row.attempts, row.error) == (event_id, "PERSON_REGISTERED", MOST_ATTEMPTS, "KeyError")
        assert row.since == clock.now
        assert await retry_parked(use, ["another"]) == 0
        assert await list_parked(use) == [row]
    assert await retry_parked(use, [event_id]) == 1
    async with running_worker(worker_of(use)):
        await until(all_done, use)
    assert await list_parked(use) == []


async def failure(worker: Worker, event_id: str, attempt: int) -> dict[str, Any]:
    """The event's work once this attempt has failed; what failed is wiped out, to see the next failure."""
    collection = worker.use.store.events.collection
    async with asyncio.timeout(15):
        while True:
            await ring(worker)
            failed: dict[str, Any] | None = await collection.find_one_and_update(
                {"_id": event_id, "work.attempts": attempt, "work.error": {"$exists": True}},
                {"$unset": {"work.error": ""}} if attempt < MOST_ATTEMPTS else {"$set": {"seen": True}},
            )
            if failed is not None:
                return dict(failed["work"])
            await asyncio.sleep(0.01)


async def test_a_worker_that_stops_gives_back_what_it_holds(idle: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held = asyncio.Event()

    async def never_ends(_use: Collaborators, _events: Sequence[Event], _session: Session) -> None:
        held.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("backend.worker.HANDLERS", {**HANDLERS, EventKind.PERSON_REGISTERED: never_ends})
    monkeypatch.setattr("backend.store.database.ANSWER_WITHIN_MILLISECONDS", 100)
    use, written = idle.use, await write(idle.use, 5)
    async with running_worker(worker_of(use)), asyncio.timeout(10):
        await held.wait()
    assert [(work["state"], work["attempts"]) for work in await works(use)] == [("WAITING", 1)] * 5
    now, due = use.clock() + timedelta(seconds=1), Due()
    again = [await claim(use.store.events, now, LEASE, "another", due) for _ in written]
    assert sorted(one.record.id for one in again if one is not None) == sorted(written)


async def test_who_is_to_be_found_is_read_before_the_first_event_is_taken(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    use, incident_id = idle.use, (await set_scene(idle)).incident_id
    began, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(use: Collaborators) -> None:
        began.set()
        await goes_on.wait()
        await read_ahead(use)

    monkeypatch.setattr("backend.worker.read_ahead", slowly)
    await write(use)
    async with running_worker(worker_of(use)), asyncio.timeout(10):
        await began.wait()
        looks = [work.get("attempts", 0) for _ in range(20) for work in await works(use)]
        assert set(looks) == {0}
        goes_on.set()
        await until(all_done, use)
    assert {(side, incident_id) for side in ("registrations", "reports")} <= use.store.key_indexes._followed.keys()  # noqa: SLF001 (what was read is seen from nowhere else)


async def test_one_event_that_fails_keeps_no_other_waiting(idle: House) -> None:
    async with a_broken_registration(idle) as event_id:
        written = set(await write(idle.use, 5))
        async with running_worker(worker_of(idle.use)), asyncio.timeout(10):
            done: dict[str, int] = {}
            while not written <= done.keys():
                found = idle.use.store.events.collection.find({"work.state": "DONE", "kind": "PERSON_REGISTERED"})
                done = {one["_id"]: one["work"]["attempts"] async for one in found}
                await asyncio.sleep(0.01)
        assert event_id not in done
        assert set(done.values()) == {2}, "tried together, and then alone"


async def test_the_change_stream_wakes_the_worker_long_before_it_would_look_by_itself(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.worker.POLL_SECONDS", 3600.0)
    use = scene.house.use
    await settled(use.store)
    for _ in range(3):
        await write(use)
        await until(all_done, use)


async def test_with_the_change_stream_off_the_worker_still_finds_what_is_due(idle: House) -> None:
    deaf = replace(idle.use, feed=Feed())
    worker = worker_of(deaf)
    async with running_worker(worker):
        await write(deaf)
        await until(all_done, deaf)


async def test_a_worker_that_stops_leaves_nothing_half_done(idle: House) -> None:
    await write(idle.use, 40)
    async with running_worker(worker_of(idle.use, 4)):
        await until(lambda found: any(work["state"] == "DONE" for work in found), idle.use)
    later = replace(idle.use, clock=lambda: idle.use.clock() + LEASE)
    async with running_worker(worker_of(later, 4)):
        done = await until(all_done, idle.use)
    assert len(done) == 40
