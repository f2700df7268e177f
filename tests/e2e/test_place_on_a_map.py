"""A family shows on a map where a child was: by finger, by keyboard, in the dark and with large text."""

from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import TimeoutError  # noqa: A004 (Playwright's own, which is no built-in one)

from backend.services.places import shipped_towns
from tests.e2e.test_phone_screens import TEXT_SIZE, looks_well_in_light_and_dark, speaks
from tests.support.house import Scene
from tests.support.screens import PHONE, Device, device, needs_browser

pytestmark = needs_browser

BAYOUS = [(30.6, -91.6), (30.6, -89.9), (29.2, -89.9), (29.2, -91.6)]
MIDDLE_OF = """(element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
}"""
UNDER_THE_CROSS = """([town, off, away = 0]) => {
    const middle = (element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return [left + width / 2, top + height / 2];
    };
    if (document.querySelector('.leaflet-zoom-anim, .leaflet-pan-anim')) return false;  // it moves still
    const label = [...document.querySelectorAll('.town span')].find(({ textContent }) => textContent === town);
    if (!label) return false;
    const [[x, y], [crossX, crossY]] = [label, document.querySelector('.cross')].map(middle);
    return Math.abs(Math.hypot(x - crossX, y - crossY) - away) <= off;
}"""
WIDER_THAN_ITSELF = "(dialog) => dialog.scrollWidth > dialog.clientWidth"


async def an_area(scene: Scene) -> None:
    incident = (await scene.coordinator.ask("incident", id=scene.incident_id, firstSites=1)).value
    ring = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in BAYOUS]
    changing = {"id": scene.incident_id, "version": incident["version"], "area": ring}
    assert (await scene.coordinator.ask("changeIncident", input=changing)).made


async def tap(phone: Device, town: str, off: int) -> None:
    """Tap where the town is until it lies under the cross, or so many pixels off: where something new is said below the
    map between looking and tapping, the map has moved away under the finger.
    """
    for patience in (2000, 4000, 8000, 16000):
        x, y = await phone.page.locator(".town span").get_by_text(town, exact=True).evaluate(MIDDLE_OF)
        await phone.page.touchscreen.tap(x, y)
        with suppress(TimeoutError):
            await phone.page.wait_for_function(UNDER_THE_CROSS, arg=[town, off], timeout=patience)
            return
    raise AssertionError(f"{town} never came to lie under the cross")


async def to_the_last_place(phone: Device, child: str | None = None) -> None:
    await phone.open("/report")
    if child:
        await phone.fill("First names", child)
    for _ in range(2):
        await phone.page.locator(".progress").wait_for()
        await phone.page.locator(".actions .main").click()
    await phone.page.locator("input[type=date]").wait_for()


async def test_a_family_shows_where_a_child_was_by_finger_and_by_keyboard(scene: Scene, tmp_path: Path) -> None:
    await an_area(scene)
    latitude, longitude = shipped_towns().find("Houma", near=BAYOUS[0])[0].place
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await to_the_last_place(phone, "Marisol")
        await phone.fill("Where?", "by the church")
        await phone.press("Show on a map")
        await phone.page.locator(".town span").get_by_text("Houma", exact=True).wait_for()
        await phone.sees("Come closer, so that it is clear which place is meant.")
        while await phone.page.get_by_role("button", name="Take this place").count() == 0:
            await tap(phone, "Houma", 20)  # half a pixel from afar is several from near
        await tap(phone, "Houma", 2)
        await phone.page.locator(".place-name").get_by_text("Houma").wait_for()
        await phone.looks_well("family-place-on-a-map")
        await phone.press("Take this place")
        await phone.sees("It is in Houma")
        assert await phone.page.get_by_label("Where?", exact=True).input_value() == "by the church"

        await phone.press("Show on a map")
        await phone.page.wait_for_function(UNDER_THE_CROSS, arg=["Houma", 4])
        await phone.page.get_by_role("application").press("ArrowRight")
        await phone.page.wait_for_function(UNDER_THE_CROSS, arg=["Houma", 4, 80])
        await phone.press("Take this place")
        await phone.page.locator("dialog.place-map").wait_for(state="detached")
        await phone.fill("Where?", "by the old church")
        await phone.page.get_by_role("button", name="Next").click()
        await phone.fill("Your telephone", "+1 504 555 0142")
        await phone.press("Next")
        await phone.press("Send the report")
        await phone.sees("Keep these two")
        (report,) = await scene.house.use.store.reports.find({})
        place = report.last_seen_place
        assert place.text == "by the old church"
        assert place.point is not None
        assert abs(place.point.latitude - latitude) < 0.003
        assert 0.005 < place.point.longitude - longitude < 0.05
        assert (phone.heard, phone.elsewhere) == ([], [])


@pytest.mark.parametrize("language", ["ar", "uk"])
async def test_the_map_in_other_languages_in_the_dark_and_with_large_text(
    scene: Scene, tmp_path: Path, language: str
) -> None:
    await an_area(scene)
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await phone.context.grant_permissions(["geolocation"])
        await phone.context.set_geolocation({"latitude": 29.5958, "longitude": -90.7195})
        await speaks(phone, language)
        await to_the_last_place(phone)
        await phone.page.locator("main .button:has(.icon)").first.click()
        dialog = phone.page.locator("dialog.place-map")
        await dialog.locator(".button").nth(1).click()
        await dialog.locator(".town span").first.wait_for()
        await phone.page.wait_for_function("() => document.querySelector('.place-name bdi')?.textContent")
        await looks_well_in_light_and_dark(phone, f"family-place-on-a-map-{language}")
        await phone.page.emulate_media(color_scheme="dark")
        await phone.page.evaluate(TEXT_SIZE, "200%")
        assert not await dialog.evaluate(WIDER_THAN_ITSELF)
        await phone.looks_well(f"family-place-on-a-map-large-{language}")
        await phone.page.keyboard.press("Escape")
        await dialog.wait_for(state="detached")
        assert (phone.heard, phone.elsewhere) == ([], [])


async def test_without_a_network_the_map_says_so_and_what_was_typed_stays(scene: Scene, tmp_path: Path) -> None:
    async with device(scene.stranger.url, tmp_path / "family", service_workers="block", **PHONE) as phone:
        await to_the_last_place(phone)
        await phone.fill("Where?", "by the church")
        await phone.context.set_offline(True)
        await phone.press("Show on a map")
        await phone.sees("This part of the app has to be loaded, and there is no connection.")
        assert await phone.page.get_by_label("Where?", exact=True).input_value() == "by the church"
        await phone.context.set_offline(False)
        await phone.page.get_by_role("application").wait_for()
        assert await phone.page.get_by_label("Where?", exact=True).first.input_value() == "by the church"
        assert phone.elsewhere == []
