"""The live feed: one change stream over the event log for a whole process, shared by the worker and all subscribers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from pymongo.errors import OperationFailure, PyMongoError

from backend.domain.event import Event
from backend.store.codec import from_document
from backend.store.database import Store

BEHIND_AT_MOST = 1000
"""A subscriber this many events behind is let go: it must read the present state anew."""
RETRY_SECONDS = 0.5


class TooFarBehindError(Exception):
    """The subscriber was too slow, or the stream was interrupted: read the present state, then listen again."""


@dataclass(slots=True, eq=False)
class Listener:
    """Events for one subscriber, in the order of the log; None in the queue wakes a subscriber that was lost."""

    waiting: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(BEHIND_AT_MOST))
    lost: bool = False

    def offer(self, event: Event) -> None:
        if self.waiting.full():
            self.lost = True
        else:
            self.waiting.put_nowait(event)

    def lose(self) -> None:
        self.lost = True
        if not self.waiting.full():
            self.waiting.put_nowait(None)

    async def next(self) -> Event:
        """Wait for the next event.

        Raises: TooFarBehindError.
        """
        event = None if self.lost else await self.waiting.get()
        if event is None:
            raise TooFarBehindError
        return event


@dataclass(slots=True, eq=False)
class Feed:
    """Who is listening in this process."""

    listeners: set[Listener] = field(default_factory=set)
    live: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Listener]:
        listener = Listener()
        self.listeners.add(listener)
        try:
            yield listener
        finally:
            self.listeners.discard(listener)

    def tell(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener.offer(event)


async def follow(store: Store, feed: Feed) -> None:
    """Read the change stream until cancelled, resuming after each interruption where it was cut off."""
    log = structlog.get_logger("feed")
    token: Any = None
    inserts = [{"$match": {"operationType": "insert"}}]
    while True:
        try:
            async with store.events.collection.watch(inserts, resume_after=token) as stream:
                token = stream.resume_token or token  # a place to resume from before the first event, too
                feed.live.set()
                async for change in stream:
                    token = change["_id"]
                    feed.tell(from_document(Event, change["fullDocument"]))
        except OperationFailure as error:
            # The place to resume from is gone (the log was cut, or the database was restored): what was
            # missed cannot be known, so every listener reads the present state anew.
            log.warning("feed_restarted", code=error.code)
            token = None
            for listener in tuple(feed.listeners):
                listener.lose()
        except PyMongoError as error:
            log.warning("feed_interrupted", error=type(error).__name__)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # An event of a newer release, which this one cannot read: the feed goes on behind it.
            log.warning("feed_passed_over", error=type(error).__name__)
        feed.live.clear()
        await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def live_feed(store: Store) -> AsyncIterator[Feed]:
    """A feed that is followed for as long as the context is open."""
    feed = Feed()
    task = asyncio.create_task(follow(store, feed), name="feed")
    try:
        yield feed
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
