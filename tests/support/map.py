"""Asking for the map, and waiting until what was changed is on it."""

import asyncio
from typing import Any

from backend.store.database import Store
from backend.store.map import count_due
from tests.support.client import Client
from tests.support.snapshot import settled

GULF = {"north": 33.0, "south": 27.0, "east": -86.0, "west": -99.0}
FROM_AFAR = 6
FROM_NEAR = 14
HERE = {"north": 30.0, "south": 29.9, "east": -90.0, "west": -90.15}
"""A part of New Orleans."""


async def counted(store: Store) -> None:
    """Wait until everything that was changed is on the map."""
    await settled(store)
    async with asyncio.timeout(15):
        while await count_due(store):  # noqa: ASYNC110 (nobody tells when the last was counted)
            await asyncio.sleep(0.02)


async def map_of(person: Client, incident_id: str, **asked: Any) -> Any:
    """The map of the Gulf from afar, unless otherwise asked."""
    wanted = {"bounds": GULF, "zoom": FROM_AFAR, **asked}
    return (await person.ask("mapView", incidentId=incident_id, **wanted)).value


def sums(view: Any) -> dict[str, int]:
    """What is shown in cells and one by one, by layer and state."""
    found: dict[str, int] = {}
    for thing in view["things"]:
        name = f"{thing['layer']} {thing['state']}"
        found[name] = found.get(name, 0) + 1
    for cell in view["cells"]:
        for one in cell["counts"]:
            name = f"{one['layer']} {one['state']}"
            found[name] = found.get(name, 0) + one["count"]
    return found


def totals(view: Any) -> dict[str, int]:
    return {f"{one['layer']} {one['state']}": one["count"] for one in view["totals"]}
