"""The first minutes: an empty system and its administrator, and the door into an exercise."""

from pathlib import Path

from backend.services.invites import invite_first_administrator
from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import House, Scene
from tests.support.records import report
from tests.support.screens import DESK, PHONE, device, needs_browser

pytestmark = needs_browser

SITES = """name,kind,latitude,longitude,address,room
Superdome,shelter,29.9511,-90.0812,"1500 Sugar Bowl Drive, New Orleans",800
Charity Hospital,hospital,29.9553,-90.0790
Nowhere,castle,1,2
"""


async def test_an_empty_system_leads_its_administrator_to_an_incident_with_an_area_and_sites(
    house: House, tmp_path: Path
) -> None:
    secret = await invite_first_administrator(house.use)
    async with device(house.stranger.url, tmp_path / "desk", **DESK) as desk:
        await desk.open(f"/join#{secret}")
        await desk.fill("Your name", "Ada")
        await desk.press("Come in")
        await desk.sees("Welcome. What has happened?")
        await looks_well_by_day_and_night(desk, "desk-first-run")
        await desk.fill("What do people call it?", "Hurricane Ida")
        await desk.fill("Below how many years is somebody a child?", "18")
        await desk.press("Open it")
        await desk.sees("Getting started")
        await desk.fill("Around which place?", "Houma")
        await desk.press("Look for it")
        await desk.page.get_by_role("button", name="Houma").first.click()
        await desk.sees("The area is set.")
        await desk.page.get_by_text("Add many at once, from a table").click()
        await desk.fill("Paste the lines", SITES)
        await desk.sees("needs a name, a kind, latitude and longitude")
        await looks_well_by_day_and_night(desk, "desk-import")
        await desk.press("Add 2")
        await desk.page.get_by_text("1500 Sugar Bowl Drive, New Orleans · room for 800").wait_for()
        assert (desk.heard, desk.elsewhere) == ([], [])
    (incident,) = await house.use.store.incidents.find({})
    assert (len(incident.area), incident.child_age_limit) == (36, 18)
    assert sorted(one.name for one in await house.use.store.sites.find({})) == ["Charity Hospital", "Superdome"]


async def test_the_door_into_an_exercise_opens_with_a_click_and_a_tour_that_never_comes_again(
    scene: Scene, tmp_path: Path
) -> None:
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as desk:
        await desk.open(f"/desk/exercise#{scene.coordinator.token}")
        await desk.page.get_by_role("button", name="Go in as Coordinator").wait_for()
        assert desk.page.url.endswith("/desk/exercise")
        await desk.press("Go in as Coordinator, Coordinator")
        await desk.sees("1 of 5")
        await looks_well_by_day_and_night(desk, "desk-tour")
        await desk.press("Next")
        await desk.sees("2 of 5")
        await desk.press("No tour, thank you")
        await desk.open("/desk")
        await desk.page.get_by_role("heading", name="Matches to review").wait_for()
        assert await desk.page.get_by_text("of 5").count() == 0
        assert (desk.heard, desk.elsewhere) == ([], [])


async def test_the_family_s_door_into_an_exercise_opens_its_case_and_takes_the_place_of_none(
    scene: Scene, tmp_path: Path
) -> None:
    filed = [(await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made for _ in range(2)]
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        for _ in range(2):
            await phone.open(f"/desk/exercise#{filed[0]['token']}")
            await phone.press("Go in as a family that reported a child")
            await phone.page.get_by_role("heading", name="Marisol Quintanilla").wait_for()
        assert phone.page.url.endswith("/case")
        await phone.open("/")
        await phone.open(f"/desk/exercise#{filed[1]['token']}")
        await phone.press("Go in as a family that reported a child")
        await phone.sees("This browser keeps a family's case already.")
        await phone.looks_well("exercise-another-case")
        assert (phone.heard, phone.elsewhere) == ([], [])


async def test_no_link_leads_into_an_account_that_works_in_an_emergency(scene: Scene, tmp_path: Path) -> None:
    real = {"name": "Hurricane Ida", "kind": "HURRICANE"}
    assert (await scene.admin.ask("openIncident", input=real)).made
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as desk:
        await desk.open(f"/desk/exercise#{scene.admin.token}")
        await desk.sees("This link opens no exercise.")
        assert await desk.page.get_by_role("button", name="Go in as").count() == 0
