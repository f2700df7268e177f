"""An area that is told of a missing child: who may tell it, a report that may be told, and phones around it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from backend.store.database import Store
from tests.chaos.children import invent, report_of
from tests.chaos.writers import SCHOOL, Scene, come_in
from tests.support.client import Client, new_id, retry_key

WRITTEN_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Nearby:
    """`asked` is what `areaReach` and `sendAreaAlert` are asked: all within ten kilometres of the scene's site."""

    coordinator: Client
    asked: dict[str, Any]


async def open_nearby(scene: Scene, admin: Client, random: Random) -> Nearby:
    role = {"role": "COORDINATOR", "incidentId": scene.incident_id}
    link: str = (await admin.ask("createInvite", input=role)).made["link"]
    coordinator = await come_in(scene.stranger, link.partition("#")[2])
    filing = {
        "incidentId": scene.incident_id,
        "retryKey": retry_key(),
        "reporter": {"name": "Ada"},
        "children": [report_of(invent(random)) | {"nearby": {"alert": True}}],
    }
    report_id = (await scene.stranger.ask("fileReport", input=filing)).made["reports"][0]["id"]
    await coordinator.ask("reviewReport", id=report_id)
    return Nearby(coordinator, {"reportId": report_id, "area": {"centre": SCHOOL, "radiusKm": 10}})


async def prove_everybody(store: Store) -> None:
    """As after `proveYourself`, without an authenticator app."""
    await store.sessions.collection.update_many({}, {"$set": {"provenAt": datetime.now(UTC)}})


async def put_phones_nearby(
    store: Store, volunteer: Client, subscription: Callable[[str], dict[str, str]], count: int
) -> list[str]:
    """One phone of the volunteer as it registers, and copies of it for all the others: each is told by itself."""
    ids = [new_id() for _ in range(count)]
    refused = (await volunteer.ask("registerDevice", input=subscription(ids[0]))).codes
    first = await store.devices.get(ids[0])
    if refused or first is None:
        raise RuntimeError(f"no phone: {refused}")
    for begin in range(1, count, WRITTEN_AT_ONCE):
        copies = [
            replace(first, id=one, endpoint=subscription(one)["endpoint"])
            for one in ids[begin : begin + WRITTEN_AT_ONCE]
        ]

        async def write(session: Any, copies: Any = copies) -> None:
            await store.devices.insert_many(copies, session)

        await store.transact(write)
    return ids
