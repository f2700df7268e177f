"""Finding the records that share a blocking key with another, and the profiles to compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from motor.core import AgnosticCollection

from backend.matching.profile import Profile
from backend.store.codec import Document, from_document
from backend.store.records import Session

Candidates = AgnosticCollection[Document]
"""The collection of one side: reports or registrations."""

MOST_CANDIDATES = 2000
"""A bound on the work of one record; the keys are so selective that it is seldom met, and told when it is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side of a pair as the matcher needs it.

    `owner_id` is a report's family or a registration's site; `group_id` is shared by siblings registered together.
    """

    id: str
    version: int
    incident_id: str
    owner_id: str
    group_id: str | None
    profile: Profile
    keys: tuple[str, ...]


async def candidate(records: Candidates, record_id: str, session: Session | None = None) -> Candidate | None:
    found = await _read(records, {"_id": record_id}, 1, session)
    return found[0] if found else None


async def candidates_by_id(
    records: Candidates, record_ids: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    return await _read(records, {"_id": {"$in": list(record_ids)}}, 0, session)


async def candidates_by_key(
    records: Candidates, incident_id: str, keys: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    """Those of an incident that are open to matching and share at least one key."""
    if not keys:
        return []
    wanted = {"incidentId": incident_id, "keys": {"$in": list(keys)}}
    found = await _read(records, wanted, MOST_CANDIDATES, session)
    if len(found) == MOST_CANDIDATES:
        structlog.get_logger("matching").warning("too_many_candidates", incident_id=incident_id, keys=len(keys))
    return found


async def candidates_of_family(reports: Candidates, family_id: str, session: Session | None = None) -> list[Candidate]:
    """All reports of a family, whether still open to matching or not."""
    return await _read(reports, {"familyId": family_id}, 0, session)


async def families_of_several(
    reports: Candidates, family_ids: Sequence[str], session: Session | None = None
) -> set[str]:
    """Those families that have filed more than one report."""
    stages: list[Document] = [
        {"$match": {"familyId": {"$in": list(family_ids)}}},
        {"$group": {"_id": "$familyId", "reports": {"$sum": 1}}},
        {"$match": {"reports": {"$gt": 1}}},
    ]
    return {document["_id"] async for document in reports.aggregate(stages, session=session)}


async def _read(records: Candidates, wanted: Mapping[str, Any], limit: int, session: Session | None) -> list[Candidate]:
    fields = {"version": 1, "incidentId": 1, "familyId": 1, "siteId": 1, "groupId": 1, "profile": 1, "keys": 1}
    cursor = records.find(wanted, fields, session=session).limit(limit)
    return [_candidate(document) async for document in cursor]


def _candidate(document: Document) -> Candidate:
    return Candidate(
        id=document["_id"],
        version=document["version"],
        incident_id=document["incidentId"],
        owner_id=document.get("familyId") or document["siteId"],
        group_id=document.get("groupId"),
        profile=from_document(Profile, document["profile"]),
        keys=tuple(document["keys"]),
    )
