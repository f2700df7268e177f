"""A phone that can keep nothing: the person is told, and nothing that the server has taken looks as if it had not."""

from pathlib import Path

import pytest

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.house import Scene
from tests.support.screens import PHONE, device, needs_browser

pytestmark = needs_browser

FULL = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }"
CLOSED = "IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError') }"
TOLD = "This phone cannot keep what you type"


@pytest.mark.parametrize("broken", [FULL, CLOSED], ids=["full", "closed"])
async def test_a_family_is_told_reports_all_the_same_and_is_shown_its_code(
    scene: Scene, tmp_path: Path, broken: str
) -> None:
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await phone.context.add_init_script(broken)
        await phone.open("/report")
        await phone.fill("First names", "Marisol")
        await phone.sees(TOLD)
        await phone.looks_well(f"family-child-{'full' if broken is FULL else 'closed'}")
        for _ in range(4):
            await phone.press("Next")
        await phone.press("Send the report")
        await phone.sees("Keep these two")
        await phone.sees("Marisol")
        assert phone.heard == []
    (report,) = await scene.house.use.store.reports.find({})
    assert report.person.names.given == "Marisol"


async def test_a_volunteer_is_told_that_a_child_was_not_saved_and_what_was_typed_stays(
    scene: Scene, tmp_path: Path
) -> None:
    secret = await invite_by_operator(scene.house.use, NewInvite(Role.VOLUNTEER, site_id=scene.site_id))
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await phone.open(f"/join#{secret}")
        await phone.fill("Your name", "Grace")
        await phone.press("Come in")
        await phone.sees("Superdome")
        assert await phone.page.get_by_text(TOLD).count() == 0
        await phone.page.evaluate(f"void ({FULL})")
        await phone.press("Register a child")
        await phone.fill("First names", "Marisol")
        await phone.press("Save")
        await phone.sees(TOLD)
        assert await phone.page.get_by_label("First names", exact=True).input_value() == "Marisol"
    assert await scene.house.use.store.registrations.find({}) == []
