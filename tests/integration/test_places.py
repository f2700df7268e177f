"""Places looked for by name: what is offered to whom, what leaves the server, and a geocoder that behaves badly."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from backend.services.places import shipped_towns
from backend.settings.settings import SettingsError
from tests.support.client import Client
from tests.support.geocoder import CANAL_STREET, Nominatim, never, nominatim
from tests.support.house import Scene, running_house, set_scene
from tests.support.records import report
from tests.support.snapshot import everything, records

GULF = [
    {"latitude": 29.0, "longitude": -92.0},
    {"latitude": 31.0, "longitude": -92.0},
    {"latitude": 31.0, "longitude": -89.0},
]


async def found(client: Client, scene: Scene, text: str, **more: Any) -> list[tuple[str, str]]:
    answer = await client.ask("findPlaces", incidentId=scene.incident_id, text=text, **more)
    return [(place["source"], place["name"]) for place in answer.value["places"]]


@pytest.fixture(autouse=True, scope="module")
def towns_are_read() -> None:
    """Before the clock of a first request runs: a busy machine takes its time."""
    shipped_towns()


@pytest.fixture
async def asking(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[tuple[Scene, Nominatim]]:
    """A scene whose server has a geocoder."""
    async with nominatim() as geocoder, with_geocoder(database_uri, database_name, tmp_path, geocoder.url) as scene:
        yield scene, geocoder


@asynccontextmanager
async def with_geocoder(uri: str, name: str, folder: Path, url: str, **more: Any) -> AsyncIterator[Scene]:
    asked: dict[str, Any] = {
        "geocoder_url": url,
        "geocoder_allow_private": True,
        "geocoder_pause_seconds": 0,
        "worker": False,
    }
    async with running_house(uri, name, folder, **(asked | more)) as house:
        yield await set_scene(house, area=GULF)


async def test_a_site_is_offered_to_who_may_see_it_and_its_name_teaches_others_nothing(scene: Scene) -> None:
    family = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made["token"]
    for text in ("near the Superdome", "Superdrome", "SUPERDOME"):
        for nobody in (scene.stranger, scene.stranger.signed_in(family), scene.other_volunteer, scene.call_taker):
            assert ("SITE", "Superdome") not in await found(nobody, scene, text)
        elsewhere = await found(scene.stranger, scene, text.replace("Superd", "Hyperd").replace("SUPERD", "HYPERD"))
        assert await found(scene.stranger, scene, text) == elsewhere
        for somebody in (scene.volunteer, scene.coordinator, scene.officer, scene.admin):
            assert (await found(somebody, scene, text))[0] == ("SITE", "Superdome")


async def test_whoever_reports_finds_a_town_as_they_write_it_and_nothing_is_kept_or_changed(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    for text in ("bò Pòtoprens", "Port au Prins"):
        assert (await found(scene.stranger, scene, text))[0] == ("TOWN", "Port-au-Prince")
    assert await everything(scene.house.use.store) == before


async def test_who_works_in_another_incident_a_closed_incident_and_bad_input_are_refused(scene: Scene) -> None:
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"]
    answer = await scene.coordinator.ask("findPlaces", incidentId=opened["id"], text="Houma")
    assert (answer.codes, answer.value) == (["FORBIDDEN"], None)
    for text, language in (("", None), ("   ", None), ("x" * 201, None), ("Houma", "e" * 36)):
        asked = {"incidentId": opened["id"], "text": text, "language": language}
        assert (await scene.stranger.ask("findPlaces", **asked)).codes == ["INVALID"]
    assert (await scene.stranger.ask("findPlaces", incidentId="x", text="Houma")).codes == ["NOT_FOUND"]
    closing = {"id": opened["id"], "version": opened["version"], "status": "CLOSED"}
    await scene.admin.ask("changeIncident", input=closing)
    assert (await scene.stranger.ask("findPlaces", incidentId=opened["id"], text="Houma")).codes == ["CONFLICT"]


async def test_a_point_is_named_in_the_language_asked_for(scene: Scene) -> None:
    point = {"latitude": 29.61, "longitude": -90.735}
    assert (await scene.stranger.ask("nameOfPlace", point=point)).value == "2 km north-west of Houma"
    assert (await scene.call_taker.ask("nameOfPlace", point=point, language="fr")).value.startswith("à 2 km au nord-ou")
    nowhere = {"latitude": 91, "longitude": 0}
    assert (await scene.stranger.ask("nameOfPlace", point=nowhere)).codes == ["INVALID"]


async def test_strangers_look_up_so_often_and_no_more(database_uri: str, database_name: str, tmp_path: Path) -> None:
    limited: dict[str, Any] = {"rate_look_ups": "2 per hour", "worker": False}
    async with running_house(database_uri, database_name, tmp_path, **limited) as house:
        point = {"latitude": 29.61, "longitude": -90.735}
        codes = [(await house.stranger.ask("nameOfPlace", point=point)).codes for _ in range(3)]
        assert codes == [[], [], ["RATE_LIMITED"]]


async def test_addresses_come_from_the_geocoder_which_is_told_the_text_and_the_area_alone(
    asking: tuple[Scene, Nominatim],
) -> None:
    scene, geocoder = asking
    assert (await found(scene.call_taker, scene, "900 Canal St", language="es"))[0] == (
        "ADDRESS",
        CANAL_STREET["display_name"],
    )
    assert geocoder.asked == [
        {
            "path": "/nominatim/search",
            "q": "900 Canal St",
            "format": "json",
            "limit": "8",
            "accept-language": "es",
            "viewbox": "-92.0,29.0,-89.0,31.0",
            "user-agent": "Reunify (mailto:reunify@example.org)",
        }
    ]


async def test_what_was_asked_is_not_asked_again_and_stands_nowhere(
    asking: tuple[Scene, Nominatim], caplog: pytest.LogCaptureFixture
) -> None:
    scene, geocoder = asking
    with caplog.at_level(logging.INFO):
        first = await found(scene.call_taker, scene, "Grandmother Odalys, 12 Rampart")
        again = await found(scene.coordinator, scene, "  grandmother odalys  12 RAMPART")
    assert first == again
    assert len(geocoder.asked) == 1
    assert "dalys" not in caplog.text
    assert "dalys" not in str(await records(scene.house.use.store)).lower()
    await scene.house.use.store.place_answers.collection.update_many(
        {}, {"$set": {"expiresAt": scene.house.use.clock()}}
    )
    assert await found(scene.call_taker, scene, "Grandmother Odalys, 12 Rampart") == first
    assert len(geocoder.asked) == 2


async def test_nobody_learns_from_a_quick_answer_that_somebody_else_looked_for_a_place(
    asking: tuple[Scene, Nominatim],
) -> None:
    scene, geocoder = asking
    await found(scene.call_taker, scene, "12 Rampart")
    for asked, other in enumerate((scene.stranger, scene.volunteer, scene.other_volunteer), 2):
        await found(other, scene, "12 Rampart")
        assert len(geocoder.asked) == asked
        await found(other, scene, "12 Rampart")
        assert len(geocoder.asked) == asked


async def test_a_geocoder_that_fails_in_any_way_leaves_the_towns_and_is_said_to_be_missing(
    asking: tuple[Scene, Nominatim],
) -> None:
    scene, geocoder = asking

    def answering(body: str, status: int = 200, **headers: str) -> Any:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(text=body, status=status, headers=headers)

        return answer

    elsewhere = "http://127.0.0.1:1/elsewhere"
    broken = (
        answering("<html>down for repair</html>"),
        answering('{"error": "x"}'),
        answering('[{"lat": "north", "lon": "-90", "display_name": "x"}]'),
        answering('[{"lat": "nan", "lon": "0", "display_name": "x"}]'),
        answering("[[]]"),
        answering("[" * 3000),
        answering(" " * 2_000_000 + "[]"),
        answering("no", 500),
        answering("no", 403),
        answering("", 302, location=elsewhere),
        answering("", 301, location=geocoder.url + "/again"),
    )
    for answer in broken:
        geocoder.answer, before = answer, len(geocoder.asked)
        reply = await scene.call_taker.ask("findPlaces", incidentId=scene.incident_id, text="Houma")
        assert reply.codes == []
        assert reply.value["complete"] is False
        assert [place["name"] for place in reply.value["places"]] == ["Houma"]
        assert len(geocoder.asked) == before + 1


async def test_a_slow_geocoder_keeps_nobody_waiting_and_one_that_says_stop_is_left_alone(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async def too_many(_: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"retry-after": "120"})

    async with (
        nominatim() as geocoder,
        with_geocoder(database_uri, database_name, tmp_path, geocoder.url, geocoder_seconds=0.3) as scene,
    ):
        await found(scene.call_taker, scene, "Houma")
        geocoder.answer = never
        asked = {"incidentId": scene.incident_id, "text": "Gretna"}
        answers = await asyncio.gather(*(scene.call_taker.ask("findPlaces", **asked) for _ in range(5)))
        assert {answer.value["complete"] for answer in answers} == {False}
        geocoder.answer = too_many
        await found(scene.call_taker, scene, "Metairie")
        reached = len(geocoder.asked)
        assert await found(scene.call_taker, scene, "Metairie") == [("TOWN", "Metairie")]
        assert len(geocoder.asked) == reached


async def test_no_geocoder_at_a_private_address_is_called_unless_the_operator_says_so(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with nominatim() as geocoder:
        with pytest.raises(SettingsError, match="REUNIFY_GEOCODER_URL"):
            async with with_geocoder(database_uri, database_name, tmp_path, geocoder.url, geocoder_allow_private=False):
                pass
        secure = geocoder.url.replace("http:", "https:")
        async with with_geocoder(database_uri, database_name, tmp_path, secure, geocoder_allow_private=False) as scene:
            answer = await scene.call_taker.ask("findPlaces", incidentId=scene.incident_id, text="Houma")
        assert answer.value["complete"] is False
        assert geocoder.asked == []


async def test_questions_to_the_geocoder_keep_their_distance(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    times: list[float] = []

    async def noted(_: web.Request) -> web.StreamResponse:
        times.append(time.monotonic())
        return web.json_response([CANAL_STREET])

    async with (
        nominatim() as geocoder,
        with_geocoder(database_uri, database_name, tmp_path, geocoder.url, geocoder_pause_seconds=0.2) as scene,
    ):
        geocoder.answer = noted
        await asyncio.gather(*(found(scene.call_taker, scene, f"{number} Canal Street") for number in range(3)))
    assert len(times) == 3
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.15
