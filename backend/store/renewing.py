"""Going through all that is kept, and encrypting anew what is not under the present key, beside the daily work.

Each page is one transaction: of two that change a record at once, the database lets one through and the other reads
what that one wrote. Where it was stopped does not matter, since what is under the present key is only looked at.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo import UpdateOne

from backend.domain.photo import PhotoSize
from backend.store import photo_files
from backend.store.cipher import UnreadableError
from backend.store.database import Store
from backend.store.hidden import HIDDEN, Hiding
from backend.store.records import Session

READ_AT_ONCE = 500
WRITTEN_AT_ONCE = 50
"""Few, so that whoever changes one of these records meanwhile waits no longer than for their own."""
ABANDONED = timedelta(hours=1)
"""A photo's file that no photo names for so long was left by an upload that was cut off."""


@dataclass(slots=True)
class Renewal:
    """What one look through everything found: records looked at, those written anew, and those that do not open."""

    looked_at: int = 0
    renewed: int = 0
    unreadable: list[str] = field(default_factory=list)


async def extent(store: Store) -> int:
    """About how many records one look goes through."""
    counts = [await store.database[name].estimated_document_count() for name in HIDDEN]
    return sum(counts) + await photo_files.count(store)


async def renew(store: Store, new_id: Callable[[], str], now: datetime) -> AsyncIterator[Renewal]:
    """Look through everything once; after each page, what was found so far, and at the end once more."""
    found = Renewal()
    for name in HIDDEN:
        hiding = Hiding(store.cipher, name)
        stale: list[str] = []
        projection = dict.fromkeys(hiding.fields, 1)
        async for document in store.database[name].find({}, projection, batch_size=READ_AT_ONCE):
            found.looked_at += 1
            if hiding.is_stale(document):
                stale.append(document["_id"])
            if len(stale) == WRITTEN_AT_ONCE or found.looked_at % READ_AT_ONCE == 0:
                await _renew_records(store, hiding, stale, found)
                stale = []
                yield found
        await _renew_records(store, hiding, stale, found)
    async for file in photo_files.stale(store):
        if not await _renew_photo(store, file, new_id(), found) and file.written_at < now - ABANDONED:
            await photo_files.delete(store, file.upload_id)
        yield found
    yield found


async def _renew_records(store: Store, hiding: Hiding, ids: Sequence[str], found: Renewal) -> None:
    if not ids:
        return
    collection = store.database[hiding.collection]
    unreadable: list[str] = []

    async def write(session: Session) -> int:
        unreadable.clear()
        changes = []
        cursor = collection.find({"_id": {"$in": list(ids)}}, dict.fromkeys(hiding.fields, 1), session=session)
        async for document in cursor:
            try:
                renewed = hiding.renewed(document)
            except UnreadableError:
                unreadable.append(f"{hiding.collection}/{document['_id']}")
                continue
            if renewed:
                changes.append(UpdateOne({"_id": document["_id"]}, {"$set": renewed}))
        if changes:
            await collection.bulk_write(changes, ordered=False, session=session)
        return len(changes)

    found.renewed += await store.transact(write)
    found.unreadable += unreadable


async def _renew_photo(store: Store, file: photo_files.Stale, upload_id: str, found: Renewal) -> bool:
    """Write both sizes of a photo anew, as the upload `upload_id`; False where the photo does not name these files."""
    if await store.photos.beside(file.photo_id, "upload") != file.upload_id:
        return False
    try:
        read = {size: await photo_files.read(store, file.photo_id, file.upload_id, size) for size in PhotoSize}
    except UnreadableError:
        found.unreadable.append(f"photos/{file.photo_id}")
        return True
    files = {size: content for size, content in read.items() if content is not None}
    await photo_files.write(store, file.photo_id, upload_id, files)

    async def name(session: Session) -> bool:
        if await store.photos.beside(file.photo_id, "upload", session) != file.upload_id:
            return False
        named = {"$set": {"upload": upload_id}}
        await store.photos.collection.update_one({"_id": file.photo_id}, named, session=session)
        return True

    is_named = await store.transact(name)
    await photo_files.delete(store, file.upload_id if is_named else upload_id)
    found.renewed += is_named
    return is_named
