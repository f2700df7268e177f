"""Queueing an area by pages: resumed where it was cut off, and no device twice, whoever works on it at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.domain.device import Device
from backend.services.area_rounds import AT_ONCE, queue_round
from backend.services.nearby_places import keys_of
from backend.services.sessions import viewer_of
from backend.store.records import Session
from tests.support.area_alerts import AROUND_NEW_ORLEANS, agreeing_family, send
from tests.support.client import new_id
from tests.support.house import Scene, running_house, set_scene

PHONES = 2 * AT_ONCE + 300


@pytest.fixture
async def scene(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """With nobody at work but the test."""
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        yield await set_scene(house)


async def phones_at_the_site(scene: Scene, count: int) -> None:
    use = scene.house.use
    volunteer = await viewer_of(use, scene.volunteer.token or "")
    assert volunteer is not None
    now, places = use.clock(), keys_of(use, volunteer, None)
    devices = [
        Device(new_id(), volunteer.id, f"https://127.0.0.1/{number}", "key", "auth", "en", 1, now, now, places=places)
        for number in range(count)
    ]

    async def write(session: Session) -> None:
        await use.store.devices.insert_many(devices, session)

    await use.store.transact(write)


async def rounds(scene: Scene) -> list[str]:
    return [document["_id"] async for document in scene.house.use.store.area_rounds.collection.find().sort("_id", 1)]


async def queued(scene: Scene) -> int:
    return await scene.house.use.store.deliveries.collection.count_documents({})


async def work_off(scene: Scene, round_id: str) -> int:
    """All pages of a round; how many there were."""
    use, pages = scene.house.use, 0
    while True:
        pages += 1
        if await use.store.transact(lambda session: queue_round(use, round_id, session)) is None:
            return pages


class CutOffError(Exception):
    """Somebody pulled the plug."""


async def test_each_page_is_kept_with_its_place_and_what_was_cut_off_is_done_again(scene: Scene) -> None:
    use = scene.house.use
    await phones_at_the_site(scene, PHONES)
    _, report_id = await agreeing_family(scene)
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    assert sent["areas"][0]["devices"] == PHONES
    (round_id,) = await rounds(scene)
    assert await use.store.transact(lambda session: queue_round(use, round_id, session)) is not None
    assert await queued(scene) == AT_ONCE

    async def cut_off(session: Session) -> None:
        await queue_round(use, round_id, session)
        raise CutOffError

    with pytest.raises(CutOffError):
        await use.store.transact(cut_off)
    assert await queued(scene) == AT_ONCE
    await work_off(scene, round_id)
    assert await queued(scene) == PHONES
    await use.store.area_rounds.collection.update_one({"_id": round_id}, {"$set": {"at": 0, "after": None}})
    assert await work_off(scene, round_id) > 1
    assert await queued(scene) == PHONES


async def test_two_areas_that_are_queued_at_once_queue_each_device_once(scene: Scene) -> None:
    await phones_at_the_site(scene, AT_ONCE + 200)
    _, report_id = await agreeing_family(scene)
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    wider = {"id": sent["id"], "version": sent["version"], "area": AROUND_NEW_ORLEANS | {"radiusKm": 25}}
    (await scene.coordinator.ask("widenAreaAlert", input=wider)).made  # noqa: B018 (it says whether it was done)
    await asyncio.gather(*(work_off(scene, round_id) for round_id in await rounds(scene)))
    assert await queued(scene) == AT_ONCE + 200


async def test_what_was_stopped_queues_nothing_more(scene: Scene) -> None:
    use = scene.house.use
    await phones_at_the_site(scene, AT_ONCE + 200)
    _, report_id = await agreeing_family(scene)
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    (round_id,) = await rounds(scene)
    assert await use.store.transact(lambda session: queue_round(use, round_id, session)) is not None
    (await scene.coordinator.ask("stopAreaAlert", id=sent["id"])).made  # noqa: B018 (it says whether it was done)
    assert await work_off(scene, round_id) == 1
    assert await queued(scene) == AT_ONCE


async def test_of_two_who_send_at_once_one_sends(scene: Scene) -> None:
    _, report_id = await agreeing_family(scene)
    areas = [AROUND_NEW_ORLEANS | {"radiusKm": radius} for radius in (10, 20, 30)]
    answers = await asyncio.gather(*(send(scene.coordinator, report_id, area) for area in areas))
    assert sorted(str(answer.codes) for answer in answers) == ["['CONFLICT']", "['CONFLICT']", "[]"]
    assert len(await rounds(scene)) == 1
