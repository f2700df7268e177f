"""The developers' console in a real browser, under the policy that lets no inline script or style in."""

from pathlib import Path

from backend.domain.account import Role
from tests.support.house import House
from tests.support.screens import DESK, device, needs_browser

pytestmark = needs_browser


async def test_somebody_signed_in_asks_in_the_console_and_the_browser_has_nothing_to_object(
    house: House, tmp_path: Path
) -> None:
    admin = await house.person(Role.ADMIN)
    async with device(house.stranger.url, tmp_path / "browser", **DESK) as desk:
        await desk.open(f"/graphql#token={admin.token}")
        await desk.sees("Signed in as Admin, admin")
        assert admin.token is not None
        assert admin.token not in desk.page.url
        await desk.page.locator(".CodeMirror").first.wait_for()
        await desk.page.locator(".graphiql-execute-button").click()
        await desk.page.locator(".result-window", has_text="ADMIN").wait_for()
        assert (desk.heard, desk.elsewhere) == ([], [])
        # The policy is there, and what it objects to is heard.
        await desk.page.evaluate("document.body.setAttribute('style', 'color: red')")
        assert any("Content Security Policy" in said for said in desk.heard)
