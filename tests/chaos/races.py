"""Races: many want the same thing in the same moment, and each must end as if they had come one after the other."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from backend.app import now
from tests.chaos.children import invent, registration_of, report_of
from tests.chaos.waiting import until
from tests.chaos.writers import Scene, come_in
from tests.support.client import Answer, Client, retry_key
from tests.support.pairs import of_match
from tests.support.second_factor import holder

AT_ONCE = 20
USES = 5
MATCHED_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Race:
    """What the racers were answered, how often, and what was wrong with that."""

    name: str
    answers: Mapping[str, int]
    faults: tuple[str, ...]


async def run_races(scene: Scene, admin: Client, random: Random) -> list[Race]:
    """Every race once, in the incident of the scene."""
    invited = await admin.ask(
        "createInvite", input={"role": "OFFICER", "incidentId": scene.incident_id, "uses": AT_ONCE}
    )
    secret = invited.made["link"].rpartition("#")[2]
    newcomers = [await come_in(scene.stranger, secret) for _ in range(AT_ONCE)]
    officers = [(await holder(one, f"officer.{number}", now)).client for number, one in enumerate(newcomers)]
    return [
        await _one_decides(scene, officers, "takeMatch", "CLAIMED", random),
        await _one_decides(scene, officers, "confirmMatch", "CONFIRMED", random),
        await _one_registration(scene, officers[0], random),
        await _few_come_in(scene, admin),
    ]


async def _one_decides(scene: Scene, officers: Sequence[Client], step: str, state: str, random: Random) -> Race:
    """One is done; the others are told CONFLICT, and whose it is now."""
    match = await _new_match(scene, officers[0], random)
    wanted = of_match(step, match["id"], match["version"])
    answers = await _at_once(officer.ask(step, **wanted) for officer in officers)
    counts = Counter(" ".join(answer.codes) or "done" for answer in answers)
    faults = _differences(counts, {"done": 1, "CONFLICT": AT_ONCE - 1})
    present = (await officers[0].ask("match", id=match["id"])).value
    if (present["state"], present["version"]) != (state, match["version"] + 1):
        faults.append(f"it is {present['state']}, version {present['version']}")
    seen = {(answer.value["match"]["state"], answer.value["match"]["version"]) for answer in answers}
    if seen != {(state, match["version"] + 1)}:
        faults.append(f"the racers saw {seen}")
    return Race(f"{AT_ONCE} x {step}", counts, tuple(faults))


async def _new_match(scene: Scene, officer: Client, random: Random) -> Mapping[str, Any]:
    child = invent(random)
    report = {
        "incidentId": scene.incident_id,
        "retryKey": retry_key(),
        "reporter": {"name": child.mother, "relation": "mother"},
        "children": [report_of(child)],
    }
    (await scene.stranger.ask("fileReport", input=report)).made  # noqa: B018 (it says whether it was done)
    registration = registration_of(child, scene.site_id)
    (await scene.volunteer.ask("registerPerson", input=registration)).made  # noqa: B018 (it says whether it was done)
    found: list[Mapping[str, Any]] = []

    async def is_matched() -> bool:
        found.extend((await officer.ask("reportMatches", id=child.report_id)).value["matches"])
        return bool(found)

    await until(is_matched, MATCHED_SECONDS)
    return found[0]


async def _one_registration(scene: Scene, officer: Client, random: Random) -> Race:
    """All are told it was saved, in the same words, and it is there once."""
    content = registration_of(invent(random), scene.site_id)
    answers = await _at_once(scene.volunteer.ask("registerPerson", input=content) for _ in range(AT_ONCE))
    counts = Counter(" ".join(answer.codes) or "saved" for answer in answers)
    faults = _differences(counts, {"saved": AT_ONCE})
    if any(answer.value != answers[0].value for answer in answers):
        faults.append("the answers differ")
    listed = await officer.ask("registrations", incidentId=scene.incident_id, siteId=scene.site_id, first=100)
    copies = [edge["node"]["id"] for edge in listed.value["edges"]].count(content["id"])
    if copies != 1:
        faults.append(f"it is there {copies} times")
    return Race(f"{AT_ONCE} x registerPerson, one id", counts, tuple(faults))


async def _few_come_in(scene: Scene, admin: Client) -> Race:
    """As many come in as the invite has uses."""
    invite = {"role": "VOLUNTEER", "siteId": scene.site_id, "uses": USES}
    secret = (await admin.ask("createInvite", input=invite)).made["link"].rpartition("#")[2]
    answers = await _at_once(
        scene.stranger.ask("acceptInvite", input={"secret": secret, "name": f"Ada {number}", "retryKey": retry_key()})
        for number in range(AT_ONCE)
    )
    counts = Counter(" ".join(answer.codes) or "came in" for answer in answers)
    faults = _differences(counts, {"came in": USES, "EXPIRED": AT_ONCE - USES})
    if len({answer.value["token"] for answer in answers if not answer.codes}) != USES:
        faults.append("two have the same token")
    return Race(f"{AT_ONCE} x acceptInvite, {USES} uses", counts, tuple(faults))


async def _at_once(asking: Iterable[Awaitable[Answer]]) -> list[Answer]:
    return list(await asyncio.gather(*asking))


def _differences(counts: Mapping[str, int], wanted: Mapping[str, int]) -> list[str]:
    return [] if dict(counts) == dict(wanted) else [f"{dict(wanted)} was to be answered"]
