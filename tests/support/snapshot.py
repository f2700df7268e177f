"""Everything that a database holds, to prove that a refusal changed nothing."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from backend.domain.event import EventKind
from backend.store.audit import BLOCKS, HEAD, WAITING
from backend.store.database import Store
from backend.store.map import DUE, PINS, SHEETS, STATE
from backend.store.records import Records
from tests.support.database import held_by

OWN_PACE = {"sessions", "durability", WAITING, BLOCKS, HEAD, DUE, PINS, SHEETS, STATE}
"""Collections that change for other reasons than the call under test: the audit log by being sealed, so that its
entries stand here by themselves, wherever they are kept; the map by being counted, from events that stand here.
"""
BY_ITSELF = EventKind.MAP_CHANGED.value
AUDIT = "audit"


async def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All documents of all collections, and all entries of the audit log, by id."""
    return await records(store) | {AUDIT: await audit_entries(store)}


async def records(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Everything but the audit log: what somebody who only looks leaves as it was."""
    names = sorted(set(await store.database.list_collection_names()) - OWN_PACE)
    return {
        name: sorted(
            (document for document in documents if document.get("kind") != BY_ITSELF),
            key=lambda one: str(one["_id"]),
        )
        for name, documents in (await held_by(store.database, names)).items()
    }


async def all_but_counts(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Everything but the counts of failures, which a refusal does change."""
    return {name: documents for name, documents in (await everything(store)).items() if name != "attempts"}


async def audit_entries(store: Store) -> list[dict[str, Any]]:
    """Every entry of the audit log, sealed or not."""
    # Those that wait are read first, or one might pass from the one place to the other unseen.
    contents = [document["entry"] async for document in store.database[WAITING].find()]
    async for document in store.database[BLOCKS].find():
        contents += document["entries"]
    entries = {entry["id"]: entry for entry in map(json.loads, contents)}
    return [entries[entry_id] for entry_id in sorted(entries)]


async def settled(store: Store) -> None:
    """Wait until the worker has nothing left to do but to try a delivery again later."""
    async with asyncio.timeout(15):
        # Twice, since a count may pass between the end of one piece of work and the one that follows from it.
        while await _busy(store) or await _busy(store):  # noqa: ASYNC110 (nobody tells when the last work was done)
            await asyncio.sleep(0.02)


async def _busy(store: Store) -> bool:
    return (
        await _any(store.events, {"work.state": "WAITING"})
        or await _any(store.escalations, {"dueAt": {"$lte": datetime.now(UTC)}})
        or await _any(store.deliveries, {"work.state": "WAITING", "state": "QUEUED"})
    )


async def _any(records: Records[Any], query: dict[str, Any]) -> bool:
    return await records.collection.find_one(query, {"_id": True}) is not None
