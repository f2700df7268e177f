"""The coordinator's map in a real browser: it opens at once, shows a change within a second, and needs no mouse."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import HOUSTON, Scene
from tests.support.map import counted
from tests.support.records import child, missing, report, sighting
from tests.support.screens import DESK, Device, device, needs_browser

pytestmark = needs_browser

GULF = [
    {"latitude": 31.0, "longitude": -96.5},
    {"latitude": 31.0, "longitude": -89.0},
    {"latitude": 29.0, "longitude": -89.0},
    {"latitude": 28.7, "longitude": -96.5},
]
BATON_ROUGE = {"latitude": 30.4515, "longitude": -91.1871}
OPENS_WITHIN = 3.0
TOLD_WITHIN = 1.0
"""Seconds, at least once in so many tries: what else the machine does may hold up any single one."""
TRIES = 5
GROUND_FILLS = """() => { const map = document.querySelector(".map").getBoundingClientRect();
  const drawn = document.querySelector(".leaflet-overlay-pane svg").getBoundingClientRect();
  return drawn.left <= map.left && drawn.top <= map.top && drawn.right >= map.right && drawn.bottom >= map.bottom; }"""
A_MOMENT = "new Promise((resolve) => setTimeout(resolve, 400))"
"""What a map that is closed still does, it does by then."""


@pytest.fixture
async def desk(scene: Scene, tmp_path: Path) -> AsyncIterator[Device]:
    """A coordinator's, of an incident with an area in which something has happened."""
    await scene.coordinator.ask("changeIncident", input={"id": scene.incident_id, "version": 1, "area": GULF})
    await scene.coordinator.ask("changeSite", input={"id": scene.site_id, "version": 1, "capacity": 4})
    for _ in range(3):
        await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    await scene.stranger.ask("fileReport", input=report(scene.incident_id))
    await scene.call_taker.ask("recordSighting", input=sighting(scene.incident_id, place={"point": BATON_ROUGE}))
    await counted(scene.house.use.store)
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as opened:
        secret = await invite_by_operator(scene.house.use, NewInvite(Role.COORDINATOR, scene.incident_id))
        await opened.open(f"/join#{secret}")
        await opened.fill("Your name", "Carla")
        await opened.press("Come in")
        await opened.sees("Matches to review")
        yield opened
        assert (opened.heard, opened.elsewhere) == ([], [])


def spot(desk: Device, words: str) -> Any:
    """What lies on the map, by the words that it is read out with."""
    return desk.page.get_by_role("button", name=words)


async def open_map(desk: Device) -> None:
    await desk.page.get_by_role("link", name="Map", exact=True).click()
    await desk.sees("Live map")
    await spot(desk, "Superdome: 3 / 4").wait_for()


async def test_the_map_opens_at_once_and_shows_a_change_within_a_second(scene: Scene, desk: Device) -> None:
    for _ in range(TRIES):
        began = perf_counter()
        await open_map(desk)
        if perf_counter() - began < OPENS_WITHIN:
            break
        await desk.open("/desk")
    else:
        pytest.fail(f"The map never opened within {OPENS_WITHIN} s.")
    await desk.page.get_by_text("Live", exact=True).wait_for()
    await desk.page.locator("path.land:not([d='M0 0'])").first.wait_for()
    await desk.page.locator(".town span").first.wait_for()
    await looks_well_by_day_and_night(desk, "desk-map")
    for number in range(2, 2 + TRIES):
        elsewhere = report(scene.incident_id, missing(lastSeenPlace={"point": HOUSTON}))
        assert (await scene.stranger.ask("fileReport", input=elsewhere)).made
        began = perf_counter()
        await desk.page.locator("label", has_text="Open reports").get_by_text(str(number)).wait_for()
        if perf_counter() - began < TOLD_WITHIN:
            break
    else:
        pytest.fail(f"No change was seen within {TOLD_WITHIN} s.")


async def test_layers_are_chosen_what_is_there_is_opened_and_an_area_is_drawn_by_keyboard_too(
    scene: Scene, desk: Device
) -> None:
    await open_map(desk)
    page = desk.page
    await page.get_by_role("checkbox", name="Sightings").focus()
    await page.keyboard.press("Space")
    await spot(desk, "Sightings: 1").wait_for(state="detached")
    await page.keyboard.press("Space")
    await spot(desk, "Sightings: 1").wait_for()
    await spot(desk, "Superdome: 3 / 4").focus()
    await page.keyboard.press("Enter")
    panel = page.get_by_label("What is there")
    await panel.get_by_role("button", name="Site 1").focus()
    await page.keyboard.press("Enter")
    await panel.locator("dd", has_text="Superdome").wait_for()
    await desk.looks_well("desk-map-panel")
    await page.keyboard.press("Escape")
    await panel.wait_for(state="detached")
    await page.get_by_role("button", name="As a table").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("row", name="Superdome 3 4 3 open").wait_for()
    await page.get_by_role("row", name="Baton Rouge").wait_for()
    await desk.looks_well("desk-map-table")
    await desk.press("As a map")
    await desk.press("Draw the area anew")
    await desk.sees("Corners: 0")
    box = await desk.page.locator(".map").bounding_box()
    assert box is not None
    for x, y in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8)):
        await desk.page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    await desk.press("Corner at the middle")
    await desk.sees("Corners: 4")
    await desk.looks_well("desk-map-drawing")
    await desk.press("Keep the area")
    await desk.page.get_by_role("button", name="Draw the area anew").wait_for()
    kept = await scene.house.use.store.incidents.get(scene.incident_id)
    assert kept is not None
    assert len(kept.area) == 4
    assert kept.area[3].latitude == pytest.approx((kept.area[0].latitude + kept.area[2].latitude) / 2, abs=0.3)


async def test_the_map_is_seen_as_it_was_and_plays_towards_now(scene: Scene, desk: Device) -> None:
    long_ago = scene.house.use.clock() - timedelta(days=3)
    incidents = scene.house.use.store.incidents.collection
    await incidents.update_one({"_id": scene.incident_id}, {"$set": {"createdAt": long_ago}})
    await open_map(desk)
    page = desk.page
    await page.get_by_label("When").focus()
    await page.keyboard.press("Home")
    await desk.sees("As it was")
    await spot(desk, "Superdome: 3 / 4").wait_for(state="detached")
    then = await page.locator("output").inner_text()
    await desk.press("Play")
    await page.wait_for_function("then => document.querySelector('output').textContent !== then", arg=then)
    await desk.press("Pause")
    await desk.looks_well("desk-map-past")
    await desk.press("To now")
    await spot(desk, "Superdome: 3 / 4").wait_for()


async def test_the_map_fills_a_window_that_became_larger_and_is_closed_right_after(desk: Device) -> None:
    page = desk.page
    await open_map(desk)
    await page.set_viewport_size({"width": 1700, "height": 1100})
    await page.wait_for_function(GROUND_FILLS)
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.get_by_role("link", name="Figures", exact=True).click()
    await desk.sees("What may be passed on")
    await page.evaluate(A_MOMENT)
