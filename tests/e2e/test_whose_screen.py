"""A screen of others, opened by its address: it says whose it is and leads back, and asks the server for nothing."""

from pathlib import Path

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.screens import DESK, PHONE, device, needs_browser

pytestmark = needs_browser


async def test_a_screen_that_is_not_one_s_own_says_whose_it_is(scene: Scene, tmp_path: Path) -> None:
    invite = NewInvite(Role.VOLUNTEER, incident_id=scene.incident_id, site_id=scene.site_id)
    secret = await invite_by_operator(scene.house.use, invite)
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await phone.open(f"/join#{secret}")
        await phone.fill("Your name", "Vera")
        await phone.press("Come in")
        await phone.page.get_by_role("button", name="Register a child").wait_for()
        await phone.open("/desk/people")
        await phone.sees("You are signed in as Vera.")
        await looks_well_by_day_and_night(phone, "not-yours-volunteer")
        await phone.page.get_by_role("link", name="Go to your site").click()
        await phone.page.get_by_role("button", name="Register a child").wait_for()
        assert (phone.heard, phone.elsewhere) == ([], [])
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as desk:
        await desk.open(f"/desk/exercise#{scene.call_taker.token}")
        await desk.page.get_by_role("button", name="Go in as").click()
        await desk.press("No tour, thank you")
        await desk.page.get_by_label("A tour of the desk").wait_for(state="hidden")
        await desk.open("/desk/webhooks")
        await desk.sees("This is for others: Administrator. You are signed in as: Call taker.")
        await looks_well_by_day_and_night(desk, "not-yours-desk")
        await desk.page.get_by_role("link", name="Go to: Hotline").click()
        await desk.page.get_by_role("heading", name="Hotline").wait_for()
        await desk.open("/site")
        await desk.sees("This is for those who work at a site")
        await desk.page.get_by_role("link", name="Go to your desk").click()
        await desk.page.locator(".desk").wait_for()
        assert (desk.heard, desk.elsewhere) == ([], [])
