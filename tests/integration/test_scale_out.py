"""Two servers on one database, each with API and worker: what is said at one is told at the other, and done once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.domain.event import EventKind
from backend.domain.match import MatchState
from backend.services.map_rebuilding import check_map
from tests.support.client import Client, new_id
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.map import counted, map_of, totals
from tests.support.push_service import fake_push_service
from tests.support.records import child, missing, report

PEOPLE = 16
PHONES = 30


@pytest.fixture
async def houses(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[tuple[House, House]]:
    async with (
        running_house(database_uri, database_name, tmp_path) as one,
        running_house(database_uri, database_name, tmp_path) as other,
    ):
        yield one, other


@pytest.fixture
async def scene(houses: tuple[House, House]) -> Scene:
    return await set_scene(houses[0])


def at(house: House, person: Client) -> Client:
    """The same person at another server."""
    return house.stranger.signed_in(person.token)


async def test_what_is_written_through_either_server_is_told_at_the_other_once_and_counted(
    houses: tuple[House, House], scene: Scene
) -> None:
    one, other = (at(house, scene.volunteer) for house in houses)
    async with (
        one.follow("siteChanges", siteId=scene.site_id) as here,
        other.follow("siteChanges", siteId=scene.site_id) as there,
    ):
        for news in (here, there):
            await news.next()

        async def register(number: int) -> str:
            through = (one, other)[number % 2]
            made = await through.ask("registerPerson", input=child(scene.site_id))
            registered: str = made.made["registration"]["id"]
            return registered

        registered = await asyncio.gather(*(register(number) for number in range(PEOPLE)))
        for news in (here, there):
            told = [(await news.next_record())["id"] for _ in registered]
            assert sorted(told) == sorted(registered)
    store = scene.house.use.store
    await counted(store)
    for house in houses:
        view = await map_of(at(house, scene.coordinator), scene.incident_id)
        assert totals(view)["IN_CARE UNACCOMPANIED"] == PEOPLE
    assert (await check_map(store, scene.incident_id)).is_right


async def test_two_workers_score_no_pair_twice(houses: tuple[House, House], scene: Scene) -> None:
    one, other = houses

    async def register(number: int) -> None:
        made = await at(houses[number % 2], scene.volunteer).ask("registerPerson", input=child(scene.site_id))
        assert made.made

    async def file(house: House) -> None:
        assert (await house.stranger.ask("fileReport", input=report(scene.incident_id, missing()))).made

    await asyncio.gather(file(one), file(other), *(register(number) for number in range(6)))
    store = scene.house.use.store
    await counted(store)
    matches = await store.matches.find({"incidentId": scene.incident_id})
    assert Counter((match.report_id, match.registration_id) for match in matches).most_common(1)[0][1] == 1
    assert len(matches) == 2 * 6
    assert {match.state for match in matches} == {MatchState.POTENTIAL}
    events = await store.events.find({})
    proposed = [event.subject_id for event in events if event.kind is EventKind.MATCH_PROPOSED]
    assert sorted(proposed) == sorted(match.id for match in matches), "each is proposed by whoever scored it first"


async def test_two_senders_tell_nobody_twice(houses: tuple[House, House], scene: Scene) -> None:
    async with fake_push_service() as service:
        filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing()))).made
        phones = [service.subscribe() for _ in range(PHONES)]
        for number, phone in enumerate(phones):
            family = at(houses[number % 2], scene.stranger.signed_in(filed["token"]))
            device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
            assert not (await family.ask("registerDevice", input={"id": new_id(), **device})).codes
        assert (await at(houses[1], scene.volunteer).ask("registerPerson", input=child(scene.site_id))).made
        for _ in phones:
            await asyncio.wait_for(service.next_arrival(), 15)
        await counted(scene.house.use.store)
        assert [len(service.messages(phone)) for phone in phones] == [1] * PHONES
        assert await _states(scene) == {"SENT": PHONES}


async def _states(scene: Scene) -> Counter[Any]:
    return Counter(one.state.value for one in await scene.house.use.store.deliveries.find({}))
