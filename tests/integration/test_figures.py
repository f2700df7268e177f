"""Figures that may be passed on: who gets them, and that no child can be worked out from them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.house import HOUSTON, NEW_ORLEANS, House, Scene, running_house, set_scene
from tests.support.map import counted
from tests.support.movable_clock import MovableClock
from tests.support.records import child, missing, report


@pytest.fixture
async def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def house(database_uri: str, database_name: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    async with running_house(database_uri, database_name, tmp_path, clock=clock) as running:
        yield running


@pytest.fixture
async def scene(house: House) -> Scene:
    return await set_scene(house)


async def file(scene: Scene, count: int, point: dict[str, float]) -> None:
    children = [missing(lastSeenPlace={"point": point}) for _ in range(count)]
    made = await scene.stranger.ask("fileReport", input=report(scene.incident_id, *children))
    assert made.made


async def figures(person: Client, scene: Scene) -> Any:
    return (await person.ask("publicFigures", incidentId=scene.incident_id)).value


async def figures_of_tomorrow(scene: Scene, clock: MovableClock) -> Any:
    await counted(scene.house.use.store)
    clock.forward(timedelta(days=1))
    stays = {"lastUsedAt": clock(), "expiresAt": clock() + timedelta(days=9)}
    await scene.house.use.store.sessions.collection.update_many({}, {"$set": stays})
    return await figures(scene.coordinator, scene)


async def test_figures_are_for_who_works_in_the_incident(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    for person, code in ((scene.stranger, "UNAUTHENTICATED"), (family, "FORBIDDEN")):
        answer = await person.ask("publicFigures", incidentId=scene.incident_id)
        assert (answer.codes, answer.body["data"]) == ([code], None)
    for person in (scene.volunteer, scene.call_taker, scene.coordinator, scene.officer, scene.admin):
        assert (await figures(person, scene))["cells"] == []


async def test_small_counts_are_hidden_and_others_are_rounded_down(scene: Scene, clock: MovableClock) -> None:
    await file(scene, 3, NEW_ORLEANS)
    await file(scene, 13, HOUSTON)
    for years in (0, 3, 7, 8):
        person = {"names": {"given": "Ada"}, "age": {"minimum": years, "maximum": years, "source": "STATED"}}
        made = await scene.volunteer.ask("registerPerson", input=child(scene.site_id, person=person))
        assert made.made
    found = await figures_of_tomorrow(scene, clock)
    assert found["totals"] == {"missing": "15", "inCare": "<5", "found": None}
    cells = sorted((one["counts"]["missing"], one["counts"]["inCare"]) for one in found["cells"])
    assert cells == [("10", None), ("<5", "<5")]
    assert found["ages"] == [{"years": "0-4", "inCare": "<5"}, {"years": "5-9", "inCare": "<5"}]


async def test_one_child_more_shows_in_no_figure_of_the_day(scene: Scene, clock: MovableClock) -> None:
    await file(scene, 6, NEW_ORLEANS)
    await file(scene, 2, HOUSTON)
    first = await figures_of_tomorrow(scene, clock)
    await file(scene, 1, HOUSTON)
    await counted(scene.house.use.store)
    assert await figures(scene.coordinator, scene) == first, "of one day there is one answer"
    next_day = await figures_of_tomorrow(scene, clock)
    assert next_day["asOf"] != first["asOf"]
    assert {**next_day, "asOf": None} == {**first, "asOf": None}, "nor does taking yesterday from today tell of it"


async def test_a_sum_less_its_parts_tells_of_no_child(scene: Scene, clock: MovableClock) -> None:
    """Everything that is said is a multiple of five or "<5": so is, or is not known at all, what is left of a sum."""
    points = [{"latitude": 29.0 + number / 5, "longitude": -90.0} for number in range(6)]
    await asyncio.gather(*(file(scene, count, point) for count, point in zip((1, 4, 5, 6, 9, 12), points, strict=True)))
    found = await figures_of_tomorrow(scene, clock)
    said = [found["totals"]["missing"], *(one["counts"]["missing"] for one in found["cells"])]
    assert sorted(said) == ["10", "35", "5", "5", "5", "<5", "<5"]
    assert datetime.fromisoformat(found["asOf"]).astimezone(UTC).hour == 0
