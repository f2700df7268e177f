"""Alerts: what sends to very many phones gets SIGKILL in the middle of it, and each phone shows the alert once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
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
from tests.chaos.phones import Phones, phones_online
from tests.chaos.stock import store_at
from tests.chaos.waiting import until
from tests.chaos.writers import come_in, open_scene
from tests.support.client import Client, new_id, retry_key

PARTS = ("worker", "server")
"""The worker alone; and the server with API and worker in one."""
TOLD_SECONDS = 120


@dataclass(frozen=True, slots=True)
class AlertPlan:
    rounds: int = 10
    phones: int = 5000


QUICK_ALERTS = AlertPlan(rounds=1, phones=300)


@dataclass(frozen=True, slots=True)
class AlertRound:
    """`before` are the messages taken before the kill, `repeats` those that came to a phone again."""

    phones: int
    before: int
    repeats: int
    faults: tuple[str, ...]


async def kill_during_alerts(
    part: str, folder: Path, plan: AlertPlan, random: Random, on_round: Callable[[AlertRound], None] = lambda _: None
) -> list[AlertRound]:
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
        return rounds


async def _play(
    installation: Installation,
    folder: Path,
    stranger: Client,
    admin: Client,
    phones: Phones,
    plan: AlertPlan,
    random: Random,
) -> AlertRound:
    scene, child = await open_scene(stranger, admin), invent(random)
    filing = {
        "incidentId": scene.incident_id,
        "retryKey": retry_key(),
        "reporter": {"name": child.mother, "relation": "mother"},
        "children": [report_of(child)],
    }
    family = stranger.signed_in((await stranger.ask("fileReport", input=filing)).made["token"])
    family_id = (await family.ask("viewer")).value["id"]
    async with store_at(installation.database_uri(), folder) as store:
        ids = await _subscribe(store, phones, family_id, plan.phones)
    assert not (await scene.volunteer.ask("registerPerson", input=registration_of(child, scene.site_id))).codes

    async def some_are_told() -> bool:
        return any(phones.taken[one] for one in ids)

    await until(some_are_told, TOLD_SECONDS)
    await asyncio.sleep(random.uniform(0, 0.3) * plan.phones / 1000)
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
        queued = await deliveries.find_one({"deviceId": ids[-1]}) is not None
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


def alert_table(part: str, rounds: list[AlertRound]) -> Table:
    table = Table(
        title=f"An alert to many phones, the {part} killed in its middle", title_justify="left", box=box.SIMPLE_HEAD
    )
    for name in ("round", "phones", "told before the kill", "told again, shown once", "faults"):
        table.add_column(name, justify="right")
    for number, one in enumerate(rounds, 1):
        table.add_row(str(number), str(one.phones), str(one.before), str(one.repeats), str(len(one.faults)))
    return table
