"""What the audit log costs: sealing and verifying it, looking up one child in it, and one look more for each read."""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from statistics import median

import aiohttp
from pydantic import SecretStr

from backend.app import open_store, wire
from backend.domain.audit import AuditEntry, waiting_seal
from backend.services.audit import entries_about
from backend.services.collaborators import Collaborators
from backend.services.sealing import seal_waiting, verify
from backend.settings.keys import load_keys
from backend.settings.settings import read_settings
from backend.store.audit import BLOCKS, Waiting, add_waiting, content_of
from backend.store.embedded import embedded_database
from tests.bench.registering import a_volunteer, serving
from tests.support.client import Client, new_id
from tests.support.records import child

ENTRIES_AT_A_TIME = 4000
PEOPLE = 50_000
READS = 300


async def measure_audit(*, quick: bool) -> str:
    """Sealing and verifying a million entries (10,000 in the quick form), in words; and what a read costs.

    Fewer where ENTRIES in the environment says so.
    """
    count = 10_000 if quick else int(os.environ.get("ENTRIES", "1000000"))
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_database(Path(folder)) as database:
            settings = read_settings(data_folder=Path(folder), mongodb_uri=SecretStr(database.uri), port=0)
            keys = load_keys(settings, lambda _: None)
            async with (
                open_store(settings, keys, database.uri) as store,
                wire(settings, keys, store) as use,
            ):
                sealing, verifying, showing = await _the_chain(use, count)
                size = (await store.database.command("collStats", BLOCKS)).get("size", 0)
            async with (
                serving(settings, database.uri, worker=True) as url,
                open_store(settings, keys, database.uri) as store,
            ):
                place = await a_volunteer(settings, store, url)
                async with aiohttp.ClientSession() as session:
                    read, bare = await _reading(Client(session, url, place.token), place.site_id)
    per_million = verifying / count * 1e6
    return (
        f"An audit log of {count:,} entries, of {size / count:.0f} bytes each: sealed at {count / sealing:,.0f} a "
        f"second, verified in **{verifying:.1f} s**, so a million in {per_million:.0f} s (aim: less than 60). Who "
        f"looked at one of {PEOPLE:,} people: {showing * 1000:.0f} ms. A registration read over HTTP, median of "
        f"{READS}: {read * 1000:.1f} ms, with the look entered before the answer; `viewer`, which enters none: "
        f"{bare * 1000:.1f} ms."
    )


async def _the_chain(use: Collaborators, count: int) -> tuple[float, float, float]:
    """Seconds for sealing all, for verifying all, and for finding one person."""
    random, sealing = Random(1), 0.0  # noqa: S311 (no secret)
    people = [new_id() for _ in range(PEOPLE)]
    staff = [new_id() for _ in range(200)]
    for first in range(0, count, ENTRIES_AT_A_TIME):
        entries = [_entry(use, random, people, staff) for _ in range(min(ENTRIES_AT_A_TIME, count - first))]
        await add_waiting(use.store, entries)
        began = time.perf_counter()
        while (await seal_waiting(use)).count:
            pass
        sealing += time.perf_counter() - began
    began = time.perf_counter()
    verdict = await verify(use)
    verifying = time.perf_counter() - began
    if verdict.broken is not None or verdict.head.entries != count:
        raise RuntimeError(verdict.broken)
    began = time.perf_counter()
    await entries_about(use, people[0])
    return sealing, verifying, time.perf_counter() - began


def _entry(use: Collaborators, random: Random, people: list[str], staff: list[str]) -> Waiting:
    """A look; one in twenty is at a page of twenty people."""
    seen = random.sample(people, 20 if random.random() < 1 / 20 else 1)
    entry = AuditEntry(
        id=new_id(),
        at=use.clock(),
        action="READ_REGISTRATION",
        actor_id=random.choice(staff),
        role="VOLUNTEER",
        session_id="5" * 64,
        record_ids=tuple(seen),
        fields=("DESCRIPTION", "MEDICAL_NOTES"),
        incident_id=people[0],
    )
    content = content_of(entry)
    return Waiting(entry.id, content, waiting_seal(use.keys.audit, content))


async def _reading(client: Client, site_id: str) -> tuple[float, float]:
    """Median seconds of reading a registration, and of asking who one is."""
    made = (await client.ask("registerPerson", input=child(site_id))).made["registration"]["id"]
    await asyncio.sleep(2)  # what follows from it is done
    return await _median(lambda: client.ask("registration", id=made)), await _median(lambda: client.ask("viewer"))


async def _median(call: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(READS):
        began = time.perf_counter()
        await call()
        times.append(time.perf_counter() - began)
    return median(times)
