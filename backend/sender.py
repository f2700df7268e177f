"""The sender: works off each lane of deliveries by itself, so that a server that is down holds up no other."""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from backend.domain.alert import MANNERS, AlertKind, DeliveryState
from backend.domain.device import Device
from backend.services.collaborators import Collaborators
from backend.services.deliveries import Attempt, Parcel, parcels_of, settle_attempts
from backend.services.mailboxes import Reached, stop_token
from backend.services.objections import objection_token
from backend.store.codec import Document
from backend.store.lanes import claim_page, look
from backend.store.stopping import stop
from notifications.breaker import Breaker
from notifications.channel import Channel, Outcome, State
from notifications.mail import Mailbox
from notifications.messages import Message, Urgency
from notifications.web_push import Subscription
from notifications.webhook import Hook

POLL_SECONDS = 2.0
"""The safety net under the bell, and how late a pause may end."""
IN_FLIGHT = 100
"""Messages on their way by one lane. No more are claimed than are sent at once: no lease runs out in a queue."""
GATHER_SECONDS = 0.05
"""How long what has arrived waits for more, so that all of it is recorded in one transaction."""
MOST_RINGS = 100
"""Rings remembered while everybody is busy; more would say nothing new."""
STOP_PATH = "/stop-emails"
OBJECTION_PATH = "/not-me"


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
class Channels:
    """The ways there are to tell somebody. `mail` is None where no mail server is set up."""

    push: Channel[Subscription]
    webhook: Channel[Hook]
    mail: Channel[Mailbox] | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """`address` is the server's own, as people reach it. Rests go by `seconds`, and are spread by `chance`."""

    use: Collaborators
    channels: Channels
    address: str
    lease: timedelta
    in_flight: int = IN_FLIGHT
    seconds: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    bell: Bell = field(default_factory=Bell)
    lanes: dict[str, "_Lane"] = field(default_factory=dict)


@dataclass(slots=True)
class _Lane:
    """A lane while the process runs. `rung` says that something may have been queued since it was last looked at."""

    name: str
    breaker: Breaker
    rung: bool = True
    task: asyncio.Task[None] | None = None


@asynccontextmanager
async def running_sender(sender: Sender) -> AsyncIterator[None]:
    """Send while the context is open; what is on its way when it closes is due again when its lease ends."""
    watching = asyncio.create_task(_watch(sender), name="sender")
    try:
        yield
    finally:
        tasks = [watching, *(lane.task for lane in sender.lanes.values() if lane.task is not None)]
        await stop(tasks)


async def _watch(sender: Sender) -> None:
    """See to it that each lane is worked off, but those that rest."""
    while True:
        try:
            for record in await sender.use.store.lanes.find({}):
                lane = sender.lanes.get(record.id)
                if lane is None:
                    lane = sender.lanes[record.id] = _Lane(record.id, Breaker(sender.seconds, sender.chance))
                lane.rung = True
                if (lane.task is None or lane.task.done()) and lane.breaker.may_ask():
                    lane.task = asyncio.create_task(_work_off(sender, lane), name=f"lane {lane.name}")
        except Exception as error:  # noqa: BLE001 (the database may be away: the loop outlives it)
            structlog.get_logger("sender").warning("sender_interrupted", error=type(error).__name__)
        await sender.bell.wait(POLL_SECONDS)


async def _work_off(sender: Sender, lane: _Lane) -> None:
    """Send what is due in a lane until nothing is, or until its server has to rest."""
    sending: set[asyncio.Task[Attempt]] = set()
    try:
        await _keep_sending(sender, lane, sending)
    except Exception as error:  # noqa: BLE001 (as above: what was on its way is due again when its lease ends)
        structlog.get_logger("sender").warning("sender_interrupted", error=type(error).__name__)
    finally:
        for task in sending:
            task.cancel()


async def _keep_sending(sender: Sender, lane: _Lane, sending: set[asyncio.Task[Attempt]]) -> None:
    due, done = _Due(), list[Attempt]()
    while True:
        # What ended is recorded while more is claimed: both are waiting for the database more than anything.
        done = await _together(_start_more(sender, lane, due, sending), _settle(sender, done))
        if sending:
            finished, _ = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
            if len(finished) < len(sending):
                finished, _ = await asyncio.wait(sending, timeout=GATHER_SECONDS)
            sending.difference_update(finished)
            done += [task.result() for task in finished]
        if not done and (not (sending or due.page or lane.rung) or not (sending or lane.breaker.may_ask())):
            return


@dataclass(slots=True)
class _Due:
    """What was due in a lane when it was last looked at, and how far that look reached."""

    page: deque[Document] = field(default_factory=deque)
    reached: datetime | None = None


