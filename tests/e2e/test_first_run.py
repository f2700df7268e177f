"""The first minutes: the door into an exercise."""

from pathlib import Path

from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.records import report
from tests.support.screens import DESK, PHONE, device, needs_browser

pytestmark = needs_browser


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
        await desk.page.get_by_text("2 of 5").wait_for(state="hidden")
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
