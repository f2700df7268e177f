"""Work to be done once, kept beside a record: claimed under a lease, backed off when it fails, parked in the end.

A claim only moves the time at which the work is due: what a killed worker held is due again when its lease ends.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from backend.store.codec import Document
from backend.store.database import ANSWER_WITHIN_MILLISECONDS
from backend.store.records import R, Records, Session
from backend.store.stopping import to_its_end

PAGE = 100


class WorkState(StrEnum):
    WAITING = "WAITING"
    DONE = "DONE"
    PARKED = "PARKED"
    PAUSED = "PAUSED"


class LostClaimError(Exception):
    """The lease ran out and another worker took the work over: what was done must not be kept."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[R]):
    """A record whose work is ours until the lease ends; `attempts` counts this one too."""

    record: R
    token: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Parked:
    """Work that kept failing, for an operator: `error` says why, without personal data."""

    id: str
    kind: str
    attempts: int
    error: str
    since: datetime


def waiting(due: datetime) -> Document:
    """The work of a new record, kept beside it."""
    return {"work": {"state": WorkState.WAITING.value, "dueAt": due, "attempts": 0}}


def nothing_to_do() -> Document:
    return {"work": {"state": WorkState.DONE.value}}


@dataclass(frozen=True, slots=True)
class Due:
    """What was due when a worker last looked, oldest first, for all that work beside each other in one process.

    Looking takes the embedded database as long as there is work waiting (50 ms for 10,000 pieces), however few are
    asked for, so that a page is read at a time. Another process may have read the same: a claim finds out.
    """

    page: deque[Document] = field(default_factory=deque)
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


async def claim(
    records: Records[R], now: datetime, lease: timedelta, token: str, due: Due | None = None
) -> Claim[R] | None:
    """Take the work that has been due longest, or None where nothing is due; `due` remembers a page of it."""
    claimed = await claim_alike(records, now, lease, token, due or Due(), {})
    return claimed[0] if claimed else None


async def claim_alike(
    records: Records[R], now: datetime, lease: timedelta, token: str, due: Due, at_once: Mapping[str, int]
) -> list[Claim[R]]:
    """Take the work that has been due longest, and of its kind what else is due: so many `at_once`, or else it alone.

    What has been tried before is taken alone, since it may be what failed, or what ended the process.
    """
    while True:
        async with due.looking:
            if not due.page:
                due.page.extend(await _look(records, now))
            documents = _alike(due.page, at_once)
        if not documents:
            return []
        claimed = await _claim(records, documents, now, lease, token)
        if claimed:
            return claimed


async def _look(records: Records[R], now: datetime) -> list[Document]:
    waiting = {"work.state": WorkState.WAITING.value, "work.dueAt": {"$lte": now}}
    return await records.collection.find(waiting).sort("work.dueAt", 1).limit(PAGE).to_list(None)


def _alike(page: deque[Document], at_once: Mapping[str, int]) -> list[Document]:
    """Take the first off a page, and those that may be done with it."""
    if not page:
        return []
    first = page.popleft()
    kind, most = first.get("kind"), at_once.get(first.get("kind", ""), 1)
    if first["work"]["attempts"]:
        return [first]
    others = [one for one in page if one.get("kind") == kind and not one["work"]["attempts"]][: most - 1]
    for one in others:
        page.remove(one)
    return [first, *others]


async def _claim(
    records: Records[R], documents: Sequence[Document], now: datetime, lease: timedelta, token: str
) -> list[Claim[R]]:
    """Take the work of some documents, but of those that anybody has taken or let go since they were read."""
    change = {
        "$set": {"work.dueAt": now + lease, "work.claim": token, "work.claimedAt": now},
        "$inc": {"work.attempts": 1},
    }
    changes = untaken(documents, change)

    async def write(session: Session | None = None) -> int:
        result = await records.collection.bulk_write(changes, ordered=False, session=session)
        return int(result.matched_count)

    if len(changes) == 1:
        matched = await write()
    else:
        # One by one, outside of a transaction, each would be brought to the disk by itself.
        # To its end: a statement that is cut off may begin a transaction that nobody ends.
        async with records.collection.database.client.start_session() as session:
            matched = await to_its_end(session.with_transaction(write), ANSWER_WITHIN_MILLISECONDS)
    if not matched:
        return []
    if matched < len(documents):
        found = records.collection.find({"_id": {"$in": [one["_id"] for one in documents]}}, {"work.claim": 1})
        ours = {one["_id"] async for one in found if one["work"].get("claim") == token}
        documents = [one for one in documents if one["_id"] in ours]
    return [Claim(records.record_of(one), token, one["work"]["attempts"] + 1) for one in documents]


