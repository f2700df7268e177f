"""How fast one new report is matched as the registrations become many, and how many records a worker works off."""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from pydantic import SecretStr

from backend.app import open_store, wire, wire_worker
from backend.domain.event import Event, EventKind
from backend.domain.incident import Incident, IncidentKind, IncidentScale, IncidentStatus
from backend.domain.person import Place
from backend.domain.registration import CareStatus, Registration, RegistrationStatus
from backend.domain.report import Report, ReportStatus
from backend.domain.subject import Side, Subject
from backend.exchange.rows import subject_of
from backend.matching.compare import compare
from backend.matching.profile import profile
from backend.services.collaborators import Collaborators
from backend.services.models import put_model, rules_of
from backend.services.scoring import read_ahead, score_families
from backend.settings.keys import load_keys
from backend.settings.settings import Settings, read_settings
from backend.store import events
from backend.store.candidates import candidate, candidates_by_key, kept_for_matching
from backend.store.codec import Document, to_document
from backend.store.database import connect
from backend.store.embedded import embedded_database
from backend.store.feed import live_feed
from backend.store.key_indexes import LATE, Candidates
from backend.store.records import Session
from backend.store.work import WorkState
from backend.worker import running_worker, spare_garbage_collection
from tests.bench import plots
from tests.bench.people import write_people
from tests.bench.plots import PLOTS
from tests.support.ciphers import cipher_of_folder

SEED = 11
CACHE = "6G"
"""What an operator of so many records gives the database: room for all of them, 5 KB each. The default of 512M is for a
laptop's tens of thousands; MongoDB's own is half of the machine's memory.
"""
BATCH = 1000
LOADERS = 2
REPORTS = 0.15
"""Reports for each registration: two of three lie in the database beside the registrations, the third is to come."""
INCIDENT, SITE = (str(uuid5(NAMESPACE_OID, name)) for name in ("incident", "site"))
NOW = datetime(2026, 9, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many registrations there are in turn, how many new reports are timed at each, and the records of the queue:
    four of five are registrations.
    """

    registrations: tuple[int, ...]
    timed: int
    worked_off: int


QUICK = Sizes((300, 2_000), 50, 100)


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured at one size: milliseconds of each report and of each bare look-up, how many registrations each
    report was compared with, and of the reports whose child is there, the share that was compared with it: of all, and
    of those who are likely enough to be proposed.
    """

    registrations: int
    milliseconds: tuple[float, ...]
    bare: tuple[float, ...]
    compared: tuple[int, ...]
    met: float
    met_likely: float

    def at(self, percent: int) -> float:
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True)
class Measured:
    """All sizes, how long one worker took over the queue, and how fast the registrations were loaded."""

    speeds: tuple[Speed, ...]
    worked_off: int
    seconds: float
    loaded_a_second: float


async def measure_speed(*, quick: bool) -> str:
    """A table of latencies by size, and the worker's rate."""
    measured = await measure(QUICK if quick else full_sizes())
    _draw(measured)
    return in_words(measured)


def _draw(measured: Measured) -> None:
    rows = [(speed.registrations, speed.at(50), speed.at(99)) for speed in measured.speeds]
    bare = [(speed.registrations, *_quantiles(speed.bare)) for speed in measured.speeds]
    plots.latency_by_size(
        PLOTS / "latency.png",
        {"one new report": rows, "a bare look-up": bare},
        {"aim, p50": 10.0, "aim, p99": 60.0},
    )


def _quantiles(milliseconds: Sequence[float]) -> tuple[float, float]:
    """p50 and p99."""
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return cuts[49], cuts[98]


def full_sizes() -> Sizes:
    """Up to as many registrations as REGISTRATIONS in the environment says, where a run is to be shorter."""
    last = int(os.environ.get("REGISTRATIONS", "1000000"))
    return Sizes((*(size for size in (10_000, 100_000) if size < last), last), timed=500, worked_off=10_000)


