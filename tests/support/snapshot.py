"""Everything that a database holds, to prove that a refusal changed nothing."""

import asyncio
from typing import Any

from backend.store.database import Store

OWN_PACE = {"sessions", "durability"}
"""Collections that change for other reasons than the call under test."""


async def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All documents of all collections, by id."""
    return {
        name: sorted([document async for document in store.database[name].find()], key=lambda one: str(one["_id"]))
        for name in sorted(await store.database.list_collection_names())
        if name not in OWN_PACE
    }


async def settled(store: Store) -> None:
    """Wait until the worker has nothing left to do but to try a delivery again later."""
    async with asyncio.timeout(15):
        # Twice, since a count may pass between the end of one piece of work and the one that follows from it.
        while await _busy(store) or await _busy(store):  # noqa: ASYNC110 (nobody tells when the last work was done)
            await asyncio.sleep(0.02)


async def _busy(store: Store) -> bool:
    events = await store.events.collection.count_documents({"work.state": "WAITING"})
    deliveries = await store.deliveries.collection.count_documents({"work.state": "WAITING", "state": "QUEUED"})
    return bool(events or deliveries)