async def _together(starting: Awaitable[list[Attempt]], settling: Awaitable[None]) -> list[Attempt]:
    """What `starting` says, after both have ended, whatever becomes of one of them."""
    started, settled = await asyncio.gather(starting, settling, return_exceptions=True)
    if isinstance(settled, BaseException):
        raise settled
    if isinstance(started, BaseException):
        raise started
    return started


def _room(sender: Sender, lane: _Lane, on_their_way: int) -> int:
    """How many more may be sent now: by the half of what goes at once, so that the database is asked seldom."""
    if lane.breaker.tripped:
        return 1 if lane.breaker.may_ask() and not on_their_way else 0
    room = sender.in_flight - on_their_way
    return room if room * 2 >= sender.in_flight else 0


async def _start_more(sender: Sender, lane: _Lane, due: _Due, sending: set[asyncio.Task[Attempt]]) -> list[Attempt]:
    """Claim as many as may be sent now, and send them on their way; those that cannot be sent are done at once."""
    use, room = sender.use, _room(sender, lane, len(sending))
    if room and not due.page:
        lane.rung = False
        due.page, due.reached = await look(use.store, lane.name, use.clock(), due.reached)
    following = [due.page.popleft() for _ in range(min(room, len(due.page)))]
    claims = await claim_page(use.store, following, use.clock(), sender.lease, use.new_id())
    parcels, ended = await parcels_of(use, claims)
    sending.update(asyncio.create_task(_send(sender, lane, parcel)) for parcel in parcels)
    return ended


async def _settle(sender: Sender, attempts: list[Attempt]) -> None:
    if not attempts:
        return
    kept = await settle_attempts(sender.use, attempts, sender.chance)
    if kept < len(attempts):
        structlog.get_logger("sender").warning("deliveries_taken_over", count=len(attempts) - kept)


_ENDINGS = {
    State.SENT: DeliveryState.SENT,
    State.RETRY: DeliveryState.RETRYING,
    State.GONE: DeliveryState.GONE,
    State.FAILED: DeliveryState.FAILED,
    State.EXPIRED: DeliveryState.EXPIRED,
}


async def _send(sender: Sender, lane: _Lane, parcel: Parcel) -> Attempt:
    delivery = parcel.claim.record
    try:
        outcome = await _by_channel(sender, parcel)
    except Exception as error:  # noqa: BLE001 (a channel reports failures; what it did not foresee is tried again)
        structlog.get_logger("sender").error("delivery_failed", delivery_id=delivery.id, error=type(error).__name__)
        outcome = Outcome(State.RETRY, type(error).__name__)
    if outcome.state is State.RETRY or (outcome.state is State.EXPIRED and outcome.status is not None):
        lane.breaker.failed(outcome.retry_after)
    elif outcome.state in {State.SENT, State.GONE} or outcome.status is not None:
        lane.breaker.succeeded()
    return Attempt(parcel.claim, _ENDINGS[outcome.state], outcome.detail, outcome.retry_after, parcel.target)


async def _by_channel(sender: Sender, parcel: Parcel) -> Outcome:
    use, delivery, target = sender.use, parcel.claim.record, parcel.target
    if isinstance(target, Device):
        subscription = Subscription(target.endpoint, target.public_key, target.auth_secret, target.server_key)
        return await sender.channels.push.send(subscription, _message(use, parcel, target.language))
    if isinstance(target, Reached):
        if sender.channels.mail is None:
            return Outcome(State.FAILED, "No mail server is set up.")
        stop_link = f"{sender.address}{STOP_PATH}/{stop_token(use, target.owner_id)}"
        mailbox = Mailbox(target.address, _link(sender, parcel), stop_link, delivery.id)
        return await sender.channels.mail.send(mailbox, _message(use, parcel, target.language))
    return await sender.channels.webhook.send(Hook(target.url, target.secret, delivery.id), _message(use, parcel, "en"))


def _link(sender: Sender, parcel: Parcel) -> str:
    """What an e-mail asks to be opened."""
    if parcel.alert.kind is AlertKind.CASE_RECOVERED:
        return f"{sender.address}{OBJECTION_PATH}/{objection_token(sender.use, parcel.alert.subject_id)}"
    return sender.address


def _message(use: Collaborators, parcel: Parcel, language: str) -> Message:
    left = int((parcel.claim.record.expires_at - use.clock()).total_seconds())
    kind, subject_id = parcel.alert.kind, parcel.alert.subject_id
    return Message(
        kind=kind.value,
        id=objection_token(use, subject_id) if kind is AlertKind.CASE_RECOVERED else subject_id,
        language=language,
        urgency=Urgency.HIGH if MANNERS[kind].urgent else Urgency.NORMAL,
        ttl=max(left, 0),
    )
