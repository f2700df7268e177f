"""The live feed: one change stream over the event log for a whole process, shared by the worker and all subscribers."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from typing import Any
from uuid import uuid4

import structlog
from bson import Timestamp
from pymongo.errors import OperationFailure, PyMongoError

from backend.domain.event import Event
from backend.store.codec import from_document
from backend.store.database import Store
from backend.store.stopping import stop

BEHIND_AT_MOST = 1000
"""A subscriber with so many events untold is let go: it must read the present state anew."""
REMEMBERED = 5000
"""Events that a process keeps for those who were cut off: minutes of the busiest day there was."""
PAST_SECONDS = 120
"""How far back a process reads that has just started, so that those who were cut off by its start can go on."""
READ_PAST_SECONDS = 15.0
RETRY_SECONDS = 0.5
INSERTS = [{"$match": {"operationType": "insert"}}]
CAUGHT_UP_MILLISECONDS = 50
EMPTY_ANSWERS = 10
"""So many in a row say that the past ends there: one alone may come from a database that is busy looking."""


class TooFarBehindError(Exception):
    """The subscriber was too slow, or the stream was interrupted: read the present state, then listen again."""


def everything(_: Event) -> bool:
    return True


@dataclass(slots=True, eq=False)
class Listener:
    """Events for one subscriber, in the order of the log. Thousands wait: each is a few hundred bytes.

    Only what is `wanted` is queued, and only what is `about` a record is looked at, where one is named. The `bell`
    rings when there is something, or the subscriber was lost.
    """

    wanted: Callable[[Event], bool] = everything
    about: str | None = None
    waiting: list[Event] = field(default_factory=list)
    lost: bool = False
    bell: "asyncio.Future[None] | None" = None

    def offer(self, event: Event) -> None:
        if not self.wanted(event):
            return
        if len(self.waiting) == BEHIND_AT_MOST:
            self.lost = True
        else:
            self.waiting.append(event)
            self.ring()

    def lose(self) -> None:
        self.lost = True
        self.ring()

    def ring(self) -> None:
        if self.bell is not None and not self.bell.done():
            self.bell.set_result(None)

    async def next(self) -> Event:
        """Wait for the next event.

        Raises: TooFarBehindError.
        """
        while not self.waiting and not self.lost:
            await self._hear()
        return self._first()

    async def next_within(self, seconds: float) -> Event | None:
        """The next event, where it comes in time.

        Raises: TooFarBehindError.
        """
        if not self.waiting and not self.lost:
            timer = asyncio.get_running_loop().call_later(seconds, self.ring)
            try:
                await self._hear()
            finally:
                timer.cancel()
        return self._first() if self.waiting or self.lost else None

    async def _hear(self) -> None:
        self.bell = asyncio.get_running_loop().create_future()
        try:
            await self.bell
        finally:
            self.bell = None

    def _first(self) -> Event:
        if self.lost:
            raise TooFarBehindError
        return self.waiting.pop(0)

    def waiting_now(self) -> list[Event]:
        """Whatever else is there already.

        Raises: TooFarBehindError.
        """
        if self.lost:
            raise TooFarBehindError
        found, self.waiting = self.waiting, []
        return found


@dataclass(slots=True, eq=False)
class Feed:
    """Who is listening in this process, by the record that it is about, and what it has heard lately: every process
    hears the same, in the same order.

    `began` stands for the place before the first event that was heard, `first_moment` for its time in the database.
    """

    listeners: defaultdict[str | None, set[Listener]] = field(default_factory=lambda: defaultdict(set))
    live: asyncio.Event = field(default_factory=asyncio.Event)
    heard: deque[Event] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    began: str = field(default_factory=lambda: str(uuid4()))
    first_moment: Timestamp | None = None
    remembering: asyncio.Lock = field(default_factory=asyncio.Lock)
    past_is_known: bool = False

    @asynccontextmanager
    async def listen(
        self,
        wanted: Callable[[Event], bool] = everything,
        after: str | None = None,
        about: str | None = None,
    ) -> AsyncIterator[Listener]:
        """Hear what is wanted of all that follows; and first, of all that came `after` the event of this id.

        Where a record is named that all of it is `about` (an incident, a site or a family), nothing else is looked at:
        so each of thousands who listen costs nothing while others are told.

        Raises: TooFarBehindError where that event is not remembered.
        """
        listener = Listener(wanted, about)
        for missed in self.since(after):
            listener.offer(missed)
        self.listeners[about].add(listener)
        try:
            yield listener
        finally:
            self.listeners[about].discard(listener)
            if not self.listeners[about]:
                del self.listeners[about]

    @property
    def last(self) -> str:
        """The place behind all that was heard."""
        return self.heard[-1].id if self.heard else self.began

    def since(self, after: str | None) -> list[Event]:
        """What came after the event of this id; nothing where none is named.

        Raises: TooFarBehindError.
        """
        if after is None or (self.heard and after == self.heard[-1].id):
            return []
        if after == self.began and len(self.heard) < REMEMBERED:
            return list(self.heard)
        following = list(dropwhile(lambda event: event.id != after, self.heard))
        if not following:
            raise TooFarBehindError
        return following[1:]

    def remembers(self, after: str) -> bool:
        try:
            self.since(after)
        except TooFarBehindError:
            return False
        return True

    def tell(self, event: Event) -> None:
        self.heard.append(event)
        for about in {None, event.incident_id, event.site_id, event.from_site_id, event.family_id}:
            for listener in tuple(self.listeners.get(about, ())):
                listener.offer(event)

    def forget(self) -> None:
        """What was missed cannot be known: everybody reads the present state anew."""
        self.heard.clear()
        self.began, self.first_moment = str(uuid4()), None
        for listener in [one for listening in self.listeners.values() for one in listening]:
            listener.lose()


async def remember_past(store: Store, feed: Feed) -> None:
    """Once, read what happened shortly before this process began to listen: who was cut off from another goes on here.

    Where that cannot be read, nothing of it is known, and whoever was cut off then must load anew.
    """
    async with feed.remembering:
        until = feed.first_moment
        if feed.past_is_known or until is None:
            return
        feed.past_is_known = True
        past: deque[Event] = deque(maxlen=REMEMBERED)
        began = Timestamp(until.time - PAST_SECONDS, 0)
        with suppress(PyMongoError, TimeoutError):
            async with (
                asyncio.timeout(READ_PAST_SECONDS),
                await store.events.collection.watch(
                    INSERTS, start_at_operation_time=began, max_await_time_ms=CAUGHT_UP_MILLISECONDS
                ) as stream,
            ):
                empty = 0
                while empty < EMPTY_ANSWERS:
                    change = await stream.try_next()
                    if change is None:
                        empty += 1
                    elif change["clusterTime"] >= until:
                        break
                    else:
                        empty = 0
                        if (event := _event_of(change)) is not None:
                            past.append(event)
        if until == feed.first_moment:
            room = REMEMBERED - len(feed.heard)
            feed.heard.extendleft(islice(reversed(past), room))


async def follow(store: Store, feed: Feed) -> None:
    """Read the change stream until cancelled, resuming after each interruption where it was cut off."""
    log = structlog.get_logger("feed")
    token: Any = None
    while True:
        try:
            if feed.first_moment is None:
                feed.first_moment = await _moment_after_now(store)
            place = {"start_at_operation_time": feed.first_moment} if token is None else {"resume_after": token}
            async with await store.events.collection.watch(INSERTS, **place) as stream:
                token = stream.resume_token or token  # a place to resume from before the first event, too
                feed.live.set()
                while stream.alive:
                    change = await stream.try_next()
                    if change is not None:
                        token = change["_id"]
                        if (event := _event_of(change)) is not None:
                            feed.tell(event)
        except OperationFailure as error:
            # The place to resume from is gone: the log was cut, or the database was restored.
            log.warning("feed_restarted", code=error.code)
            token = None
            feed.forget()
        except PyMongoError as error:
            log.warning("feed_interrupted", error=type(error).__name__)
        feed.live.clear()
        await asyncio.sleep(RETRY_SECONDS)


def _event_of(change: Mapping[str, Any]) -> Event | None:
    """The event that was written; none, and passed over, where it is of a newer release and this one cannot read it."""
    try:
        return from_document(Event, change["fullDocument"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        structlog.get_logger("feed").warning("feed_passed_over", error=type(error).__name__)
        return None


async def _moment_after_now(store: Store) -> Timestamp:
    """The place in the database's own log behind all that is in it now."""
    now: Timestamp = (await store.client.admin.command("ping"))["operationTime"]
    return Timestamp(now.time, now.inc + 1)


@asynccontextmanager
async def live_feed(store: Store, feed: Feed) -> AsyncIterator[Feed]:
    """The feed, followed for as long as the context is open."""
    task = asyncio.create_task(follow(store, feed), name="feed")
    try:
        yield feed
    finally:
        await stop([task])
