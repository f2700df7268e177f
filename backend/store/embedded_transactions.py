"""Transactions that a killed process left open: `mongod` ends them after a minute, the other program never would."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

AWAIT_MILLISECONDS = 500
LOOKS = 4
"""So often in that time it is looked: a transaction is ended after a quarter more of it, at the latest."""


async def end_forgotten(
    client: AsyncMongoClient[dict[str, Any]], seconds: float, on_event: Callable[..., object]
) -> None:
    """End all transactions whenever one has been open for so long, until this is cancelled.

    Until then nobody can write what it wrote, and no change stream tells of anything. Whoever is at one at that moment
    does it again.
    """
    marks = client["embedded"]["marks"]
    while True:
        with suppress(PyMongoError):  # the server is being started again
            if not await _is_told(marks, seconds):
                await client.admin.command("killAllSessions", [])
                on_event("database_transactions_ended", seconds=seconds)
        await asyncio.sleep(seconds / LOOKS)


async def _is_told(marks: AsyncCollection[dict[str, Any]], seconds: float) -> bool:
    """Whether a change stream tells of a write in time, which it does once all has ended that began before."""
    time = asyncio.get_running_loop().time
    async with await marks.watch(max_await_time_ms=AWAIT_MILLISECONDS) as stream:
        await marks.update_one({"_id": "mark"}, {"$inc": {"number": 1}}, upsert=True)
        until = time() + seconds
        while time() < until:
            if await stream.try_next() is not None:
                return True
    return False
