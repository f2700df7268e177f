"""Kills: a part of the product gets SIGKILL while eight devices write, again and again on the same data."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from tests.chaos.installations import INSTALLATIONS, Installation
from tests.chaos.phones import Phones, phones_online
from tests.chaos.stock import Stock, store_at, take_stock, until_settled
from tests.chaos.writers import Ledger, Load, come_in, open_scene
from tests.support.client import Client


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds, and how long each goes on: seconds from and to before the kill, and after all is up again.

    A device rests for `pause` seconds after what it wrote: what is written while a part starts again, all of which is
    matched in the end, is then no more than shows something.
    """

    rounds: int = 20
    before: tuple[float, float] = (0.5, 2.5)
    after: float = 0.5
    pause: float = 0.0


QUICK = Plan(rounds=2, before=(0.3, 0.8), after=0.2, pause=0.2)


@dataclass(frozen=True, slots=True)
class Round:
    incident_id: str
    ledger: Ledger
    killed_after: float
    stock: Stock


async def kill_again_and_again(
    part: str, folder: Path, plan: Plan, random: Random, on_round: Callable[[Round], None] = lambda _: None
) -> list[Stock]:
    """The stock of each round as it is after the last one, so that what a later kill took shows too.

    `part` is one of INSTALLATIONS; `folder` is empty.
    """
    async with (
        phones_online() as phones,
        aiohttp.ClientSession() as session,
        INSTALLATIONS[part](folder) as installation,
    ):
        stranger = Client(session, installation.url)
        admin = await come_in(stranger, installation.first_secret)
        rounds = []
        for _ in range(plan.rounds):
            rounds.append(await _play(installation, folder, stranger, admin, phones, plan, random))
            on_round(rounds[-1])
        async with store_at(installation.database_uri(), folder) as store:
            return [await take_stock(store, one.incident_id, one.ledger, phones) for one in rounds]


async def _play(
    installation: Installation,
    folder: Path,
    stranger: Client,
    admin: Client,
    phones: Phones,
    plan: Plan,
    random: Random,
) -> Round:
    load = Load(await open_scene(stranger, admin), phones, random, pause=plan.pause)
    killed_after = random.uniform(*plan.before)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.write())
        await asyncio.sleep(killed_after)
        await installation.kill()
        await asyncio.sleep(plan.after)
        load.enough.set()
    async with store_at(installation.database_uri(), folder) as store:
        await until_settled(store)
        stock = await take_stock(store, load.scene.incident_id, load.ledger, phones)
    return Round(load.scene.incident_id, load.ledger, killed_after, stock)
