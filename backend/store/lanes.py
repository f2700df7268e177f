"""The lanes of deliveries: what is queued for each server is found, claimed and settled by the page."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import UpdateOne

from backend.domain.alert import Delivery
from backend.store.codec import Document, from_document, to_document
from backend.store.database import Store
from backend.store.records import Session
from backend.store.work import Claim, WorkState, untaken

PAGE = 1000
ENOUGH = 100
"""Due deliveries for which it is not worth while to look further."""
FIRST_SPAN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """A claimed delivery as it is after an attempt, and when it is due again: None where it is not."""

    claim: Claim[Delivery]
    delivery: Delivery
    work: WorkState
    due: datetime | None = None


async def open_lanes(store: Store, names: Iterable[str], session: Session) -> None:
    """See to it that the sender knows these lanes."""
    for name in sorted(set(names)):
        # Found more often than not, and then nothing is written.
        if await store.lanes.get(name, session) is None:
            await store.lanes.collection.update_one({"_id": name}, {"$set": {}}, upsert=True, session=session)


async def queue(store: Store, deliveries: Sequence[tuple[Delivery, datetime]], session: Session) -> None:
    """Write new deliveries, each with when it is due."""
    documents = [
        {**to_document(delivery), "work": {"state": WorkState.WAITING.value, "dueAt": due, "attempts": 0}}
        for delivery, due in deliveries
    ]
    if documents:
        await store.deliveries.collection.insert_many(documents, session=session)


async def look(
    store: Store, lane: str, now: datetime, reached: datetime | None = None
) -> tuple[deque[Document], datetime | None]:
    """A page of what is due in a lane, in the order of its index: what has been due longest comes first. And to when
    that reached, to be handed in the next time; None where it was all.

    The embedded database reads all that fits, however few are asked for: 20 ms where 10,000 are due, 230 ms where
    100,000 are. So after a page that was not all, what was due soon after it is asked for, and later by and by. No sort
    is asked for: with one it costs three times as much.
    """
    span = FIRST_SPAN
    while True:
        until = now if reached is None else min(reached + span, now)
        wanted = {"lane": lane, "work.state": WorkState.WAITING.value, "work.dueAt": {"$lte": until}}
        page = deque(await store.deliveries.collection.find(wanted).limit(PAGE).to_list(None))
        if len(page) >= ENOUGH or until == now:
            break
        span *= 4
    is_all = until == now and len(page) < PAGE
    return page, None if is_all else page[-1]["work"]["dueAt"]


async def claim_page(
    store: Store, looked_at: Sequence[Document], now: datetime, lease: timedelta, token: str
) -> list[Claim[Delivery]]:
    """Take these deliveries, but those that somebody has taken or let go since they were read."""
    if not looked_at:
        return []
    change = {"$set": {"work.dueAt": now + lease, "work.claim": token}, "$inc": {"work.attempts": 1}}
    changes = untaken(looked_at, change)

    async def write(session: Session) -> int:
        result = await store.deliveries.collection.bulk_write(changes, ordered=False, session=session)
        return int(result.matched_count)

    matched = await store.transact(write)
    ours = {document["_id"] for document in looked_at}
    if matched < len(looked_at):
        found = store.deliveries.collection.find({"_id": {"$in": list(ours)}}, {"work.claim": 1})
        ours = {document["_id"] async for document in found if document["work"].get("claim") == token}
    return [
        Claim(from_document(Delivery, document), token, document["work"]["attempts"] + 1)
        for document in looked_at
        if document["_id"] in ours
    ]


async def settle_page(store: Store, settled: Sequence[Settled], session: Session) -> int:
    """Write what became of claimed deliveries; how many still were ours. The others are another worker's now."""
    changes = []
    for one in settled:
        written = to_document(one.delivery)
        # Not what stays as it is, since each field that is written costs the indexes that it is in.
        fields = {name: written[name] for name in ("state", "answer", "version", "updatedAt")}
        work: Document = {
            "work.state": one.work.value,
            # Another value than before, so that nobody who read it earlier can claim what has been let go since.
            "work.claim": f"{one.claim.token}, let go",
            "work.error": one.delivery.answer or "",
        }
        if one.due is not None:
            work["work.dueAt"] = one.due
        changes.append(UpdateOne({"_id": one.delivery.id, "work.claim": one.claim.token}, {"$set": {**fields, **work}}))
    result = await store.deliveries.collection.bulk_write(changes, ordered=False, session=session)
    return int(result.matched_count)
