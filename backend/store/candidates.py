"""The records that may be the other side of a pair: found by key, ranked at a glance, the best of them read whole."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bson import Binary

from backend.domain.match import Match
from backend.domain.registration import NOT_STOOD_FOR
from backend.domain.subject import Side
from backend.matching.keys import asked_by_number, key_number, keys
from backend.matching.profile import Profile
from backend.matching.ranking import AT_ONCE, Bounds
from backend.store.codec import Document, pack, unpack
from backend.store.hidden import bytes_in
from backend.store.key_indexes import Candidates, KeyIndexes, Reading, SeenAs
from backend.store.records import Records, Session

NO_KEYS = pack([])
"""Of a record that is not to be matched. Of the others nobody reads the keys here, and so they are not opened."""
KEYS = tuple(f"{seen}.keys" for seen in SeenAs)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side of a pair as the matcher needs it.

    `owner_id` is a report's family or a registration's site; `group_id` is shared by siblings registered together.
    One that is not `is_open` is not to be matched. Of one that is `held_back` no family may be told.
    """

    id: str
    version: int
    incident_id: str
    owner_id: str
    group_id: str | None
    profile: Profile
    is_open: bool
    held_back: bool = False

    @property
    def together(self) -> str | None:
        """What is shared by those who were reported or registered together."""
        return self.owner_id if self.profile.side is Side.REPORT else self.group_id


def kept_for_matching(
    profile: Profile, *, open_to_matching: bool, at: datetime, as_seeker: Profile | None = None
) -> Document:
    """The fields kept beside a record: its profile, and its keys while it is open to matching.

    `as_seeker` is what an adult would have reported: it is found apart from children, and only asked for. By `at`, the
    time of writing, those who keep an index learn of it.
    """
    return {
        SeenAs.CHILD.value: _kept(profile, open_to_matching=open_to_matching),
        SeenAs.SEEKER.value: None if as_seeker is None else _kept(as_seeker, open_to_matching=True),
        "keptAt": at,
    }


def _kept(profile: Profile, *, open_to_matching: bool) -> Document:
    packed = pack([key_number(key) for key in keys(profile)]) if open_to_matching else NO_KEYS
    return {"version": profile.version, "packed": Binary(pack(profile)), "keys": Binary(packed)}


async def candidate(
    records: Candidates, record_id: str, session: Session | None = None, *, seen: SeenAs = SeenAs.CHILD
) -> Candidate | None:
    """None for a record that is not there, or is not to be seen so.

    Raises: UnreadableError. Where several are read, one that does not open is left out, and the log names it.
    """
    document = await records.collection.find_one({"_id": record_id}, _fields(seen), session=session)
    if document is None or document.get(seen) is None:
        return None
    return _candidate(records.hiding.show(document, but=KEYS), seen)