async def measure(sizes: Sizes) -> Measured:
    """The figures themselves, for a table or a picture."""
    last = sizes.registrations[-1]
    queued_registrations = sizes.worked_off * 4 // 5
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people"
        in_all = last + queued_registrations
        queued_reports = sizes.worked_off - queued_registrations
        write_people(people, registrations=in_all, reports=round(last * REPORTS) + queued_reports, seed=SEED)
        truth = _truth(people / "truth.ndjson")
        async with _running(Path(folder)) as (settings, use), AsyncExitStack() as files:
            registrations = files.enter_context((people / "registrations.ndjson").open(encoding="utf-8"))
            reports = files.enter_context((people / "reports.ndjson").open(encoding="utf-8"))
            uri = str(settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else "")
            load = partial(_load, uri, settings.data_folder)
            began, paused, timed, speeds = time.perf_counter(), 0.0, list[str](), list[Speed]()
            for before, size in zip((0, *sizes.registrations), sizes.registrations, strict=False):
                fresh = list(islice(reports, round((size - before) * REPORTS)))
                timed += fresh[2::3][: sizes.timed - len(timed)]
                lying = (line for number, line in enumerate(fresh) if number % 3 != 2)
                _load_all(load, Side.REGISTRATION, islice(registrations, size - before))
                _load_all(load, Side.REPORT, lying)
                loaded = time.perf_counter()
                await _fit_the_model(use, size)
                await asyncio.sleep(LATE.total_seconds())  # or else what was just loaded is looked through each time
                await read_ahead(use)
                speeds.append(await _speed(use, size, timed, truth))
                paused += time.perf_counter() - loaded
            took = time.perf_counter() - began - paused
            queue = [_document(Side.REGISTRATION, line) for line in islice(registrations, queued_registrations)]
            queue_reports = [_document(Side.REPORT, line) for line in islice(reports, queued_reports)]
            seconds = await _work_off(settings, use, queue, queue_reports)
    return Measured(tuple(speeds), len(queue) + len(queue_reports), seconds, last * (1 + REPORTS * 2 / 3) / took)


