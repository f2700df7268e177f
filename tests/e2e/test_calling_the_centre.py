"""Where people are told to call the centre, they are told its number, and a tap calls it, without a network too."""

from pathlib import Path

from tests.e2e.test_phone_screens import looks_well_in_light_and_dark, speaks
from tests.e2e.test_volunteer_offline import let_in
from tests.support.desk import desk_of, looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.records import report
from tests.support.screens import PHONE, Device, device, needs_browser
from tests.support.take_downs import take_down

pytestmark = needs_browser

NUMBER = "+1 (800) 843-5678"
DIALLED = "tel:+18008435678"


async def calls(phone: Device) -> None:
    link = phone.page.locator("a[href^='tel:']")
    await link.wait_for()
    assert await link.get_attribute("href") == DIALLED
    assert NUMBER in await link.inner_text()


async def test_a_coordinator_sets_the_number_and_families_and_volunteers_call_it(scene: Scene, tmp_path: Path) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Settings").click()
        await desk.fill("At which number do families reach the centre?", "call us")
        await desk.press("Keep it")
        await desk.sees("A telephone number has 3 to 15 digits")
        await looks_well_by_day_and_night(desk, "desk-settings-number")
        await desk.fill("At which number do families reach the centre?", NUMBER)
        await desk.press("Keep it")
        await desk.sees("Kept.")

    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await phone.open("/case")
        await calls(phone)
        await looks_well_in_light_and_dark(phone, "family-back-number")
        await phone.fill("Case code", filed["caseCode"])
        await phone.fill("Secret", filed["caseSecret"])
        await phone.press("Open my report")
        await phone.page.get_by_role("heading", name="Marisol Quintanilla").wait_for()
        await calls(phone)
        await take_down(scene, filed["reports"][0]["id"], by=scene.officer)
        await phone.press("Look again")
        await phone.sees("If it is true, please call the centre.")
        await calls(phone)
        await phone.looks_well("family-case-number")
        await phone.keeps_the_app()
        await phone.context.set_offline(True)
        await phone.page.reload()
        await calls(phone)
        await phone.context.set_offline(False)
        await speaks(phone, "ar")
        await phone.open("/seen")
        await calls(phone)
        await phone.open("/case")
        await calls(phone)
        await looks_well_in_light_and_dark(phone, "family-case-number-ar")

    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await let_in(phone, scene)
        await calls(phone)
        await looks_well_in_light_and_dark(phone, "volunteer-site-number")
