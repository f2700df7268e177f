"""Records of one child twice over, and the pairs that are made of them."""

from typing import Any

from backend.domain.match import Match
from tests.support.client import Client
from tests.support.house import HOUSTON, Scene
from tests.support.records import child, missing, report
from tests.support.snapshot import settled

NEXT_DAY = "2026-09-03T16:00:00Z"
OTHER_RECORDS = {"events", "duplicates"}
"""What a link and its undoing leave a trace in."""


def arrived(site_id: str, **changes: Any) -> dict[str, Any]:
    """The same girl, registered a day later at a site 500 km away."""
    place = {"text": "Astrodome", "point": HOUSTON}
    return child(site_id, **{"foundAt": NEXT_DAY, "foundPlace": place, **changes})


async def register(scene: Scene, *children: dict[str, Any]) -> list[str]:
    for one in children:
        (await scene.coordinator.ask("registerPerson", input=one)).made  # noqa: B018 (it says whether it was done)
    await settled(scene.house.use.store)
    return [one["id"] for one in children]


async def file(scene: Scene, *children: dict[str, Any], **changes: Any) -> tuple[Client, str]:
    """The family's client, and its first report."""
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, *children, **changes))).made
    await settled(scene.house.use.store)
    return scene.stranger.signed_in(filed["token"]), filed["reports"][0]["id"]


AUNT = {"name": "Carmen Quintanilla", "relation": "aunt", "phone": "+1 713 555 0177"}


async def two_relatives(scene: Scene) -> tuple[tuple[Client, str], tuple[Client, str]]:
    """Mother and aunt, each with a case of her own for the same child."""
    mother = await file(scene)
    return mother, await file(scene, missing(), reporter=AUNT)


async def pairs(scene: Scene, side: str, *states: str) -> list[dict[str, Any]]:
    wanted = {"incidentId": scene.incident_id, "side": side, **({"states": list(states)} if states else {})}
    return [edge["node"] for edge in (await scene.coordinator.ask("duplicates", **wanted)).value["edges"]]


def step(record: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": record["id"], "version": record["version"], **more}


def of_match(name: str, match_id: str, version: int) -> dict[str, Any]:
    """What the mutation `name` is given of a match: a decision is on the version that was seen."""
    return {"id": match_id} if name in ("takeMatch", "leaveMatch") else {"input": {"id": match_id, "version": version}}


async def decide(scene: Scene, name: str, report_id: str, registration_id: str) -> Match:
    """Have the coordinator take a step with the match of these two; the match as it was before."""
    store = scene.house.use.store
    match = await store.matches.find_one({"reportId": report_id, "registrationId": registration_id})
    assert match is not None
    assert (await scene.coordinator.ask(name, **of_match(name, match.id, match.version))).made
    await settled(store)
    return match


async def link(scene: Scene, side: str, one: str, other: str) -> dict[str, Any]:
    """The pair of two records, linked."""
    both = {"side": side, "recordId": one, "otherId": other}
    pair = (await scene.coordinator.ask("suggestDuplicate", input=both)).made["duplicate"]
    linked: dict[str, Any] = (await scene.coordinator.ask("linkDuplicate", input=step(pair))).made["duplicate"]
    await settled(scene.house.use.store)
    return linked
