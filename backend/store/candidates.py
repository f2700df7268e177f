"""The records that may be the other side of a pair: found by key, ranked at a glance, the best of them read whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
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
from backend.store.key_counts import SAMPLE, SAMPLE_OF_SEEKERS, KeyCounts, is_sampled
from backend.store.records import Session

Candidates = AgnosticCollection[Document]
"""The collection of one side: reports or registrations."""

KEY_BYTES = 6
"""Of each key so much of its hash is kept: of twenty million keys, one in ten million is taken for another."""
MOST_IN_A_BATCH = 5000
"""All candidates in one answer: the database's own 101 would be two or three, each a way to it and back."""
_OF_A_SEEKER = "seeker "


class SeenAs(StrEnum):
    """What a record is looked at as: the child that it describes, or an adult who may be looking for one."""

    CHILD = "profile"
    SEEKER = "seeker"


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


def kept_for_matching(
    record_id: str, profile: Profile, *, open_to_matching: bool, as_seeker: Profile | None = None
) -> Document:
    """The fields kept beside a record: its profile, and its keys while it is open to matching.

    `as_seeker` is what an adult would have reported: it is found by other keys than children, and only asked for.
    """
    kept = [stored_key(key) for key in keys(profile)] if open_to_matching else []
    if kept and is_sampled(record_id):
        kept.append(SAMPLE)
    seeking = [] if as_seeker is None else [stored_key(_OF_A_SEEKER + key) for key in keys(as_seeker)]
    if seeking and is_sampled(record_id):
        seeking.append(SAMPLE_OF_SEEKERS)
    return {
        "profile": {"version": profile.version, **_packed(profile, kept)},
        "seeker": None if as_seeker is None else {"version": as_seeker.version, **_packed(as_seeker, seeking)},
        "keys": kept + seeking,
    }


def _packed(profile: Profile, kept: Sequence[int]) -> Document:
    # The keys a second time, packed: they are read with each record found, and a list takes five times as long.
    return {"packed": Binary(pack(profile)), "keys": Binary(pack(kept))}


def stored_key(key: str) -> int:
    """A key as it is kept: short, so that the index is small. Never that of a sample."""
    hashed = int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest())
    return max(hashed, SAMPLE_OF_SEEKERS + 1)


async def candidate(
    records: Candidates, record_id: str, session: Session | None = None, *, seen: SeenAs = SeenAs.CHILD
) -> Candidate | None:
    """None for a record that is not there, or is not to be seen so."""
    found = await _read(records, {"_id": record_id}, session, seen)
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
    seen: SeenAs = SeenAs.CHILD,
    apart: bool = False,
) -> list[Candidate]:
    """Those of the same incident that are open to matching and, at a glance, the likeliest to be the subject.

    `bounds` say how much is looked at, `seen` as what the others are looked for; `apart` leaves out who was reported or
    registered together with the subject. A subject that is not to be matched has no keys, and so no candidates.
    """
    if not subject.keys:
        return []
    start, sample = (_OF_A_SEEKER, SAMPLE_OF_SEEKERS) if seen is SeenAs.SEEKER else ("", SAMPLE)
    count = await counts.of(records, subject.incident_id, sample)
    asked = asked_keys(subject.profile)
    stored = {one.key: stored_key(start + one.key) for one in asked}
    chosen = keys_worth_asking(asked, lambda key: count(stored[key]), bounds, small=is_small(subject.profile))
    by_key = {stored[one.key]: one for one in chosen}
    wanted = {"incidentId": subject.incident_id, "keys": {"$in": list(by_key)}}
    found = await records.find(wanted, _fields(seen), batch_size=MOST_IN_A_BATCH, session=session).to_list(None)
    documents = {document["_id"]: document for document in found if _may_be(subject, document, seen, apart=apart)}
    hits, sizes = hits_of(by_key, {one: _keys_of(document[seen]) for one, document in documents.items()})
    sketches = {one: unpack(Sketch, document[seen]["packed"]) for one, document in documents.items()}
    best = most_promising(sketch(subject.profile), sketches, hits, sizes, bounds)
    return [_candidate(documents[one], seen) for one in best]


def _may_be(subject: Candidate, document: Document, seen: SeenAs, *, apart: bool) -> bool:
    if document["_id"] == subject.id or document.get(seen) is None:
        return False
    family_id, group_id = document.get("familyId"), document.get("groupId")
    together = family_id == subject.owner_id or (group_id is not None and group_id == subject.group_id)
    return not (apart and together)


async def candidates_of_groups(
    registrations: Candidates, group_ids: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    """Who was registered together, of these groups, whether still open to matching or not."""
    return await _read(registrations, {"groupId": {"$in": list(group_ids)}}, session)


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


async def _read(
    records: Candidates, wanted: Mapping[str, Any], session: Session | None, seen: SeenAs = SeenAs.CHILD
) -> list[Candidate]:
    documents = await records.find(wanted, _fields(seen), session=session).to_list(None)
    # Every record has a profile, and one that has lost it is for an operator to see; few are seekers as well.
    return [_candidate(one, seen) for one in documents if seen is SeenAs.CHILD or one.get(seen) is not None]


def _fields(seen: SeenAs) -> dict[str, int]:
    return dict.fromkeys(("version", "incidentId", "familyId", "siteId", "groupId", seen.value), 1)


def _candidate(document: Document, seen: SeenAs) -> Candidate:
    return Candidate(
        id=document["_id"],
        version=document["version"],
        incident_id=document["incidentId"],
        owner_id=document.get("familyId") or document["siteId"],
        group_id=document.get("groupId"),
        profile=unpack(Profile, document[seen]["packed"]),
        keys=_keys_of(document[seen]),
    )


def _keys_of(kept: Document) -> tuple[int, ...]:
    return unpack(tuple[int, ...], kept["keys"])
