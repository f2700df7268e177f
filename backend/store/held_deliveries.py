"""Deliveries that wait for a person: what was refused for good, and what is for a webhook that is paused."""

from datetime import datetime
from typing import Any

from backend.domain.alert import ChannelKind, ParkedDeliveries
from backend.store.database import Store
from backend.store.records import Session
from backend.store.work import WorkState, set_free

MOST = 200
"""Reasons that are shown: more of them is one fault in many words."""


async def parked_by_reason(store: Store) -> list[ParkedDeliveries]:
    """What is parked, counted by the server and what it answered, the oldest first."""
    what = {"channel": "$channel", "lane": "$lane", "reason": "$work.error"}
    grouped = await store.deliveries.collection.aggregate([
        {"$match": {"work.state": WorkState.PARKED.value}},
        {"$group": {"_id": what, "count": {"$sum": 1}, "since": {"$min": "$work.dueAt"}}},
    ])  # fmt: skip
    found = [
        ParkedDeliveries(
            channel=ChannelKind(group["_id"].get("channel") or ChannelKind.WEB_PUSH),
            server=group["_id"]["lane"],
            reason=group["_id"].get("reason") or "",
            count=group["count"],
            since=group["since"],
        )
        async for group in grouped
    ]
    return sorted(found, key=lambda one: one.since)[:MOST]


async def free_parked(store: Store, server: str, reason: str | None, now: datetime, session: Session, most: int) -> int:
    """Have what a server answered so, or all that it refused, be sent again, so many at most; how many were freed.

    What it has refused once more since `now` stays: or else freeing it page by page would never end.
    """
    wanted: dict[str, Any] = {"lane": server, "work.state": WorkState.PARKED.value, "work.dueAt": {"$lte": now}}
    if reason is not None:
        wanted["work.error"] = reason
    cursor = store.deliveries.collection.find(wanted, {"_id": 1}, session=session).limit(most)
    ids = [document["_id"] async for document in cursor]
    return await set_free(store.deliveries.collection, {"_id": {"$in": ids}}, now, session) if ids else 0


async def free_paused(store: Store, server: str, webhook_id: str, now: datetime, session: Session) -> int:
    """Have what waited for a webhook be sent; how many there were."""
    wanted = {"lane": server, "work.state": WorkState.PAUSED.value, "deviceId": webhook_id}
    return await set_free(store.deliveries.collection, wanted, now, session)
