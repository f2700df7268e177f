"""Going through the records of an incident, and keeping what is derived from them anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

from pymongo import UpdateOne

from backend.store.records import R, Records, Session


@dataclass(frozen=True, slots=True)
class ProfilePage(Generic[R]):
    """A page of records, newest id first: all ids, the families, and those whose profile is an old one."""

    ids: tuple[str, ...]
    families: tuple[str, ...]
    old: tuple[R, ...]


async def page_of_profiles(
    records: Records[R], incident_id: str, after: str | None, first: int, version: int, session: Session
) -> ProfilePage[R]:
    """The next `first` records of an incident, newest id first, after an id; `version` is that of present profiles."""
    wanted: dict[str, Any] = {"incidentId": incident_id}
    if after is not None:
        # Downwards: of an index that ends descending, the embedded server finds nothing above a bound.
        wanted["_id"] = {"$lt": after}
    fields = {"profile.version": 1, "familyId": 1}
    cursor = records.collection.find(wanted, fields, session=session).sort("_id", -1).limit(first)
    page = [document async for document in cursor]
    old = [one["_id"] for one in page if one.get("profile", {}).get("version") != version]
    found = await records.find({"_id": {"$in": old}}, session=session) if old else []
    families = dict.fromkeys(one["familyId"] for one in page if "familyId" in one)
    return ProfilePage(tuple(one["_id"] for one in page), tuple(families), tuple(found))


async def keep_beside(records: Records[R], fields: Mapping[str, Mapping[str, Any]], session: Session) -> None:
    """Write, for each id, fields beside its record, which stays of the version that it is."""
    changes = [UpdateOne({"_id": one}, {"$set": records.hiding.hide(one, beside)}) for one, beside in fields.items()]
    if changes:
        await records.collection.bulk_write(changes, ordered=False, session=session)
