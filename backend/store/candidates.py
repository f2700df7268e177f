"""The records that may be the other side of a pair: found by key, ranked at a glance, the best of them read whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from bson import Binary
from motor.core import AgnosticCollection

from backend.matching.keys import asked_keys, keys
from backend.matching.profile import Profile
from backend.matching.ranking import (
    AT_ONCE,
    Bounds,
    Sketch,
    hits_of,
    is_small,
    keys_worth_asking,
    most_promising,
    sketch,
)
from backend.store.codec import Document, pack, unpack
from backend.store.key_counts import SAMPLE, KeyCounts, is_sampled
from backend.store.records import Session

Candidates = AgnosticCollection[Document]
"""The collection of one side: reports or registrations."""

KEY_BYTES = 6
"""Of each key so much of its hash is kept: of twenty million keys, one in ten million is taken for another."""
MOST_IN_A_BATCH = 5000
"""All candidates in one answer: the database's own 101 would be two or three, each a way to it and back."""
_FIELDS = {"version": 1, "incidentId": 1, "familyId": 1, "siteId": 1, "groupId": 1, "profile": 1}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side of a pair as the matcher needs it.

    `owner_id` is a report's family or a registration's site; `group_id` is shared by siblings registered together.
    `keys` are as they are stored; a record that is not to be matched has none.
    """

    id: str
    version: int
    incident_id: str
    owner_id: str
    group_id: str | None
    profile: Profile
    keys: tuple[int, ...]


def kept_for_matching(record_id: str, profile: Profile, *, open_to_matching: bool) -> Document:
    """The fields kept beside a record: its profile, and its keys while it is open to matching."""
    kept = [stored_key(key) for key in keys(profile)] if open_to_matching else []
    if kept and is_sampled(record_id):
        kept.append(SAMPLE)
    # The keys a second time, packed: they are read with each record found, and a list takes five times as long.
    packed = {"packed": Binary(pack(profile)), "keys": Binary(pack(kept))}
    return {"profile": {"version": profile.version, **packed}, "keys": kept}


def stored_key(key: str) -> int:
    """A key as it is kept: short, so that the index is small. Never `SAMPLE`."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()) or 1


async def candidate(records: Candidates, record_id: str, session: Session | None = None) -> Candidate | None:
    found = await _read(records, {"_id": record_id}, session)
    return found[0] if found else None


async def candidates_by_id(
    records: Candidates, record_ids: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    return await _read(records, {"_id": {"$in": list(record_ids)}}, session)


async def candidates_by_key(
    records: Candidates,
    counts: KeyCounts,
    subject: Candidate,
    session: Session | None = None,
    *,
    bounds: Bounds = AT_ONCE,
) -> list[Candidate]:
    """Those of the same incident that are open to matching and, at a glance, the likeliest to be the subject.

    `bounds` say how much is looked at. A subject that is not to be matched has no keys, and so no candidates.
    """
    if not subject.keys:
        return []
    count = await counts.of(records, subject.incident_id)
    asked = asked_keys(subject.profile)
    stored = {one.key: stored_key(one.key) for one in asked}
    chosen = keys_worth_asking(asked, lambda key: count(stored[key]), bounds, small=is_small(subject.profile))
    by_key = {stored[one.key]: one for one in chosen}
    wanted = {"incidentId": subject.incident_id, "keys": {"$in": list(by_key)}}
    found = await records.find(wanted, _FIELDS, batch_size=MOST_IN_A_BATCH, session=session).to_list(None)
    documents = {document["_id"]: document for document in found if document["_id"] != subject.id}
    hits, sizes = hits_of(by_key, {one: _keys_of(document) for one, document in documents.items()})
    sketches = {one: unpack(Sketch, document["profile"]["packed"]) for one, document in documents.items()}
    best = most_promising(sketch(subject.profile), sketches, hits, sizes, bounds)
    return [_candidate(documents[one]) for one in best]


async def candidates_of_family(reports: Candidates, family_id: str, session: Session | None = None) -> list[Candidate]:
    """All reports of a family, whether still open to matching or not."""
    return await _read(reports, {"familyId": family_id}, session)


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


async def _read(records: Candidates, wanted: Mapping[str, Any], session: Session | None) -> list[Candidate]:
    documents = await records.find(wanted, _FIELDS, session=session).to_list(None)
    return [_candidate(document) for document in documents]


def _candidate(document: Document) -> Candidate:
    return Candidate(
        id=document["_id"],
        version=document["version"],
        incident_id=document["incidentId"],
        owner_id=document.get("familyId") or document["siteId"],
        group_id=document.get("groupId"),
        profile=unpack(Profile, document["profile"]["packed"]),
        keys=_keys_of(document),
    )


def _keys_of(document: Document) -> tuple[int, ...]:
    return unpack(tuple[int, ...], document["profile"]["keys"])