def _truth(path: Path) -> dict[str, str]:
    """Report id -> registration id, of the reports whose child is registered."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        _id_of(row["report_id"]): _id_of(row["registration_id"]) for row in rows if row["registration_id"] is not None
    }


def _id_of(row_id: str) -> str:
    return str(uuid5(NAMESPACE_OID, row_id))


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[tuple[Settings, Collaborators]]:
    """The database of a field laptop, with an incident, and what the use cases work with."""
    async with embedded_database(folder, cache_size=CACHE) as database:
        settings = read_settings(data_folder=folder, mongodb_uri=SecretStr(database.uri), port=0)
        keys = load_keys(settings, lambda _: None)
        async with (
            open_store(settings, keys, database.uri) as store,
            wire(settings, keys, store) as use,
        ):
            await use.store.incidents.insert(_incident())
            spare_garbage_collection()
            yield settings, use


def _incident() -> Incident:
    return Incident(
        id=INCIDENT, name="Bench", kind=IncidentKind.HURRICANE, status=IncidentStatus.ACTIVE,
        scale=IncidentScale.REGIONAL, area=(), child_age_limit=21, retention_days=365, propose_threshold=0.3,
        alert_threshold=0.9, synthetic=True, created_by="bench", version=1, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


async def _fit_the_model(use: Collaborators, registrations: int) -> None:
    """The prior of an incident of this size: else the first event would have the whole incident rescored."""

    async def write(session: Session) -> None:
        rules = await rules_of(use, INCIDENT, session)
        assert rules is not None
        await put_model(use, rules, replace(rules.model, candidates=registrations, because="Bench"), session)

    await use.store.transact(write)


def _load_all(load: "partial[None]", side: Side, lines: Iterator[str]) -> None:
    """Write the records of all lines, in as many processes as there are cores: deriving profiles takes longest."""
    with ProcessPoolExecutor(LOADERS, mp_context=get_context("forkserver")) as pool:
        waiting = [pool.submit(load, side, batch) for batch in iter(lambda: list(islice(lines, BATCH)), [])]
        for done in waiting:
            done.result()


def _load(uri: str, folder: Path, side: Side, lines: Sequence[str]) -> None:
    """Write the records of some lines, without events: they were worked off long ago."""
    asyncio.run(_insert(uri, folder, side, [_document(side, line) for line in lines]))


async def _insert(uri: str, folder: Path, side: Side, documents: list[Document]) -> None:
    store = connect(uri, read_settings().database_name, cipher_of_folder(folder))
    try:
        records = store.registrations if side is Side.REGISTRATION else store.reports
        await records.collection.insert_many([_hidden(records, one) for one in documents], ordered=False)
    finally:
        await store.close()


def _hidden(records: Candidates, document: Document) -> Document:
    hidden: Document = records.hiding.hide(document["_id"], document)
    return hidden


def _document(side: Side, line: str) -> Document:
    """A record as the server keeps it now, without an event."""
    cells = {name: value if isinstance(value, str) else json.dumps(value) for name, value in json.loads(line).items()}
    subject, _ = subject_of(cells, side)
    subject = replace(subject, id=_id_of(subject.id))
    record = _registration(subject) if side is Side.REGISTRATION else _report(subject)
    kept = kept_for_matching(profile(subject), open_to_matching=True, at=datetime.now(UTC))
    filing = {} if side is Side.REGISTRATION else {"filing": subject.id}
    return {**to_document(record), "digest": "0" * 64, **filing, **kept}


def _registration(subject: Subject) -> Registration:
    return Registration(
        id=subject.id, incident_id=INCIDENT, site_id=SITE, group_id=subject.together,
        care_status=CareStatus.UNACCOMPANIED, status=RegistrationStatus.IN_CARE, person=subject.person,
        found_at=subject.at or NOW, found_place=next(iter(subject.places), Place()), medical_notes=None, photo_ids=(),
        synthetic=True, registered_by="bench", version=1, created_at=subject.recorded_at or NOW, updated_at=NOW,
    )  # fmt: skip


def _report(subject: Subject) -> Report:
    """Each child is reported alone: what is timed is one report and not a family's."""
    return Report(
        id=subject.id, incident_id=INCIDENT, family_id=subject.id, status=ReportStatus.OPEN, person=subject.person,
        reporter=subject.reporter, last_seen_at=subject.at, last_seen_place=next(iter(subject.places), Place()),
        photo_ids=(), synthetic=True, filed_by="bench", version=1, created_at=subject.recorded_at or NOW,
        updated_at=NOW,
    )  # fmt: skip


async def _speed(use: Collaborators, size: int, lines: Sequence[str], truth: dict[str, str]) -> Speed:
    """Time each report as if it had just been filed; each is taken away again, with what came of it."""
    reports, registrations = use.store.reports, use.store.registrations
    milliseconds, bare, compared, met = list[float](), list[float](), list[int](), list[tuple[bool, bool]]()
    rules = await rules_of(use, INCIDENT)
    assert rules is not None
    for line in lines:
        document = _document(Side.REPORT, line)
        report_id: str = document["_id"]
        await reports.collection.insert_one(_hidden(reports, document))
        milliseconds.append(await _score(use, report_id))
        subject = await candidate(reports, report_id)
        assert subject is not None
        candidates = await candidates_by_key(registrations, use.store.key_indexes, [subject])
        found = {one.id for one in candidates[subject.id]}
        compared.append(len(found))
        began = time.perf_counter()
        await registrations.collection.find_one({"_id": truth.get(report_id, report_id)}, {"_id": 1})
        bare.append((time.perf_counter() - began) * 1000)
        child = await candidate(registrations, truth.get(report_id, report_id))
        if child is not None:
            probability = compare(subject.profile, child.profile, rules.context).probability
            met.append((child.id in found, probability >= rules.incident.propose_threshold))
        await reports.collection.delete_one({"_id": report_id})
        for collection in (use.store.matches.collection, use.store.events.collection):
            await collection.delete_many({"reportId": report_id})
    likely = [is_met for is_met, is_likely in met if is_likely]
    share = sum(is_met for is_met, _ in met) / len(met)
    return Speed(size, tuple(milliseconds), tuple(bare), tuple(compared), share, sum(likely) / len(likely))


