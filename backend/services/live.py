"""Changes in batches: told at once when it was quiet, then at most four a second, each with a cursor to go on from."""

import asyncio
import base64
import binascii
import hmac
import math
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.domain.errors import DomainError, ErrorCode, refusal
from backend.domain.event import Event
from backend.services.collaborators import Collaborators
from backend.store.feed import TooFarBehindError, remember_past

SECONDS_BETWEEN = 0.25
BEAT_SECONDS = 0.05
SECONDS_APART = 2.0
"""One process may hear of a change so much later than another."""
SECONDS_OF_A_CURSOR = 15.0
"""So often a follower is given a newer cursor, which is remembered for longer. By the clock, whatever happens: if news
that is not the follower's to know of put it off, that would tell of it.
"""
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Batch:
    """What happened since the batch before; none where a newer cursor is due. `heard` is the last event of all, told or
    not.
    """

    events: tuple[Event, ...]
    heard: str
    is_first: bool = False


def too_far_behind() -> DomainError:
    return refusal(ErrorCode.STALE, "Too much has happened to tell it all. Please load this again.")


async def batches(
    use: Collaborators, about: str | None, wanted: Callable[[Event], bool], after: str | None
) -> AsyncGenerator[Batch, None]:
    """What is wanted of all that happens `about` a record, and of what came after the event `after`; the first batch at
    once.

    Raises: DomainError STALE where not everything can be told.
    """
    await use.feed.live.wait()
    if after is not None and not use.feed.remembers(after):
        await remember_past(use.store, use.feed)
        await _heard_here_too(use, after)
    try:
        async with use.feed.listen(wanted, after, about) as listener:
            time = asyncio.get_running_loop().time
            told = time()
            due = told + SECONDS_OF_A_CURSOR
            yield Batch(tuple(listener.waiting_now()), use.feed.last, is_first=True)
            while True:
                await asyncio.sleep(min(next_telling(told, time()), due) - time())
                first = await listener.next_within(max(0.0, due - time()))
                if first is None:
                    due = max(time(), due + SECONDS_OF_A_CURSOR)
                    yield Batch((), use.feed.last)
                else:
                    told = time()
                    yield Batch((first, *listener.waiting_now()), use.feed.last)
    except TooFarBehindError:
        raise too_far_behind() from None


def next_telling(told: float, now: float) -> float:
    """When somebody who was told may be told again, in seconds of the loop.

    It is on a beat that all followers of the process share: those who were told the same go on being told the same, and
    what they are told is made once.
    """
    return math.ceil(max(told + SECONDS_BETWEEN, now) / BEAT_SECONDS) * BEAT_SECONDS


async def _heard_here_too(use: Collaborators, after: str) -> None:
    """Wait a little for what a follower has heard from another process, which was faster than this one."""
    async with use.feed.listen(lambda event: event.id == after) as listener:
        if not use.feed.remembers(after):
            await listener.next_within(SECONDS_APART)


def cursor_of(use: Collaborators, scope: str, heard: str) -> str:
    """A place in the feed, as a client keeps it; good for the same subscription (`scope`) only.

    It is encrypted, and another each time: the id of an event tells when it happened, and the last of all that happened
    is mostly not the follower's to know of, such as that a child was matched with its report just now.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + _cipher(use.keys.cursor).encrypt(nonce, heard.encode(), _purpose(scope))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def place_of(use: Collaborators, scope: str, cursor: str | None) -> str | None:
    """The id of the event that a cursor stands for; None without one.

    Raises: DomainError INVALID for what was not given out here, or for another subscription.
    """
    if cursor is None:
        return None
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        content = _cipher(use.keys.cursor).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _purpose(scope))
    except (InvalidTag, binascii.Error, ValueError):
        raise refusal(ErrorCode.INVALID, "This is not a cursor that was given out here.", "after") from None
    return content.decode()


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, b"live", "sha256"))


def _purpose(scope: str) -> bytes:
    return f"live {scope}".encode()
