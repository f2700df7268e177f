"""The map: records that wait to be counted, what each is counted as, and the counts, now and in the past.

Counts lie on sheets of 49 neighbouring cells each. A sheet of the present has them as they are. For the past there are
three kinds, which hold by how much each count changed: in each month, in each day of one month, in each hour of one
day. What there was at an hour is the sum of the months, days and hours before it, in three documents for each sheet,
however long the incident and however many changes there were.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import h3
from pymongo import DeleteOne, ReplaceOne, UpdateOne

from backend.domain.event import Event, EventKind
from backend.domain.map import EVERYWHERE, REMEMBERED, Change, Count, MapLayer, Pin, cells_of
from backend.store.codec import Document, from_document, to_document
from backend.store.database import Store
from backend.store.records import Session
from geo.bounds import SHEET

DUE, PINS, SHEETS, STATE = "mapDue", "mapPins", "mapSheets", "mapState"
NOW = "now"
MONTHS = "months"
THE_ONE = "the one"

MAPPED: Mapping[EventKind, str] = {
    EventKind.SITE_ADDED: "sites",
    EventKind.SITE_UPDATED: "sites",
    EventKind.PERSON_REGISTERED: "registrations",
    EventKind.REGISTRATION_UPDATED: "registrations",
    EventKind.REGISTRATION_MOVED: "registrations",
    EventKind.REGISTRATION_CONFIRMED: "registrations",
    EventKind.REGISTRATION_DISMISSED: "registrations",
    EventKind.REGISTRATION_RESTORED: "registrations",
    EventKind.REPORT_FILED: "reports",
    EventKind.REPORT_UPDATED: "reports",
    EventKind.REPORT_WITHDRAWN: "reports",
    EventKind.REPORT_TAKEN_DOWN: "reports",
    EventKind.REPORT_RESTORED: "reports",
    EventKind.MATCH_CONFIRMED: "matches",
    EventKind.MATCH_UNDONE: "matches",
    EventKind.SIGHTING_RECORDED: "sightings",
    EventKind.SIGHTING_LINKED: "sightings",
    EventKind.SIGHTING_DISMISSED: "sightings",
    EventKind.SIGHTING_REOPENED: "sightings",
}
"""The events whose subject may change what is on the map, and the collection that it is in."""


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record that was changed and is to be counted anew; `id` is that of the event."""

    id: str
    incident_id: str
    source: str
    record_id: str


def due_documents(events: Iterable[Event]) -> list[Document]:
    """What is written beside these events, so that the map follows."""
    return [
        to_document(DueRecord(event.id, event.incident_id, MAPPED[event.kind], event.subject_id))
        for event in events
        if event.kind in MAPPED and event.incident_id is not None
    ]


async def due_records(store: Store, limit: int) -> list[DueRecord]:
    """Some of those that wait, in no order: each is counted as it is by then."""
    cursor = store.database[DUE].find({}).limit(limit)
    return [from_document(DueRecord, document) async for document in cursor]


async def count_due(store: Store) -> int:
    return await store.database[DUE].count_documents({})


async def no_longer_due(store: Store, due: Sequence[DueRecord], session: Session) -> None:
    await store.database[DUE].delete_many({"_id": {"$in": [one.id for one in due]}}, session=session)


async def meet(store: Store, session: Session) -> None:
    """Make any two transactions that count meet: the later of them is done again, and sees what the other wrote."""
    await store.database[STATE].update_one({"_id": THE_ONE}, {"$inc": {"held": 1}}, upsert=True, session=session)


async def pins_of(store: Store, ids: Iterable[str], session: Session | None = None) -> dict[str, Pin]:
    wanted = list(ids)
    if not wanted:
        return {}
    cursor = store.database[PINS].find({"_id": {"$in": wanted}}, session=session)
    return {document["_id"]: from_document(Pin, document) async for document in cursor}