def untaken(documents: Sequence[Document], change: Document) -> list[UpdateOne]:
    """A change of documents as they were read, but of those whose work somebody has taken or let go since.

    Each by itself: where they are asked for together, with `$in` or `$or`, the embedded database reads the collection
    (30 ms for one of 60,000 documents).
    """
    return [UpdateOne({"_id": one["_id"], "work.claim": one["work"].get("claim")}, change) for one in documents]


async def finish(records: Records[R], claims: Sequence[Claim[R]], session: Session) -> None:
    """Mark the work done, in the same transaction as its effects.

    Raises: LostClaimError.
    """
    await _settle(records, claims, {"work.state": WorkState.DONE.value}, session)


async def give_back(records: Records[R], claims: Sequence[Claim[R]], now: datetime) -> None:
    """Let go of work that failed together, or that was not ended, to be done at once, and alone.

    Raises: LostClaimError where some of it is another's by now; the rest is given back all the same.
    """
    await _settle(records, claims, {"work.dueAt": now, "work.claimedAt": None}, None)


async def postpone(
    records: Records[R], claim: Claim[R], due: datetime, error: str, session: Session | None = None
) -> None:
    """Try again later.

    Raises: LostClaimError.
    """
    await _settle(records, [claim], {"work.dueAt": due, "work.error": error, "work.claimedAt": None}, session)


async def come_back(records: Records[R], claims: Sequence[Claim[R]], due: datetime, session: Session) -> None:
    """A part is done, in the same transaction as its effects; the rest is due then, and has failed never yet.

    Raises: LostClaimError.
    """
    await _settle(records, claims, {"work.dueAt": due, "work.attempts": 0, "work.claimedAt": None}, session)


async def is_claimed_since_before(
    collection: AsyncCollection[Document], moment: datetime, now: datetime, kinds: Sequence[str], session: Session
) -> bool:
    """Whether work of these kinds is under way that was claimed before `moment`.

    It may rest on what was true then. After its lease it cannot end any more: see the setting of the lease.
    """
    wanted = {
        "work.state": WorkState.WAITING.value,
        "work.dueAt": {"$gt": now},
        "work.claimedAt": {"$lte": moment},
        "kind": {"$in": list(kinds)},
    }
    return await collection.find_one(wanted, {"_id": 1}, session=session) is not None


async def park(records: Records[R], claim: Claim[R], now: datetime, error: str, session: Session | None = None) -> None:
    """Leave it to an operator, from `now` on.

    Raises: LostClaimError.
    """
    await _settle(
        records, [claim], {"work.state": WorkState.PARKED.value, "work.dueAt": now, "work.error": error}, session
    )


async def parked(collection: AsyncCollection[Document], limit: int = 1000) -> list[Parked]:
    """What was parked, oldest first."""
    cursor = collection.find({"work.state": WorkState.PARKED.value}).sort("work.dueAt", 1).limit(limit)
    return [
        Parked(
            id=document["_id"],
            kind=document.get("kind", "DELIVERY"),
            attempts=document["work"]["attempts"],
            error=document["work"].get("error", ""),
            since=document["work"]["dueAt"],
        )
        async for document in cursor
    ]


async def retry(collection: AsyncCollection[Document], now: datetime, ids: Sequence[str] | None = None) -> int:
    """Free parked work, all of it or that of `ids`; how many were freed."""
    wanted: Document = {"work.state": WorkState.PARKED.value}
    if ids is not None:
        wanted["_id"] = {"$in": list(ids)}
    return await set_free(collection, wanted, now)


async def set_free(
    collection: AsyncCollection[Document], wanted: Document, now: datetime, session: Session | None = None
) -> int:
    """Have work that waits for a person go on, as if it had never been tried; how many were freed."""
    freed = {"$set": {"work.state": WorkState.WAITING.value, "work.dueAt": now, "work.attempts": 0}}
    result = await collection.update_many(wanted, freed, session=session)
    return int(result.modified_count)


async def _settle(records: Records[R], claims: Sequence[Claim[R]], fields: Document, session: Session | None) -> None:
    # Another value than before, so that nobody who read it earlier can claim what has been let go since.
    changes = [
        UpdateOne(
            {"_id": claim.record.id, "work.claim": claim.token},
            {"$set": {**fields, "work.claim": f"{claim.token}, let go"}},
        )
        for claim in claims
    ]
    result = await records.collection.bulk_write(changes, ordered=False, session=session)
    if result.matched_count != len(claims):
        raise LostClaimError(", ".join(claim.record.id for claim in claims))
