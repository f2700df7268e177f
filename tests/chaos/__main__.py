"""`make chaos`: the long runs, or those that PARTS names; QUICK=1 for a short form, SEED=n to play one again."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import aiohttp
from rich.console import Console
from rich.live import Live

from tests.chaos.alerts import PARTS as KILLED_IN_ALERTS
from tests.chaos.alerts import QUICK_ALERTS, WHOM, AlertPlan, alert_table, kill_during_alerts
from tests.chaos.bytes_fuzz import read_lists, send_photos
from tests.chaos.everybody import let_everybody_in
from tests.chaos.frames import send_frames
from tests.chaos.installations import INSTALLATIONS, left_alone
from tests.chaos.kills import QUICK, Plan, kill_again_and_again
from tests.chaos.races import run_races
from tests.chaos.rotations import QUICK_PACE, Pace, rotate_under_load
from tests.chaos.schema_fuzz import Size, fuzz_the_schema
from tests.chaos.tables import KillTable, race_table, rotation_table, told_table, tried_table
from tests.chaos.writers import come_in, open_scene
from tests.support.client import Client

WIDTH_OF_A_FILE = 130


async def main(console: Console, plan: Plan, seed: int, parts: Sequence[str]) -> bool:
    """Whether nothing was lost, doubled or answered wrongly."""
    return all([await PARTS[part](console, plan, Random(seed)) for part in parts])  # noqa: S311 (chances, not secrets)


async def kills(console: Console, plan: Plan, random: Random) -> bool:
    well = True
    for part in INSTALLATIONS:
        table = KillTable(f"The {part}, killed {plan.rounds} times under 8 writers")
        with tempfile.TemporaryDirectory() as folder, Live(table.table, console=console):
            stocks = await kill_again_and_again(part, Path(folder), plan, random, table.add)
            table.total(stocks)
        console.print()
        faults = [line for stock in stocks for line in stock.faults]
        for line in faults:
            console.print(f"[red]{part}:[/] {line}")
        well = well and not faults
    return well


async def races(console: Console, _plan: Plan, random: Random) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            aiohttp.ClientSession() as session,
            INSTALLATIONS["server"](Path(folder)) as installation,
        ):
            stranger = Client(session, installation.url)
            admin = await come_in(stranger, installation.first_secret)
            ran = await run_races(await open_scene(stranger, admin), admin, random)
    console.print(race_table(ran))
    return not any(race.faults for race in ran)


async def alerts(console: Console, plan: Plan, random: Random) -> bool:
    well = True
    for whom, part in product(WHOM, KILLED_IN_ALERTS):
        with tempfile.TemporaryDirectory() as folder:
            chosen = QUICK_ALERTS if plan == QUICK else AlertPlan()
            rounds = await kill_during_alerts(part, whom, Path(folder), chosen, random)
        console.print(alert_table(part, whom, rounds))
        faults = [line for one in rounds for line in one.faults]
        for line in faults[:20]:
            console.print(f"[red]{part}:[/] {line}")
        well = well and not faults
    return well


async def rotations(console: Console, plan: Plan, random: Random) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        rotated = await rotate_under_load(Path(folder), QUICK_PACE if plan == QUICK else Pace(), random)
    console.print(rotation_table(rotated))
    return not rotated.faults


async def schema(console: Console, plan: Plan, random: Random) -> bool:
    """Once where any document runs, and once with the limits of production, where only trusted ones do."""
    any_document = {"REUNIFY_INTROSPECTION": "true", "REUNIFY_TRUSTED_DOCUMENTS_ONLY": "false"}
    production = {"REUNIFY_INTROSPECTION": "false", "REUNIFY_TRUSTED_DOCUMENTS_ONLY": "true"}
    size = Size(rounds=1, documents=2) if plan == QUICK else Size()
    faults = []
    for title, settings in (("Any document", any_document), ("Trusted documents only", production)):
        with tempfile.TemporaryDirectory() as folder:
            async with aiohttp.ClientSession() as session, left_alone(Path(folder), **settings) as installation:
                stranger = Client(session, installation.url)
                keeper = await come_in(stranger, installation.first_secret)
                trusted_only = settings is production
                told = await fuzz_the_schema(stranger, keeper, size, random, trusted_only=trusted_only)
                faults += told.faults + installation.faults
        console.print(told_table(title, told))
        size = replace(size, rounds=1)
    return _none(console, faults)


async def bytes_(console: Console, plan: Plan, random: Random) -> bool:
    photos, lists, connections = (60, 100, 100) if plan == QUICK else (3_000, 5_000, 3_000)
    with tempfile.TemporaryDirectory() as folder:
        async with aiohttp.ClientSession() as session, left_alone(Path(folder)) as installation:
            stranger = Client(session, installation.url)
            keeper = await come_in(stranger, installation.first_secret)
            scene = await open_scene(stranger, keeper)
            people = await let_everybody_in(stranger, keeper, random)
            coordinator = people.clients["coordinator"]
            tries = [
                await send_photos(scene.volunteer, scene.site_id, photos, random, installation.pid),
                await send_frames(coordinator, people.incident_id, connections, random, installation.pid),
                read_lists(Path(folder), lists, random),
            ]
            ended = installation.faults
    console.print(tried_table(tries))
    return _none(console, [fault for tried in tries for fault in tried.faults] + ended)


def _none(console: Console, faults: Sequence[str]) -> bool:
    for line in faults:
        console.print(line, style="red", markup=False)
    return not faults


PARTS = {
    "kills": kills,
    "alerts": alerts,
    "races": races,
    "rotations": rotations,
    "schema": schema,
    "bytes": bytes_,
}

if __name__ == "__main__":
    screen = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
    chosen = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))
    screen.print(f"SEED={chosen}")
    went_well = asyncio.run(
        main(screen, QUICK if os.environ.get("QUICK") else Plan(), chosen, sys.argv[1:] or [*PARTS])
    )
    sys.exit(0 if went_well else 1)
