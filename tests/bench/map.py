"""How long a view of the map takes as people become many, how much of it is read, and how fast it is counted."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from pydantic import SecretStr

from backend.app import open_store, wire
from backend.domain.account import Role, Viewer
from backend.domain.event import EventKind
from backend.domain.incident import Incident, IncidentKind, IncidentScale, IncidentStatus
from backend.domain.map import EVERYWHERE, Change, Pin, changes_between
from backend.domain.person import Names, Person, Place, Point
from backend.domain.registration import CareStatus, NewRegistration, Registration, RegistrationStatus
from backend.domain.report import Report, ReportStatus
from backend.domain.site import Site, SiteKind
from backend.domain.subject import Reporter
from backend.services.collaborators import Collaborators
from backend.services.map import MapRequest, map_view
from backend.services.map_pins import make_pins
from backend.services.map_rebuilding import begin_rebuild, check_map, tend_map, work_off
from backend.services.registrations import register_person
from backend.settings.keys import load_keys
from backend.settings.settings import Settings, read_settings
from backend.store.codec import to_document
from backend.store.database import Store
from backend.store.embedded import embedded_database
from backend.store.feed import live_feed
from backend.store.map import apply, counts_now, put_pins
from backend.store.records import Session
from backend.worker import MAP_PAUSE_SECONDS
from geo.bounds import Bounds, resolution_for, sheets_within
from tests.support.client import new_id

GULF = Bounds(north=33.0, south=27.0, east=-86.0, west=-99.0)
CITY = Bounds(north=30.2, south=29.7, east=-89.6, west=-90.6)
STATE = Bounds(north=31.5, south=28.5, east=-88.0, west=-92.5)
DISTRICT = Bounds(north=30.1, south=29.85, east=-89.9, west=-90.25)
STREETS = Bounds(north=29.98, south=29.92, east=-90.0, west=-90.12)
SITES, BATCH, LOOKS = 400, 2000, 200
COUNTED_AT_ONCE, PAGE = 20_000, 500
AT = datetime(2026, 9, 2, tzinfo=UTC)
SPAN = timedelta(days=30)
LONGEST_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    people: int
    milliseconds: dict[str, list[float]]
    documents: dict[str, int]
    counted_a_second: float
    until_counted: list[float]
    """Milliseconds from a registration's answer to the word that the map has changed."""


