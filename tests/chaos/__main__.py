"""`python -m tests.chaos`: every long run, with its counts; QUICK=1 for a short form, SEED=n to play one again."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from random import Random

import aiohttp
from rich.console import Console
from rich.live import Live

from tests.chaos.alerts import PARTS as KILLED_IN_ALERTS
from tests.chaos.alerts import QUICK_ALERTS, AlertPlan, alert_table, kill_during_alerts
from tests.chaos.installations import INSTALLATIONS
from tests.chaos.kills import QUICK, Plan, kill_again_and_again
from tests.chaos.races import run_races
from tests.chaos.tables import KillTable, race_table
from tests.chaos.writers import come_in, open_scene
from tests.support.client import Client

WIDTH_OF_A_FILE = 130


async def main(console: Console, plan: Plan, seed: int) -> bool:
    """Whether nothing was lost, doubled or answered wrongly."""
    return all([await part(console, plan, Random(seed)) for part in PARTS])  # noqa: S311 (chances, not secrets)


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
    for part in KILLED_IN_ALERTS:
        with tempfile.TemporaryDirectory() as folder:
            chosen = QUICK_ALERTS if plan is QUICK else AlertPlan()
            rounds = await kill_during_alerts(part, Path(folder), chosen, random)
        console.print(alert_table(part, rounds))
        faults = [line for one in rounds for line in one.faults]
        for line in faults[:20]:
            console.print(f"[red]{part}:[/] {line}")
        well = well and not faults
    return well


PARTS = (kills, alerts, races)

if __name__ == "__main__":
    screen = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
    chosen = int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))
    screen.print(f"SEED={chosen}")
    sys.exit(0 if asyncio.run(main(screen, QUICK if os.environ.get("QUICK") else Plan(), chosen)) else 1)
