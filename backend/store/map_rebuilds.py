"""Making a map anew: how far it has come, and what there is, page by page."""

from collections.abc import Sequence

from backend.domain.map import MapRebuild
from backend.domain.match import MatchState
from backend.store.codec import Document, from_document, to_document
from backend.store.database import Store
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


async def ends_of_pages(store: Store, name: str, incident_id: str, size: int) -> tuple[str, ...]:
    """The id at which each page of so many documents of an incident ends, by their ids; of matches, of confirmed ones.

    They are all read once, since to find where one page ends the embedded database reads all that lies behind it.
    """
    wanted: Document = {"incidentId": incident_id}
    if name == "matches":
        wanted["state"] = MatchState.CONFIRMED.value
    ends: list[str] = []
    number, last = 0, None
    async for document in store.database[name].find(wanted, {"_id": 1}).sort("_id", 1):
        number, last = number + 1, document["_id"]
        if number % size == 0:
            ends.append(last)
    if last is not None and number % size:
        ends.append(last)
    return tuple(ends)


async def page_of_ids(
    store: Store, name: str, incident_id: str, after: str | None, end: str, session: Session | None = None
) -> list[str]:
    """The ids of documents of an incident after one, up to the end of a page; of matches, of confirmed ones."""
    within = {"$lte": end} if after is None else {"$gt": after, "$lte": end}
    fields = {"_id": 1, "state": 1} if name == "matches" else {"_id": 1}
    found = store.database[name].find({"incidentId": incident_id, "_id": within}, fields, session=session)
    return [
        document["_id"]
        async for document in found
        if name != "matches" or document["state"] == MatchState.CONFIRMED.value
    ]


async def take_away(store: Store, name: str, ids: Sequence[str], session: Session) -> None:
    await store.database[name].delete_many({"_id": {"$in": ids}}, session=session)