async def pins_about(store: Store, ids: Iterable[str], session: Session | None = None) -> dict[str, Pin]:
    """The pins that a change of these records may move."""
    wanted = list(ids)
    if not wanted:
        return {}
    cursor = store.database[PINS].find({"about": {"$in": wanted}}, session=session)
    return {document["_id"]: from_document(Pin, document) async for document in cursor}


async def pins_in(store: Store, incident_id: str, layer: MapLayer, cells: Iterable[str], limit: int) -> list[Pin]:
    """The pins of a layer in cells of the finest resolution; those of sites in cells of any."""
    wanted = {"place": {"$in": [_place(incident_id, layer, cell) for cell in cells]}}
    return [from_document(Pin, document) async for document in store.database[PINS].find(wanted).limit(limit)]


async def pins_ending_in(store: Store, incident_id: str, cells: Iterable[str], limit: int) -> list[Pin]:
    """The pins of lines that end in cells of the finest resolution."""
    wanted = {"end": {"$in": [f"{incident_id} {cell}" for cell in cells]}}
    return [from_document(Pin, document) async for document in store.database[PINS].find(wanted).limit(limit)]


async def put_pins(store: Store, before: Collection[str], after: Mapping[str, Pin | None], session: Session) -> None:
    """Keep pins in the place of what there was of them; `before` are the ids of those that were there."""
    new = [_pin_document(pin) for pin_id, pin in after.items() if pin is not None and pin_id not in before]
    changed: list[Any] = [
        DeleteOne({"_id": pin_id}) if pin is None else ReplaceOne({"_id": pin_id}, _pin_document(pin))
        for pin_id, pin in after.items()
        if pin_id in before
    ]
    if new:
        await store.database[PINS].insert_many(new, ordered=False, session=session)
    if changed:
        await store.database[PINS].bulk_write(changed, ordered=False, session=session)


def _pin_document(pin: Pin) -> Document:
    return {**to_document(pin), **_places_of(pin)}


def _places_of(pin: Pin) -> Document:
    """What a pin is looked for by: where it is, and where its line ends."""
    places = [_place(pin.incident_id, pin.layer, cell) for cell in cells_of(pin)]
    ends = {} if pin.to_cell is None else {"end": f"{pin.incident_id} {pin.to_cell}"}
    return {**({"place": places} if places else {}), **ends}


def _place(incident_id: str, layer: MapLayer, cell: str) -> str:
    """The layer is part of it: few sites are found among the thousands who are in care there."""
    return f"{incident_id} {layer} {cell}"


async def apply(store: Store, incident_id: str, changes: Iterable[Change], session: Session) -> None:
    """Count changes of one incident: in the present, and where the past is kept."""
    sheets: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for change in changes:
        sheets[change.sheet, NOW][change.name] += change.by
        if is_remembered(change.sheet):
            month, day, hour = _parts(change.at)
            sheets[change.sheet, MONTHS][f"{month} {change.name}"] += change.by
            sheets[change.sheet, month][f"{day} {change.name}"] += change.by
            sheets[change.sheet, day][f"{hour} {change.name}"] += change.by
    writes = [
        UpdateOne(
            {"_id": _sheet_id(incident_id, sheet, period)},
            {
                "$inc": {f"counts.{name}": by for name, by in counts.items() if by},
                "$set": {"incidentId": incident_id, "kind": _kind(incident_id, _resolution(sheet), period)},
            },
            upsert=True,
        )
        for (sheet, period), counts in sheets.items()
        if any(counts.values())
    ]
    if writes:
        await store.database[SHEETS].bulk_write(writes, ordered=False, session=session)


def is_remembered(sheet: str) -> bool:
    """Whether the past of a sheet is kept."""
    return sheet == EVERYWHERE or (h3.is_valid_cell(sheet) and h3.get_resolution(sheet) + SHEET in REMEMBERED)


