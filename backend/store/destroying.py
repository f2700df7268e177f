"""Taking the records of people away for good: of an incident, some at a time, with all that hangs on them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from backend.store import photo_files
from backend.store.codec import Document
from backend.store.database import Store
from backend.store.map import PINS
from backend.store.records import Session

SOURCES = ("registrations", "reports", "sightings")
"""The collections that everything else about people hangs on."""

_HANGING: Mapping[str, Sequence[str]] = MappingProxyType({
    "areaAlerts": ("reportId",),
    "duplicates": ("firstId", "secondId"),
    "matches": ("registrationId", "reportId"),
    "photos": ("recordId",),
    "questions": ("reportId",),
    "rechecks": ("registrationId",),
    "reviews": ("_id",),
    "takeDowns": ("reportId",),
    PINS: ("about", "_id"),
})  # fmt: skip
"""What is about a record, and by which fields it names it."""

_OF_A_FAMILY: Mapping[str, str] = MappingProxyType({
    "alertChoices": "_id",
    "devices": "ownerId",
    "families": "_id",
    "sessions": "familyId",
})  # fmt: skip


_OF_AN_ACCOUNT: Mapping[str, str] = MappingProxyType({
    "accounts": "_id",
    "alertChoices": "_id",
    "devices": "ownerId",
    "sessions": "accountId",
})  # fmt: skip


async def some_left(store: Store, name: str, incident_id: str, limit: int, session: Session) -> list[Document]:
    """Some of what is left of an incident in one of the sources: ids, times, families."""
    wanted, fields = {"incidentId": incident_id}, {"createdAt": 1, "familyId": 1}
    return await store.database[name].find(wanted, fields, session=session).limit(limit).to_list(None)


async def take_away(store: Store, name: str, ids: Sequence[str], session: Session) -> None:
    """Records of a source, and all that is about them. Pixels go at once, whatever becomes of the transaction."""
    found = store.database["photos"].find({"recordId": {"$in": ids}}, {"_id": 1}, session=session)
    for photo in await found.to_list(None):
        await photo_files.delete_all(store, photo["_id"])
    for hanging, fields in _HANGING.items():
        for field in fields:
            await store.database[hanging].delete_many({field: {"$in": ids}}, session=session)
    await store.database[name].delete_many({"_id": {"$in": ids}}, session=session)


async def take_families_away(store: Store, ids: Sequence[str], session: Session) -> None:
    """Families with their devices, their sessions and how they wanted to be told, before a case was given anew too."""
    cases = store.database["recoveredCases"]
    before = [case["_id"] async for case in cases.find({"familyId": {"$in": ids}}, {"_id": 1}, session=session)]
    for name, field in _OF_A_FAMILY.items():
        await store.database[name].delete_many({field: {"$in": [*ids, *before]}}, session=session)
    await cases.delete_many({"_id": {"$in": before}}, session=session)


async def take_accounts_away(store: Store, ids: Sequence[str], session: Session) -> None:
    """Accounts with their devices, their sessions and how they wanted to be told."""
    for name, field in _OF_AN_ACCOUNT.items():
        await store.database[name].delete_many({field: {"$in": ids}}, session=session)