async def _score(use: Collaborators, report_id: str) -> float:
    """Milliseconds of scoring a report in the worker's transaction, its commit included."""

    async def write(session: Session) -> None:
        rules = await rules_of(use, INCIDENT, session)
        assert rules is not None
        await score_families(use, rules, [report_id], session)

    began = time.perf_counter()
    await use.store.transact(write)
    milliseconds = (time.perf_counter() - began) * 1000
    # What came of it must not be there when it is scored again.
    for collection in (use.store.matches.collection, use.store.events.collection):
        await collection.delete_many({"reportId": report_id})
    return milliseconds


async def _work_off(
    settings: Settings, use: Collaborators, registrations: Sequence[Document], reports: Sequence[Document]
) -> float:
    """Seconds in which one worker does all that follows from records that were written, while nothing else is new."""
    queue = [(EventKind.PERSON_REGISTERED, one) for one in registrations]
    queue += [(EventKind.REPORT_FILED, one) for one in reports]
    for records, documents in ((use.store.registrations, registrations), (use.store.reports, reports)):
        await records.collection.insert_many([_hidden(records, one) for one in documents])
    told = [_event(use, kind, document) for kind, document in queue]

    async def write(session: Session) -> None:
        await events.append(use.store, session, *told)

    await use.store.transact(write)
    async with wire_worker(settings, load_keys(settings, lambda _: None), use) as worker:
        began = time.perf_counter()
        async with live_feed(use.store, use.feed), running_worker(worker):
            while await use.store.events.collection.find_one({"work.state": WorkState.WAITING.value}) is not None:  # noqa: ASYNC110 (nobody tells when a queue is empty)
                await asyncio.sleep(0.5)
        return time.perf_counter() - began


def _event(use: Collaborators, kind: EventKind, document: Document) -> Event:
    return Event(
        id=use.new_id(), kind=kind, subject_id=document["_id"], actor_id="bench", at=use.clock(), incident_id=INCIDENT,
        site_id=document.get("siteId"), family_id=document.get("familyId"),
        report_id=document["_id"] if kind is EventKind.REPORT_FILED else None,
    )  # fmt: skip


def in_words(measured: Measured) -> str:
    """The figures as a Markdown table with what they are of."""
    first, last = measured.speeds[0], measured.speeds[-1]
    head = (
        "| registrations | p50, ms | p95, ms | p99, ms | bare look-up p50, ms | p50 in look-ups | compared, median | "
        "child there: compared | likely enough: compared |\n|---|---|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| {speed.registrations:,} | {speed.at(50):.1f} | {speed.at(95):.1f} | {speed.at(99):.1f} "
        f"| {statistics.median(speed.bare):.2f} | {speed.at(50) / statistics.median(speed.bare):.0f} "
        f"| {statistics.median(speed.compared):.0f} | {speed.met:.1%} | {speed.met_likely:.1%} |"
        for speed in measured.speeds
    ]
    return (
        "One new report, scored in the worker's transaction, commit included, against registrations in the embedded "
        f"database (cache {CACHE}) on the same cores: {len(last.milliseconds)} reports of generator D one after "
        "another, and beside each a bare look-up of one registration by its id.\n\n" + "\n".join([head, *rows]) + "\n\n"
        f"From {first.registrations:,} to {last.registrations:,} registrations the median grows "
        f"**{last.at(50) / first.at(50):.1f}** times (aim, to a million: less than 3, p50 at most 10 ms, p99 at most "
        f"60 ms). {measured.worked_off:,} new records on top of these, four of five registrations, were worked off "
        f"by one worker, matches, duplicates, events and alerts included, in {measured.seconds:.0f} s: "
        f"**{measured.worked_off / measured.seconds:.0f}** a second (aim: 100). Loading, profiles and keys included: "
        f"{measured.loaded_a_second:.0f} records a second."
    )
