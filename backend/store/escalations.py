"""What waits and is due to be told, found by its time; changed by the hundred."""

from collections.abc import Sequence
from datetime import datetime

from backend.domain.escalation import Escalation
from backend.store.codec import to_document
from backend.store.database import Store
from backend.store.records import Session

AT_ONCE = 500


async def due_escalations(store: Store, now: datetime) -> list[Escalation]:
    """Some of what is due, at most `AT_ONCE`."""
    cursor = store.escalations.collection.find({"dueAt": {"$lte": now}}).limit(AT_ONCE)
    return [store.escalations.record_of(document) async for document in cursor]


async def escalations_there(store: Store, ids: Sequence[str], session: Session) -> dict[str, Escalation]:
    """Those that are there, by id, as the transaction sees them."""
    found = await store.escalations.find({"_id": {"$in": list(ids)}}, session=session)
    return {one.id: one for one in found}


async def put_escalations(store: Store, wanted: Sequence[Escalation], session: Session) -> None:
    """Write these, in the place of those with the same ids."""
    for one in wanted:
        document = to_document(one)
        await store.escalations.collection.replace_one({"_id": one.id}, document, upsert=True, session=session)


async def move_on(store: Store, ids: Sequence[str], step: int, due_at: datetime, session: Session) -> None:
    """Give these their next step, or the same step later."""
    if ids:
        change = {"$set": {"step": step, "dueAt": due_at}}
        await store.escalations.collection.update_many({"_id": {"$in": list(ids)}}, change, session=session)


async def end_escalations(store: Store, ids: Sequence[str], session: Session) -> None:
    if ids:
        await store.escalations.collection.delete_many({"_id": {"$in": list(ids)}}, session=session)


async def fields_of(store: Store, collection: str, field: str, ids: Sequence[str], session: Session) -> dict[str, str]:
    """What some records say in a field that is not hidden, such as their state, without opening them."""
    found = store.database[collection].find({"_id": {"$in": list(ids)}}, {field: 1}, session=session)
    return {document["_id"]: document[field] async for document in found}