async def counts_now(store: Store, incident_id: str, sheets: Iterable[str]) -> Counter[Count]:
    ids = {_sheet_id(incident_id, sheet, NOW): sheet for sheet in sheets}
    found: Counter[Count] = Counter()
    async for document in store.database[SHEETS].find({"_id": {"$in": list(ids)}}):
        sheet = ids[document["_id"]]
        found.update({(sheet, name): by for name, by in document["counts"].items()})
    return found


async def counts_at(store: Store, incident_id: str, sheets: Iterable[str], at: datetime) -> Counter[Count]:
    """What there was at the last full hour before `at`, in UTC."""
    month, day, hour = _parts(at)
    ids = {
        _sheet_id(incident_id, sheet, period): (sheet, until)
        for sheet in sheets
        for period, until in ((MONTHS, month), (month, day), (day, hour))
    }
    found: Counter[Count] = Counter()
    async for document in store.database[SHEETS].find({"_id": {"$in": list(ids)}}):
        sheet, until = ids[document["_id"]]
        for dated, by in document["counts"].items():
            period, _, name = dated.partition(" ")
            if period < until:
                found[sheet, name] += by
    return found


async def counts_of_a_day(store: Store, incident_id: str, resolution: int, day: datetime) -> Counter[str]:
    """What there was as a day began, by name, in all cells of a resolution and in the incident as a whole."""
    month, today, _ = _parts(day)
    found: Counter[str] = Counter()
    for of in (str(resolution), EVERYWHERE):
        for period, until in ((MONTHS, month), (month, today)):
            async for document in store.database[SHEETS].find({"kind": _kind(incident_id, of, period)}):
                for dated, by in document["counts"].items():
                    when, _, name = dated.partition(" ")
                    if when < until:
                        found[name] += by
    return found


async def count_pins(store: Store, incident_id: str) -> int:
    return await store.database[PINS].count_documents({"incidentId": incident_id})


async def all_counts(store: Store, incident_id: str) -> tuple[Counter[Count], Counter[Count]]:
    """All counts of an incident as they are now, and the sums of all that was counted in months, days and hours.

    Of the past, what the three do not agree on counts as -1.
    """
    sums: defaultdict[str, Counter[Count]] = defaultdict(Counter)
    async for document in store.database[SHEETS].find({"incidentId": incident_id}):
        sheet, _, period = document["_id"].removeprefix(f"{incident_id} ").rpartition(" ")
        kind = period if period in (NOW, MONTHS) else "days" if len(period) == len("2026-09") else "hours"
        for name, by in document["counts"].items():
            sums[kind][sheet, name if period == NOW else name.partition(" ")[2]] += by
    months, days, hours = sums[MONTHS], sums["days"], sums["hours"]
    names = months.keys() | days.keys() | hours.keys()
    past = Counter({one: months[one] if months[one] == days[one] == hours[one] else -1 for one in names})
    return sums[NOW], past


async def forget_finer(store: Store, incident_id: str, resolution: int, session: Session) -> None:
    """Take the counts of all cells away that are smaller than those of a resolution."""
    kinds = await store.database[SHEETS].distinct("kind", {"incidentId": incident_id}, session=session)
    finer = [kind for kind in kinds if kind.split(" ")[1].isdigit() and int(kind.split(" ")[1]) > resolution]
    await store.database[SHEETS].delete_many({"kind": {"$in": finer}}, session=session)


@lru_cache(maxsize=1024)
def _parts(at: datetime) -> tuple[str, str, str]:
    """Month, day and hour: texts that sort as their times do."""
    moment = at.astimezone(UTC)
    return f"{moment:%Y-%m}", f"{moment:%Y-%m-%d}", f"{moment:%H}"


def _resolution(sheet: str) -> str:
    """Of the cells on a sheet; the name of one that holds no cells."""
    return str(h3.get_resolution(sheet) + SHEET) if h3.is_valid_cell(sheet) else sheet


def _kind(incident_id: str, resolution: str, period: str) -> str:
    return f"{incident_id} {resolution} {period}"


def _sheet_id(incident_id: str, sheet: str, period: str) -> str:
    return f"{incident_id} {sheet} {period}"
