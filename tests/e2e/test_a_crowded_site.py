"""A shelter of many children, on a phone or at a computer: as many are drawn as one looks at, and each one is found."""

from pathlib import Path
from typing import Any

import pytest

from backend.domain.account import NewInvite, Role
from backend.services.photos import LINK_GOOD_FOR
from tests.e2e.test_screens import join, register
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.records import child
from tests.support.screens import DESK, PHONE, Device, device, needs_browser

pytestmark = needs_browser
KINDS = pytest.mark.parametrize("kind", [PHONE, DESK], ids=["phone", "computer"])

MANY = 120
ROWS = ".list > li"
LAST = "The First One"
"""Who was registered first stands last."""


@KINDS
async def test_a_list_of_many_children_is_drawn_as_far_as_one_scrolls_and_searched_as_a_whole(
    scene: Scene, tmp_path: Path, kind: dict[str, Any]
) -> None:
    await fill(scene)
    async with device(scene.stranger.url, tmp_path / "phone", **kind) as phone:
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.page.locator(ROWS).first.wait_for()
        assert await rows(phone) < MANY
        await phone.fill("Look for a name", "first one")
        await phone.sees(LAST)
        assert await rows(phone) == 1
        await phone.fill("Look for a name", "")
        await scroll_to_the_last(phone, MANY)
        await phone.page.get_by_role("link", name="Roll call").click()
        await phone.sees(f"Seen: 0 of {MANY}")
        assert await rows(phone) < MANY
        await scroll_to_the_last(phone, MANY)
        await phone.page.get_by_label(LAST).check()
        await phone.sees(f"Seen: 1 of {MANY}")


@KINDS
async def test_photos_are_seen_in_a_roll_call_after_their_addresses_have_ended(
    scene: Scene, tmp_path: Path, clock: MovableClock, kind: dict[str, Any]
) -> None:
    taken = tmp_path / "face.jpg"
    taken.write_bytes(picture())
    async with device(scene.stranger.url, tmp_path / "phone", **kind) as phone:
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await register(phone, "Marisol", taken)
        await phone.press("Save")
        await phone.page.locator(f"{ROWS} img").wait_for()
        clock.forward(LINK_GOOD_FOR * 2)
        await phone.open("/site/roll-call")
        await phone.page.wait_for_function(f"() => document.querySelector('{ROWS} img')?.naturalWidth > 0")


async def fill(scene: Scene) -> None:
    for number in range(MANY):
        name = {"full": f"Child {number}" if number else LAST}
        assert not (
            await scene.volunteer.ask("registerPerson", input=child(scene.site_id, person={"names": name}))
        ).codes


async def rows(phone: Device) -> int:
    return await phone.page.locator(ROWS).count()


async def scroll_to_the_last(phone: Device, many: int) -> None:
    while await rows(phone) < many:
        drawn = await rows(phone)
        await phone.page.locator(ROWS).last.scroll_into_view_if_needed()
        await phone.page.wait_for_function(f"(drawn) => document.querySelectorAll('{ROWS}').length > drawn", arg=drawn)
    await phone.sees(LAST)
