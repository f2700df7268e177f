"""An area alert in a real browser: proposed by what the family allowed, drawn, previewed, sent and stopped."""

from pathlib import Path

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.area_alerts import agreeing_family, phone_of
from tests.support.desk import desk_of, looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.push_service import fake_push_service
from tests.support.screens import DESK, device, needs_browser
from tests.support.snapshot import settled

pytestmark = needs_browser


async def test_those_near_are_told_from_the_desk_and_no_more_when_it_is_stopped(scene: Scene, tmp_path: Path) -> None:
    await agreeing_family(scene)
    await settled(scene.house.use.store)
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as desk:
        secret = await invite_by_operator(scene.house.use, NewInvite(Role.COORDINATOR, scene.incident_id))
        await desk.open(f"/join#{secret}")
        await desk.fill("Your name", "Carla")
        await desk.press("Come in")
        await desk.sees("Matches to review")
        # As if a code had been entered just now.
        await scene.house.use.store.sessions.collection.update_many({}, {"$set": {"provenAt": scene.house.use.clock()}})
        page = desk.page
        await page.get_by_role("link", name="Area alerts").click()
        await page.get_by_role("button", name="Marisol").click()
        await desk.sees("Devices: 0 · Sites: 1")
        await desk.fill("How many kilometres around it?", "600")
        await desk.sees("200")  # the most that may be
        await desk.fill("How many kilometres around it?", "25")
        await desk.sees("Devices: 0 · Sites: 1")
        await looks_well_by_day_and_night(desk, "desk-area-alert")
        await desk.press("Send it")
        await desk.sees("No device there has alerts turned on yet.")
        await desk.press("Stop it")
        await page.get_by_text("stopped").wait_for()
        await desk.looks_well("desk-area-alert-stopped")
        assert (desk.heard, desk.elsewhere) == ([], [])


async def test_how_many_were_told_is_seen_without_asking_again(scene: Scene, tmp_path: Path) -> None:
    async with fake_push_service() as push, desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await phone_of(scene.volunteer, push)
        await agreeing_family(scene)
        await settled(scene.house.use.store)
        await desk.page.get_by_role("link", name="Area alerts").click()
        await desk.page.get_by_role("button", name="Marisol").click()
        await desk.sees("Devices: 1 · Sites: 1")
        await desk.press("Send it")
        await desk.sees("Told: 1 of 1")
        await desk.looks_well("desk-area-alert-told")
