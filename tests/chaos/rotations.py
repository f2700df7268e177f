"""Rotations: the key is exchanged twice while devices write and a worker works, the first time killed half-way."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
from typer.testing import CliRunner

from backend.command_line import build
from backend.store.data_keys import keys_in_use
from backend.store.database import Store
from tests.chaos.installations import INSTALLATIONS, ROOT, end_transactions, environment
from tests.chaos.phones import phones_online
from tests.chaos.stock import Stock, store_at, take_stock, until_settled
from tests.chaos.waiting import until
from tests.chaos.writers import Ledger, Load, come_in, open_scene
from tests.support.at_rest import ids_borne
from tests.support.client import Client

BEGINS_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of writing before the first rotation, and after each; how many families and how many sites write, and
    how long each rests after an item.
    """

    before: float = 20.0
    between: float = 5.0
    families: int = 4
    sites: int = 4
    pause: float = 0.0


QUICK_PACE = Pace(before=0.5, between=0.2, families=1, sites=2, pause=0.2)


@dataclass(frozen=True, slots=True)
class Rotated:
    """What is there afterwards. `keys` were in use one after the other; `borne` are those that any value still bears.

    `garbled` are the records that read otherwise than they were written.
    """

    stock: Stock
    keys: tuple[str, ...]
    borne: frozenset[str]
    garbled: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        old = self.borne - {self.keys[0]}
        return (*self.stock.faults, *self.garbled, *(f"something is under the old key {key}" for key in sorted(old)))


async def rotate_under_load(folder: Path, pace: Pace, random: Random) -> Rotated:
    """`folder` is empty."""
    async with (
        phones_online() as phones,
        aiohttp.ClientSession() as session,
        INSTALLATIONS["worker"](folder) as installation,
    ):
        stranger = Client(session, installation.url)
        admin = await come_in(stranger, installation.first_secret)
        uri = installation.database_uri()
        shared = environment(folder, 0) | {"REUNIFY_MONGODB_URI": uri}
        scene = await open_scene(stranger, admin)
        load = Load(scene, phones, random, families_at_work=pace.families, at_sites=pace.sites, pause=pace.pause)
        async with asyncio.TaskGroup() as group:
            group.create_task(load.write())
            await asyncio.sleep(pace.before)
            async with store_at(uri, folder) as store:
                await _killed_half_way(store, uri, shared)
            for _ in range(2):
                await _rotated(shared)
                await asyncio.sleep(pace.between)
            load.enough.set()
        async with store_at(uri, folder) as store:
            await until_settled(store)
            keys = tuple(key.id for key in await keys_in_use(store))
            stock = await take_stock(store, load.scene.incident_id, load.ledger, phones)
            return Rotated(stock, keys, frozenset(await ids_borne(store)), await _garbled(store, load.ledger))


async def _rotation(shared: Mapping[str, str]) -> Process:
    command = (sys.executable, "-m", "backend", "keys", "rotate")
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=shared, stdin=DEVNULL, stdout=DEVNULL)


async def _rotated(shared: Mapping[str, str]) -> None:
    """In this process, which spares it the start of another."""
    rotate = partial(CliRunner().invoke, build(), ["keys", "rotate"], env=dict(shared))
    done = await asyncio.to_thread(rotate)
    assert done.exit_code == 0, done


async def _killed_half_way(store: Store, uri: str, shared: Mapping[str, str]) -> None:
    rotation = await _rotation(shared)

    async def has_begun() -> bool:
        return len(await keys_in_use(store)) > 1 or rotation.returncode is not None

    await until(has_begun, BEGINS_SECONDS)
    rotation.send_signal(signal.SIGKILL)
    assert await rotation.wait() == -signal.SIGKILL
    await end_transactions(uri)


async def _garbled(store: Store, ledger: Ledger) -> tuple[str, ...]:
    registrations = await store.registrations.get_many(ledger.registrations)
    reports = await store.reports.get_many(ledger.reports)
    read = {one.id: one.person for one in registrations.values()} | {one.id: one.person for one in reports.values()}
    said = ledger.registrations | ledger.reports
    return tuple(one for one, child in said.items() if one not in read or child.given not in str(read[one].names))
