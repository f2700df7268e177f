"""Alerts: what sends to very many phones gets SIGKILL in the middle of it, and each phone shows the alert once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
from rich import box
from rich.table import Table

from backend.app import now
from backend.domain.device import Device
from backend.store.database import Store
from backend.store.work import WorkState
from tests.chaos.children import invent, registration_of, report_of
from tests.chaos.installations import INSTALLATIONS, Installation
from tests.chaos.nearby import open_nearby, prove_everybody, put_phones_nearby
from tests.chaos.phones import Phones, phones_online
from tests.chaos.stock import store_at
from tests.chaos.waiting import until
from tests.chaos.writers import Scene, come_in, open_scene
from tests.support.client import Answer, Client, new_id, retry_key

PARTS = ("worker", "server")
"""The worker alone; and the server with API and worker in one."""
WHOM = ("family", "area")
"""The phones of one family, told by a match; and all that are near, told by a coordinator."""
TOLD_SECONDS = 120
TOLD_A_SECOND = 2000
"""About so many phones; the kill is to come before the last of them."""


@dataclass(frozen=True, slots=True)
class AlertPlan:
    rounds: int = 10
    phones: int = 5000


QUICK_ALERTS = AlertPlan(rounds=1, phones=1500)


@dataclass(frozen=True, slots=True)
class AlertRound:
    """`before` are the messages taken before the kill, `repeats` those that came to a phone again."""

    phones: int
    before: int
    repeats: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert that is about to be told to the phones of these ids. `begin` brings it about, `has_begun` says whether
    its middle has come.
    """

    ids: list[str]
    begin: Callable[[], Awaitable[Answer]]
    has_begun: Callable[[Store], Awaitable[bool]]


async def kill_during_alerts(part: str, whom: str, folder: Path, plan: AlertPlan, random: Random) -> list[AlertRound]:
    async with (
        phones_online() as phones,
        # A connection to a server that was killed is not used again.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session,
        INSTALLATIONS[part](folder) as installation,
    ):
        stranger = Client(session, installation.url)
        admin = await come_in(stranger, installation.first_secret)
        rounds = []
        for _ in range(plan.rounds):
            scene = await open_scene(stranger, admin)
            async with store_at(installation.database_uri(), folder) as store:
                if whom == "family":
                    telling = await _of_a_family(store, scene, phones, plan.phones, random)
                else:
                    telling = await _of_an_area(store, scene, admin, phones, plan.phones, random)
                refused = (await telling.begin()).codes
                if refused:
                    raise RuntimeError(f"nobody is told: {refused}")
                await until(partial(telling.has_begun, store), TOLD_SECONDS)
            rounds.append(await _play(installation, folder, phones, telling.ids, random))
        return rounds


async def _of_a_family(store: Store, scene: Scene, phones: Phones, count: int, random: Random) -> Telling:
    child = invent(random)
    filing = {
        "incidentId": scene.incident_id,
        "retryKey": retry_key(),
        "reporter": {"name": child.mother, "relation": "mother"},
        "children": [report_of(child)],
    }
    family = scene.stranger.signed_in((await scene.stranger.ask("fileReport", input=filing)).made["token"])
    ids = await _subscribe(store, phones, (await family.ask("viewer")).value["id"], count)

    async def some_are_told(_: Store) -> bool:
        return any(phones.taken[one] for one in ids)

    registration = registration_of(child, scene.site_id)
    return Telling(ids, lambda: scene.volunteer.ask("registerPerson", input=registration), some_are_told)


async def _of_an_area(store: Store, scene: Scene, admin: Client, phones: Phones, count: int, random: Random) -> Telling:
    nearby = await open_nearby(scene, admin, random)
    ids = await put_phones_nearby(store, scene.volunteer, phones.subscription, count)
    await prove_everybody(store)

    async def some_are_queued(store: Store) -> bool:
        """Most are found by later pages, unless they are few."""
        return await store.deliveries.find_one({"work.state": WorkState.WAITING.value}) is not None

    return Telling(ids, lambda: nearby.coordinator.ask("sendAreaAlert", input=nearby.asked), some_are_queued)


async def _play(installation: Installation, folder: Path, phones: Phones, ids: list[str], random: Random) -> AlertRound:
    await asyncio.sleep(random.uniform(0, 0.3) * len(ids) / TOLD_A_SECOND)
    before = sum(phones.taken[one].total() for one in ids)
    await installation.kill()
    async with store_at(installation.database_uri(), folder) as store:
        states = await _settled(store, ids)
    return AlertRound(len(ids), before, *_counted(phones, ids, states))


async def _subscribe(store: Store, phones: Phones, family_id: str, count: int) -> list[str]:
    """So many phones of a family, put where `registerDevice` puts them."""
    ids, moment = [new_id() for _ in range(count)], now()

    def device(device_id: str) -> Device:
        given = phones.subscription(device_id)
        endpoint, key, auth = given["endpoint"], given["publicKey"], given["authSecret"]
        return Device(device_id, family_id, endpoint, key, auth, "en", 1, moment, moment)

    devices = [device(device_id) for device_id in ids]
    await store.transact(lambda session: store.devices.insert_many(devices, session))
    return ids


async def _settled(store: Store, ids: list[str]) -> dict[str, str]:
    """The state of each phone's delivery, once all are sent; not for ever, so that what stays shows in the faults."""
    deliveries, waiting = store.deliveries, {"work.state": WorkState.WAITING.value}

    async def all_are_sent() -> bool:
        queued = await deliveries.collection.count_documents({"deviceId": {"$in": ids}}) == len(ids)
        return queued and await deliveries.find_one(waiting) is None

    with suppress(TimeoutError):
        await until(all_are_sent, TOLD_SECONDS)
    wanted = set(ids)
    return {one.device_id: one.state.value for one in await deliveries.find({}) if one.device_id in wanted}


def _counted(phones: Phones, ids: list[str], states: dict[str, str]) -> tuple[int, tuple[str, ...]]:
    faults = [f"phone {one}: {states.get(one, 'no delivery')}" for one in ids if states.get(one) != "SENT"]
    faults += [f"phone {one} was told nothing" for one in ids if not phones.taken[one]]
    faults += [f"phone {one} shows {len(phones.taken[one])} alerts" for one in ids if len(phones.taken[one]) > 1]
    return sum(phones.taken[one].total() - 1 for one in ids if phones.taken[one]), tuple(faults)


def alert_table(part: str, whom: str, rounds: list[AlertRound]) -> Table:
    table = Table(
        title=f"An alert to the phones of one {whom}, the {part} killed in its middle",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for name in ("round", "phones", "told before the kill", "told again, shown once", "faults"):
        table.add_column(name, justify="right")
    for number, one in enumerate(rounds, 1):
        table.add_row(str(number), str(one.phones), str(one.before), str(one.repeats), str(len(one.faults)))
    return table
