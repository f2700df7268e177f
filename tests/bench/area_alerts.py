"""What it takes to tell an area: from the coordinator's answer to the last phone around a point."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from backend.store.database import Store
from backend.store.embedded import embedded_database
from tests.chaos.installations import Program, address, environment, first_secret, free_port, running
from tests.chaos.nearby import Nearby, open_nearby, prove_everybody, put_phones_nearby
from tests.chaos.stock import store_at
from tests.chaos.waiting import until
from tests.chaos.writers import come_in, open_scene
from tests.support.client import Client
from tests.support.push_program import push_program
from tests.support.vapid import new_key_pair

NEARBY = 1000
SECONDS_AIMED_AT = 5
LOOK_EVERY = 0.5
SENT_IN = 1800


@dataclass(frozen=True, slots=True)
class Told:
    """`rows` are seconds since the answer, how many phones had been told, and the worker's memory in MiB."""

    preview: float
    sending: float
    took: float
    twice: int
    rows: tuple[tuple[float, int, float], ...]


async def measure_area_alerts(*, quick: bool) -> str:
    few = await _told(NEARBY)
    many = 3_000 if quick else 100_000
    rest = await _told(many)
    fifths = [next(row for row in rest.rows if row[1] >= many * part / 5) for part in range(1, 6)]
    lines = ["| told | a second until then, from the last row | memory |", "|---|---|---|"]
    last = (0.0, 0, 0.0)
    for seconds, told, memory in fifths:
        lines.append(f"| {told:,} | {(told - last[1]) / max(seconds - last[0], 0.1):,.0f} | {memory:.0f} MiB |")
        last = (seconds, told, memory)
    return (
        f"{NEARBY:,} phones around a point, from the answer to `sendAreaAlert` to the last push that was accepted, "
        f"server, worker, database and the push service on the same cores: **{few.took:.1f} s** (aim: at most "
        f"{SECONDS_AIMED_AT}), {few.twice} of them twice; `areaReach` {few.preview * 1000:.0f} ms, `sendAreaAlert` "
        f"{few.sending * 1000:.0f} ms. {many:,} phones: {rest.took:.0f} s, {rest.twice} twice, `areaReach` "
        f"{rest.preview * 1000:,.0f} ms, `sendAreaAlert` {rest.sending * 1000:,.0f} ms:\n\n"
    ) + "\n".join(lines)


async def _told(phones: int) -> Told:
    async with push_program() as service, _an_office() as (nearby, store, worker, volunteer):
        keys = {"publicKey": new_key_pair().public_key, "authSecret": "A" * 22}
        await put_phones_nearby(
            store, volunteer, lambda one: {"id": one, "endpoint": service.endpoint(one), **keys}, phones
        )
        began = time.perf_counter()
        reached = (await nearby.coordinator.ask("areaReach", **nearby.asked)).value
        preview = time.perf_counter() - began
        if reached["devices"] != phones:
            raise RuntimeError(f"{reached['devices']} of {phones} phones are near")
        began = time.perf_counter()
        sent = await nearby.coordinator.ask("sendAreaAlert", input=nearby.asked)
        answered, sending = time.time(), time.perf_counter() - began
        if sent.codes:
            raise RuntimeError(str(sent.body))
        rows: list[tuple[float, int, float]] = []
        while not rows or rows[-1][1] < phones:
            await asyncio.sleep(LOOK_EVERY)
            rows.append((time.time() - answered, (await service.told())["accepted"], _memory(worker)))
            if rows[-1][0] > SENT_IN:
                raise TimeoutError(f"{rows[-1][1]} of {phones} were told in {SENT_IN} s")
        told = await service.told()
    took = float(told["last"]["good"]) - answered
    return Told(preview, sending, took, told["accepted"] - told["devices"], tuple(rows))


@asynccontextmanager
async def _an_office() -> AsyncIterator[tuple[Nearby, Store, Program, Client]]:
    """A server and a worker on one database; a coordinator who has proven itself, a report, and a volunteer nearby."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        async with embedded_database(folder) as database:
            own = environment(folder, port) | {
                "REUNIFY_MONGODB_URI": database.uri,
                "REUNIFY_WORKER_LEASE_SECONDS": "60",
            }
            async with (
                running(Program(("serve", "--no-worker"), own, folder / "serve.log")) as server,
                aiohttp.ClientSession() as session,
            ):
                stranger = Client(session, address(port))
                admin = await come_in(stranger, await first_secret(server, port))
                scene = await open_scene(stranger, admin)
                nearby = await open_nearby(scene, admin, Random(1))  # noqa: S311 (no secret)
                async with (
                    running(Program(("worker",), own, folder / "worker.log")) as worker,
                    store_at(database.uri, folder) as store,
                ):
                    await prove_everybody(store)

                    async def is_at_work() -> bool:
                        return await store.events.collection.find_one({"work.state": "WAITING"}) is None

                    # A worker that has just been started reads its tables of names first.
                    await until(is_at_work, 120)
                    yield nearby, store, worker, scene.volunteer


def _memory(program: Program) -> float:
    """What is resident, in MiB."""
    if program.process is None:
        raise RuntimeError("no worker")
    pages = Path(f"/proc/{program.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
