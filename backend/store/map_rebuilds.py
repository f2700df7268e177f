"""Making a map anew: how far it has come, taking away what was counted, and the records page by page."""

from backend.domain.map import MapRebuild
from backend.domain.match import MatchState
from backend.store.codec import Document, from_document, to_document
from backend.store.database import Store
from backend.store.map import PINS, SHEETS
from backend.store.records import Session

REBUILDS = "mapRebuilds"


async def rebuild_under_way(store: Store, session: Session | None = None) -> MapRebuild | None:
    """One that is not finished, of any incident."""
    document = await store.database[REBUILDS].find_one({}, session=session)
    return None if document is None else from_document(MapRebuild, document)


async def rebuild_of(store: Store, incident_id: str, session: Session | None = None) -> MapRebuild | None:
    document = await store.database[REBUILDS].find_one({"_id": incident_id}, session=session)
    return None if document is None else from_document(MapRebuild, document)


async def put_rebuild(store: Store, rebuild: MapRebuild, session: Session) -> None:
    await store.database[REBUILDS].replace_one({"_id": rebuild.id}, to_document(rebuild), upsert=True, session=session)


async def end_rebuild(store: Store, incident_id: str, session: Session) -> None:
    await store.database[REBUILDS].delete_one({"_id": incident_id}, session=session)


async def clear_some(store: Store, incident_id: str, limit: int, session: Session) -> int:
    """Take away pins, then sheets; how many."""
    for name in (PINS, SHEETS):
        collection = store.database[name]
        found = collection.find({"incidentId": incident_id}, {"_id": 1}, session=session).limit(limit)
        ids = [document["_id"] async for document in found]
        if ids:
            await collection.delete_many({"_id": {"$in": ids}}, session=session)
            return len(ids)
    return 0


async def page_of_ids(
    store: Store, source: str, incident_id: str, after: str | None, limit: int, session: Session | None = None
) -> list[str]:
    """The ids of records of an incident, newest first, after one; of matches the confirmed ones only."""
    collection = store.database[source]
    if source == "matches":
        # There is no index of state and id: all are read each time, but of few fields.
        wanted: Document = {"incidentId": incident_id, "state": MatchState.CONFIRMED.value}
        found = [document["_id"] async for document in collection.find(wanted, {"_id": 1}, session=session)]
        return sorted((one for one in found if after is None or one < after), reverse=True)[:limit]
    wanted = {"incidentId": incident_id}
    if after is not None:
        wanted["_id"] = {"$lt": after}
    cursor = collection.find(wanted, {"_id": 1}, session=session).sort("_id", -1).limit(limit)
    return [document["_id"] async for document in cursor]