async def subjects_by_id(
    records: Candidates, record_ids: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    """Those of these that are there, to be compared with others.

    Raises: UnreadableError. One that was left out would never be compared, and nobody would learn of it.
    """
    documents = await records.collection.find(_with(record_ids), _fields(SeenAs.CHILD), session=session).to_list(None)
    return [_candidate(records.hiding.show(one, but=KEYS), SeenAs.CHILD) for one in documents]


async def candidates_by_id(
    records: Candidates, record_ids: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    return await _read(records, _with(record_ids), session)


async def candidates_by_key(
    records: Candidates,
    indexes: KeyIndexes,
    subjects: Sequence[Candidate],
    session: Session | None = None,
    *,
    begun: Mapping[str, Reading] = MappingProxyType({}),
    besides: Mapping[str, Iterable[str]] | None = None,
    bounds: Bounds = AT_ONCE,
    seen: SeenAs = SeenAs.CHILD,
    apart: bool = False,
) -> dict[str, list[Candidate]]:
    """For each subject, by its id, those of its incident that are open to matching and, at a glance, the likeliest to
    be it; and those whose ids are `besides` its own, found or not. All of them are read at once.

    `bounds` say how much is looked at, `seen` as what the others are looked for; `apart` leaves out who was reported or
    registered together with the subject. The index of an incident in `begun` is being read already. A subject that is
    not to be matched finds nobody.
    """
    looking = [subject for subject in subjects if subject.is_open]
    readings = {one: indexes.begin(records, one) for one in {one.incident_id for one in looking}.difference(begun)}
    current = {one: (await asyncio.shield(reading))[seen] for one, reading in {**readings, **begun}.items()}
    best: dict[str, list[str]] = {subject.id: [] for subject in subjects}
    for subject in looking:
        asked = asked_by_number(subject.profile)
        together = subject.together if apart else None
        best[subject.id] = current[subject.incident_id].likeliest(
            subject.profile, asked, bounds, besides=subject.id, apart_from=together
        )
        await asyncio.sleep(0)  # whoever else is served by this process waits for one look at most
    known = besides or {}
    wanted = {other for ids in (*best.values(), *known.values()) for other in ids}
    found = await _read(records, _with(sorted(wanted)), session, seen) if wanted else []
    read = {one.id: one for one in found}
    still_open = {one.id for one in found if one.is_open}
    return {
        subject_id: [
            read[other]
            for other in dict.fromkeys([*(one for one in ids if one in still_open), *known.get(subject_id, ())])
            if other in read
        ]
        for subject_id, ids in best.items()
    }


async def candidates_of_groups(
    registrations: Candidates, group_ids: Sequence[str], session: Session | None = None
) -> list[Candidate]:
    """Who was registered together, of these groups, whether still open to matching or not."""
    return await _read(registrations, {"groupId": {"$in": list(group_ids)}}, session)


async def reports_with_matches(
    reports: Candidates, matches: Records[Match], family_ids: Sequence[str], session: Session | None = None
) -> tuple[list[Candidate], list[Match]]:
    """All reports of these families, whether still open to matching or not, and the matches that they are part of."""
    documents = await _beside_matches(reports, {"familyId": {"$in": list(family_ids)}}, matches, "reportId", session)
    found = [_candidate(one, SeenAs.CHILD) for one in reports.hiding.readable(documents, but=KEYS)]
    return found, _matches_in(documents, matches)


async def registrations_with_matches(
    registrations: Candidates, matches: Records[Match], record_ids: Sequence[str], session: Session | None = None
) -> tuple[list[Candidate], list[Match]]:
    """Those of these that are there, to be compared with others, and the matches that they are part of.

    Raises: UnreadableError. One that was left out would never be compared, and nobody would learn of it.
    """
    documents = await _beside_matches(registrations, _with(record_ids), matches, "registrationId", session)
    found = [_candidate(registrations.hiding.show(one, but=KEYS), SeenAs.CHILD) for one in documents]
    return found, _matches_in(documents, matches)


async def _beside_matches(
    records: Candidates, wanted: Document, matches: Records[Match], side: str, session: Session | None
) -> list[Document]:
    """One look at the database for both: a way there costs more than what is found."""
    stages: list[Document] = [
        {"$match": wanted},
        {"$project": _fields(SeenAs.CHILD)},
        {"$lookup": {"from": matches.collection.name, "localField": "_id", "foreignField": side, "as": "matches"}},
    ]
    return await (await records.collection.aggregate(stages, session=session)).to_list(None)


def _matches_in(documents: Iterable[Document], matches: Records[Match]) -> list[Match]:
    return [matches.record_of(match) for document in documents for match in document["matches"]]


async def families_of_several(
    reports: Candidates, family_ids: Sequence[str], session: Session | None = None
) -> set[str]:
    """Those families that have filed more than one report."""
    stages: list[Document] = [
        {"$match": {"familyId": {"$in": list(family_ids)}}},
        {"$group": {"_id": "$familyId", "reports": {"$sum": 1}}},
        {"$match": {"reports": {"$gt": 1}}},
    ]
    return {document["_id"] async for document in await reports.collection.aggregate(stages, session=session)}


def _with(record_ids: Iterable[str]) -> Document:
    return {"_id": {"$in": list(record_ids)}}


async def _read(
    records: Candidates, wanted: Mapping[str, Any], session: Session | None, seen: SeenAs = SeenAs.CHILD
) -> list[Candidate]:
    documents = await records.collection.find(wanted, _fields(seen), session=session).to_list(None)
    shown = records.hiding.readable(documents, but=KEYS)
    # Every record has a profile, and one that has lost it is for an operator to see; few are seekers as well.
    return [_candidate(one, seen) for one in shown if seen is SeenAs.CHILD or one.get(seen) is not None]


def _fields(seen: SeenAs) -> dict[str, int]:
    return dict.fromkeys(("version", "incidentId", "familyId", "siteId", "groupId", "confirmation", seen.value), 1)


def _candidate(document: Document, seen: SeenAs) -> Candidate:
    return Candidate(
        id=document["_id"],
        version=document["version"],
        incident_id=document["incidentId"],
        owner_id=document.get("familyId") or document["siteId"],
        group_id=document.get("groupId"),
        profile=unpack(Profile, document[seen]["packed"]),
        is_open=bytes_in(document[seen]["keys"]) > len(NO_KEYS),
        held_back=document.get("confirmation") in NOT_STOOD_FOR,
    )