async def measure_map(*, quick: bool) -> str:
    """Views at two sizes, and how many documents each reads, as a table."""
    last = int(os.environ.get("PEOPLE", "2000" if quick else "100000"))
    changes = 25 if quick else 100
    rows = [await _at_size(size, changes) for size in (last // 10, last)]
    names = list(rows[0].milliseconds)
    views = " | ".join(f"{name}, p50 / p99 ms (documents)" for name in names)
    head = f"| people | {views} | made anew, a second | counted after, p50 / p99 ms |"
    lines = [head, "|" + "---|" * (len(names) + 3)]
    for row in rows:
        cells = [f"{_quantiles(row.milliseconds[name])} ({row.documents[name]})" for name in names]
        cells += [f"{row.counted_a_second:,.0f}", _quantiles(row.until_counted)]
        lines.append(f"| {row.people:,} | " + " | ".join(cells) + " |")
    return (
        f"Views of an incident's map at the server, {LOOKS} of each, with {SITES} sites; one person in four is missed, "
        "the others are in care. What is read are sheets of counts, as many as the screen takes: not more of them "
        "where there are more people. Where little is in sight, the records of single things are read besides. "
        "Aim: 60 ms at p99, at every zoom.\n\n"
        f"Then {changes} children are registered one after another, and the map is counted as a worker does it: from "
        "the answer to the word to all who look at the map that it has changed (aim: 250 ms). In the end the map is "
        "what a recount of everybody says, or the run stops.\n\n" + "\n".join(lines)
    )


def _quantiles(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} / {statistics.quantiles(values, n=100)[-1]:.1f}"


async def _at_size(people: int, changes: int) -> Measured:
    async with filled(people) as place:
        use, incident_id = place.use, place.incident_id
        viewer = Viewer("v", Role.COORDINATOR, "", frozenset({incident_id}), frozenset(), None, "x")
        milliseconds, documents = await _views(use, viewer, incident_id)
        until_counted = await _changes(use, viewer, incident_id, changes)
        if not (await check_map(use.store, incident_id)).is_right:
            raise RuntimeError("the map is not what a recount says")
        return Measured(people, milliseconds, documents, place.counted_a_second, until_counted)


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with an incident of so many people, all of them on the map."""

    use: Collaborators
    settings: Settings
    uri: str
    incident_id: str
    counted_a_second: float


@asynccontextmanager
async def filled(people: int, *, made_anew: bool = True) -> AsyncIterator[Filled]:
    """`made_anew`: as an operator has a map made anew, which is measured; else counted in bulk, which is quicker."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_database(Path(folder), cache_size="1G") as database:
            settings = read_settings(data_folder=Path(folder), mongodb_uri=SecretStr(database.uri), port=0)
            keys = load_keys(settings, lambda _: None)
            async with (
                open_store(settings, keys, database.uri) as store,
                wire(settings, keys, store) as use,
                live_feed(store, use.feed),
            ):
                incident_id = await _load(use, people)
                began = time.perf_counter()
                if made_anew:
                    await begin_rebuild(use, incident_id)
                    async for _ in work_off(use, incident_id):
                        pass
                else:
                    await _count_in_bulk(use, incident_id)
                rate = (people + SITES) / (time.perf_counter() - began)
                if not (await check_map(store, incident_id)).is_right:
                    raise RuntimeError("the map is not what a recount says")
                yield Filled(use, settings, database.uri, incident_id, rate)


async def _count_in_bulk(use: Collaborators, incident_id: str) -> None:
    """Count a map on which nothing is yet: there is nothing to compare with, and nobody to meet."""
    for source in ("sites", "registrations", "reports"):
        found = use.store.database[source].find({"incidentId": incident_id}, {"_id": 1})
        ids = [one["_id"] async for one in found]
        for first in range(0, len(ids), COUNTED_AT_ONCE):
            pins: dict[str, Pin | None] = {}
            for page in range(first, min(first + COUNTED_AT_ONCE, len(ids)), PAGE):
                pins |= await make_pins(use.store, source, ids[page : page + PAGE])
            changes = [change for pin in pins.values() for change in changes_between(None, pin, AT)]
            await use.store.transact(partial(_put, use.store, incident_id, pins, changes))


async def _put(
    store: Store, incident_id: str, pins: Mapping[str, Pin | None], changes: list[Change], session: Session
) -> None:
    await put_pins(store, (), pins, session)
    await apply(store, incident_id, changes, session)


async def _changes(use: Collaborators, viewer: Viewer, incident_id: str, count: int) -> list[float]:
    site = await use.store.sites.collection.find_one({"incidentId": incident_id})
    if site is None:
        raise RuntimeError("no site")
    counting = asyncio.create_task(_count_for_ever(use))
    milliseconds = []
    try:
        async with use.feed.listen(lambda event: event.kind is EventKind.MAP_CHANGED, about=incident_id) as listener:
            for number in range(count):
                child = Person(names=Names(given="Marisol", family=f"Quintanilla {number}"))
                await register_person(
                    use, viewer, NewRegistration(site["_id"], CareStatus.UNACCOMPANIED, AT, person=child)
                )
                began = time.perf_counter()
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await listener.next()
                milliseconds.append((time.perf_counter() - began) * 1000)
    finally:
        counting.cancel()
    return milliseconds


async def _count_for_ever(use: Collaborators) -> None:
    """What a worker does, with its pause, when there is nothing else to do."""
    while True:
        await tend_map(use)
        await asyncio.sleep(MAP_PAUSE_SECONDS)


async def _views(use: Collaborators, viewer: Viewer, incident_id: str) -> tuple[dict[str, list[float]], dict[str, int]]:
    then = AT + SPAN / 2
    asked = {
        "whole incident": MapRequest(GULF, 6),
        "the same as it was": MapRequest(GULF, 6, at=then),
        "a state": MapRequest(STATE, 8),
        "a city": MapRequest(CITY, 10),
        "a district": MapRequest(DISTRICT, 12),
        "streets": MapRequest(STREETS, 14),
    }
    milliseconds: dict[str, list[float]] = {}
    documents: dict[str, int] = {}
    for name, request in asked.items():
        milliseconds[name] = []
        for _ in range(LOOKS):
            began = time.perf_counter()
            await map_view(use, viewer, incident_id, request)
            milliseconds[name].append((time.perf_counter() - began) * 1000)
        sheets = [*sheets_within(request.bounds, resolution_for(request.zoom, request.bounds)), EVERYWHERE]
        there = {sheet for sheet, _ in await counts_now(use.store, incident_id, sheets)}
        documents[name] = len(there) * (1 if request.at is None else 3)
    return milliseconds, documents


async def _load(use: Collaborators, people: int) -> str:
    random, incident_id = Random(4), new_id()  # noqa: S311 (no secret)
    store = use.store
    incident = Incident(
        id=incident_id,
        name="Bench",
        kind=IncidentKind.HURRICANE,
        status=IncidentStatus.ACTIVE,
        scale=IncidentScale.REGIONAL,
        area=(),
        child_age_limit=21,
        retention_days=365,
        propose_threshold=0.3,
        alert_threshold=0.9,
        synthetic=True,
        created_by="bench",
        version=1,
        created_at=AT,
        updated_at=AT,
    )
    await store.incidents.insert(incident)
    sites = [
        Site(new_id(), incident_id, "Site", SiteKind.SHELTER, _point(random), None, 500, True, 1, AT, AT)
        for _ in range(SITES)
    ]
    await store.sites.collection.insert_many([to_document(site) for site in sites])
    for first in range(0, people, BATCH):
        registrations, reports = [], []
        for number in range(first, min(first + BATCH, people)):
            at = AT + SPAN * (number / people)
            if number % 4:
                registrations.append(to_document(_registration(random, incident_id, random.choice(sites).id, at)))
            else:
                reports.append({**to_document(_report(random, incident_id, at)), "filing": new_id()})
        await store.registrations.collection.insert_many(registrations)
        await store.reports.collection.insert_many(reports)
    return incident_id


def _point(random: Random) -> Point:
    """Around New Orleans, most of them near."""
    return Point(29.95 + random.gauss(0, 0.6), -90.07 + random.gauss(0, 1.2))


def _registration(random: Random, incident_id: str, site_id: str, at: datetime) -> Registration:
    return Registration(
        id=new_id(),
        incident_id=incident_id,
        site_id=site_id,
        group_id=None,
        care_status=random.choice(tuple(CareStatus)),
        status=RegistrationStatus.IN_CARE,
        person=Person(),
        found_at=at,
        found_place=Place(),
        medical_notes=None,
        photo_ids=(),
        synthetic=True,
        registered_by="bench",
        version=1,
        created_at=at,
        updated_at=at,
    )


def _report(random: Random, incident_id: str, at: datetime) -> Report:
    return Report(
        id=new_id(),
        incident_id=incident_id,
        family_id=new_id(),
        status=ReportStatus.OPEN,
        person=Person(),
        reporter=Reporter(),
        last_seen_at=at,
        last_seen_place=Place(None, _point(random)),
        photo_ids=(),
        synthetic=True,
        filed_by="bench",
        version=1,
        created_at=at,
        updated_at=at,
    )
