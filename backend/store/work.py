"""Work to be done once, kept beside a record: claimed under a lease, backed off when it fails, parked in the end.

A claim only moves the time at which the work is due: what a killed worker held is due again when its lease ends.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic

from motor.core import AgnosticCollection

from backend.store.codec import Document
from backend.store.records import R, Records, Session

PAGE = 100


class WorkState(StrEnum):
    WAITING = "WAITING"
    DONE = "DONE"
    PARKED = "PARKED"


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
    due = due or Due()
    while True:
        async with due.looking:
            if not due.page:
                due.page.extend(await _look(records, now))
            document = due.page.popleft() if due.page else None
        if document is None:
            return None
        claimed = await _claim(records, document, now, lease, token)
        if claimed is not None:
            return claimed


async def _look(records: Records[R], now: datetime) -> list[Document]:
    waiting = {"work.state": WorkState.WAITING.value, "work.dueAt": {"$lte": now}}
    return await records.collection.find(waiting).sort("work.dueAt", 1).limit(PAGE).to_list(None)


async def _claim(
    records: Records[R], document: Document, now: datetime, lease: timedelta, token: str
) -> Claim[R] | None:
    """Take the work of a document, unless anybody has taken it or let it go since it was read."""
    work = document["work"]
    result = await records.collection.update_one(
        {"_id": document["_id"], "work.claim": work.get("claim")},
        {
            "$set": {"work.dueAt": now + lease, "work.claim": token, "work.claimedAt": now},
            "$inc": {"work.attempts": 1},
        },
    )
    if result.matched_count != 1:
        return None
    return Claim(records.record_of(document), token, work["attempts"] + 1)


async def finish(records: Records[R], claim: Claim[R], session: Session) -> None:
    """Mark the work done, in the same transaction as its effects.

    Raises: LostClaimError.
    """
    await _settle(records, claim, {"work.state": WorkState.DONE.value}, session)


async def postpone(
    records: Records[R], claim: Claim[R], due: datetime, error: str, session: Session | None = None
) -> None:
    """Try again later.

    Raises: LostClaimError.
    """
    await _settle(records, claim, {"work.dueAt": due, "work.error": error, "work.claimedAt": None}, session)


async def come_back(records: Records[R], claim: Claim[R], due: datetime, session: Session) -> None:
    """A part is done, in the same transaction as its effects; the rest is due then, and has failed never yet.

    Raises: LostClaimError.
    """
    await _settle(records, claim, {"work.dueAt": due, "work.attempts": 0, "work.claimedAt": None}, session)


async def is_claimed_since_before(
    collection: AgnosticCollection[Document], moment: datetime, now: datetime, kinds: Sequence[str], session: Session
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
        records, claim, {"work.state": WorkState.PARKED.value, "work.dueAt": now, "work.error": error}, session
    )


async def parked(collection: AgnosticCollection[Document], limit: int = 1000) -> list[Parked]:
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


async def retry(collection: AgnosticCollection[Document], now: datetime, ids: Sequence[str] | None = None) -> int:
    """Free parked work, all of it or that of `ids`; how many were freed."""
    wanted: Document = {"work.state": WorkState.PARKED.value}
    if ids is not None:
        wanted["_id"] = {"$in": list(ids)}
    freed = {"$set": {"work.state": WorkState.WAITING.value, "work.dueAt": now, "work.attempts": 0}}
    result = await collection.update_many(wanted, freed)
    return result.modified_count


async def _settle(records: Records[R], claim: Claim[R], fields: Document, session: Session | None) -> None:
    result = await records.collection.update_one(
        {"_id": claim.record.id, "work.claim": claim.token},
        # Another value than before, so that nobody who read it earlier can claim what has been let go since.
        {"$set": {**fields, "work.claim": f"{claim.token}, let go"}},
        session=session,
    )
    if result.matched_count != 1:
        raise LostClaimError(claim.record.id)
