"""The live feed: each event to each listener in order; who is too slow is told; a killed database loses none."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.domain.event import SYSTEM, Event, EventKind
from backend.store import events
from backend.store.database import Store, connect, is_away
from backend.store.embedded import embedded_database
from backend.store.embedded_folder import living_server
from backend.store.feed import BEHIND_AT_MOST, Feed, TooFarBehindError, live_feed
from backend.store.indexes import create_indexes
from backend.store.records import Session
from tests.support.ciphers import a_cipher
from tests.support.client import new_id
from tests.support.house import House
from tests.support.newer_release import an_event_of_a_newer_release

AT = datetime(2026, 9, 2, 12, tzinfo=UTC)


def news() -> Event:
    return Event(id=new_id(), kind=EventKind.SITE_ADDED, subject_id="1", actor_id=SYSTEM, at=AT)


async def write(store: Store, event: Event) -> str:
    async def append(session: Session) -> None:
        await events.append(store, session, event)

    await store.transact(append)
    return event.id


async def test_every_listener_hears_every_event_in_order(house: House) -> None:
    store = house.use.store
    async with house.use.feed.listen() as one, house.use.feed.listen() as other:
        written = [await write(store, news()) for _ in range(20)]
        async with asyncio.timeout(10):
            for listener in (one, other):
                assert [(await listener.next()).id for _ in written] == written


async def test_who_stopped_listening_is_kept_in_mind_no_more() -> None:
    feed = Feed()
    async with feed.listen():
        assert len(feed.listeners[None]) == 1
    assert not feed.listeners


async def test_a_listener_too_far_behind_is_told_at_once_and_the_others_hear_on() -> None:
    feed = Feed()
    async with feed.listen() as slow, feed.listen() as quick:
        for _ in range(BEHIND_AT_MOST + 1):
            feed.tell(news())
            assert (await quick.next()).kind is EventKind.SITE_ADDED
        with pytest.raises(TooFarBehindError):
            await slow.next()
        feed.tell(last := news())
        assert (await quick.next()).id == last.id
    async with feed.listen() as anew:
        feed.tell(last := news())
        assert (await anew.next()).id == last.id


async def test_a_listener_that_waits_is_woken_when_the_stream_was_cut() -> None:
    feed = Feed()
    async with feed.listen() as listener:
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        listener.lose()
        with pytest.raises(TooFarBehindError):
            await waiting


async def test_an_event_of_a_newer_release_does_not_silence_the_feed(house: House) -> None:
    store = house.use.store
    async with house.use.feed.listen() as listener:
        await store.events.collection.insert_one(an_event_of_a_newer_release())
        written = await write(store, news())
        async with asyncio.timeout(10):
            assert (await listener.next()).id == written


@asynccontextmanager
async def own_store(folder: Path) -> AsyncIterator[Store]:
    """A database of the test's own, to be killed."""
    async with embedded_database(folder, cache_size="64M") as database:
        store = connect(database.uri, "reunify", a_cipher())
        try:
            await create_indexes(store)
            yield store
        finally:
            await store.close()


async def write_as_soon_as_it_answers(store: Store, event: Event) -> str:
    async with asyncio.timeout(20):
        while True:
            try:
                return await write(store, event)
            except Exception as error:
                if not is_away(error):
                    raise
                await asyncio.sleep(0.05)


async def test_the_feed_goes_on_where_it_was_when_the_database_was_killed(tmp_path: Path) -> None:
    async with own_store(tmp_path) as store, live_feed(store, Feed()) as feed, feed.listen() as listener:
        await feed.live.wait()
        for _ in range(2):
            server = living_server(tmp_path / "database")
            assert server is not None
            os.kill(server.pid, signal.SIGKILL)
            # Before it ever heard an event in the first round; the write may be back before the feed is.
            written = [await write_as_soon_as_it_answers(store, news()) for _ in range(3)]
            async with asyncio.timeout(20):
                assert [(await listener.next()).id for _ in written] == written
