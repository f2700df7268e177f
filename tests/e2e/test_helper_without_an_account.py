"""Somebody who came to help and has no account: in by the code at the door, registering, until the door is closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.domain.account import NewInvite, Role
from backend.domain.registration import Confirmation, Registration
from tests.e2e.test_screens import join, kept_registrations, register
from tests.support.desk import desk_of, looks_well_by_day_and_night
from tests.support.doors import opened
from tests.support.house import Scene
from tests.support.pictures import picture
from tests.support.records import child
from tests.support.screens import PHONE, Device, device, needs_browser

pytestmark = needs_browser

MARKED = "What you register is marked, and a volunteer looks at it later."
CLOSED = "The code you came in by is no longer good."
NOT_THEIRS = ("/site/roll-call", "/site/nearby", "/site/settings", "/site/child")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    path.write_bytes(picture())
    return path


@asynccontextmanager
async def phone_of(scene: Scene, folder: Path) -> AsyncIterator[Device]:
    """A phone; at the end, that nothing was objected to and nothing left."""
    async with device(scene.stranger.url, folder, **PHONE) as phone:
        yield phone
        # Being signed out is what a browser calls an error.
        heard = [one for one in phone.heard if "status of 401" not in one]
        assert (heard, phone.elsewhere) == ([], [])


async def open_the_door(desk: Device) -> str:
    """The code on the sheet that is printed."""
    await desk.page.get_by_role("link", name="Open doors").click()
    await desk.page.get_by_label("At which site?").select_option("Superdome")
    await desk.fill("For how many hours?", "4")
    await desk.press("Open, and show the code")
    code = await desk.page.locator(".sheet .code").inner_text()
    await desk.press("I have it")
    return code


async def come_in(phone: Device, code: str, name: str) -> None:
    """By the link that a camera reads off the sheet."""
    await phone.open(f"/join#door={code}")
    await phone.fill("Your name", name)
    await phone.press("Come in")
    await phone.sees(MARKED)


async def kept_by_name(scene: Scene) -> dict[str | None, Registration]:
    return {one.person.names.given: one for one in await kept_registrations(scene)}


async def test_a_helper_registers_a_child_and_is_shown_nothing_of_others_until_a_volunteer_confirms_it(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    async with (
        desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _),
        phone_of(scene, tmp_path / "volunteer") as volunteer,
        phone_of(scene, tmp_path / "helper") as helper,
    ):
        code = await open_the_door(desk)
        await helper.open(f"/join#door={code}")
        await helper.page.get_by_label("Your name", exact=True).wait_for()
        assert code not in helper.page.url
        await looks_well_by_day_and_night(helper, "helper-join")
        await come_in(helper, code, "Wendell")
        await register(helper, "Wendeline", photo)
        await looks_well_by_day_and_night(helper, "helper-register")
        await helper.press("Save")
        await helper.sees("Everything is on the server.")
        await looks_well_by_day_and_night(helper, "helper-site")
        for path in NOT_THEIRS:
            await helper.open(path)
            await helper.sees(MARKED)
            assert [
                await helper.page.locator(f"main {one}").count() for one in ("li", "a:not([href^=tel])", "input")
            ] == [0, 0, 0], path
        kept = (await kept_by_name(scene))["Wendeline"]
        assert (kept.confirmation, len(kept.photo_ids)) == (Confirmation.UNCONFIRMED, 1)

        await join(volunteer, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await volunteer.sees("Not confirmed yet")
        await volunteer.page.get_by_role("link", name="Wendeline").click()
        await volunteer.sees("Registered by a helper without an account")
        await looks_well_by_day_and_night(volunteer, "helper-unconfirmed")
        await volunteer.press("Yes, I confirm it")
        await volunteer.page.get_by_text("Registered by a helper without an account").wait_for(state="detached")
        await volunteer.press("Back")
        await volunteer.page.get_by_role("link", name="Wendeline").wait_for()
        await volunteer.page.get_by_text("Not confirmed yet").wait_for(state="detached")
        assert (await kept_by_name(scene))["Wendeline"].confirmation is Confirmation.CONFIRMED


async def test_a_door_that_is_closed_says_so_to_the_helper_and_what_was_typed_is_sent_by_the_next_code(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    async with (
        desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _),
        phone_of(scene, tmp_path / "helper") as helper,
    ):
        await come_in(helper, await open_the_door(desk), "Wendell")
        await register(helper, "Wendeline", photo)
        await desk.press("Close now")
        await desk.sees("ended")
        await helper.press("Save")
        await helper.sees(CLOSED)
        await helper.sees("people 1 and photos 1 are kept on this phone.")
        await looks_well_by_day_and_night(helper, "helper-closed")
        # Also to somebody who only opens the app, and who types on meanwhile.
        await helper.page.reload()
        await helper.sees(CLOSED)
        await helper.press("Register a child")
        await helper.fill("First names", "Tomás")
        await helper.press("Save")
        await helper.sees("people 2 and photos 1 are kept on this phone.")
        assert await kept_registrations(scene) == []

        code = await open_the_door(desk)
        await helper.page.get_by_role("link", name="Come in by a new code").click()
        await helper.fill("Code", "7KQM-2XHD")
        await helper.fill("Your name", "Wendell")
        await helper.press("Come in")
        await helper.sees("This code is not good, or no longer.")
        await looks_well_by_day_and_night(helper, "helper-wrong-code")
        await helper.fill("Code", code)
        await helper.press("Come in")
        await helper.sees("Everything is on the server.")
        kept = await kept_by_name(scene)
        assert {name: len(one.photo_ids) for name, one in kept.items()} == {"Wendeline": 1, "Tomás": 0}


async def test_what_a_helper_types_without_a_network_waits_and_is_sent(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    code = (await opened(scene))["code"]
    async with phone_of(scene, tmp_path / "helper") as helper:
        await come_in(helper, code, "Wendell")
        await helper.keeps_the_app()
        await helper.context.set_offline(True)
        await helper.page.reload()
        await register(helper, "Wendeline", photo)
        await helper.press("Save")
        await helper.sees("On this phone only: people 1, photos 1.")
        await helper.sees("No connection right now.")
        await looks_well_by_day_and_night(helper, "helper-offline")
        assert await kept_registrations(scene) == []
        await helper.context.set_offline(False)
        await helper.sees("Everything is on the server.")
        kept = (await kept_by_name(scene))["Wendeline"]
        assert (kept.confirmation, len(kept.photo_ids)) == (Confirmation.UNCONFIRMED, 1)


async def test_a_volunteer_s_phone_that_a_helper_comes_in_on_shows_none_of_what_it_kept(
    scene: Scene, tmp_path: Path
) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    code = (await opened(scene))["code"]
    async with phone_of(scene, tmp_path / "phone") as phone:
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.sees("Marisol")
        await come_in(phone, code, "Wendell")
        await phone.sees("Everything is on the server.")
        for path in ("/site", *NOT_THEIRS):
            await phone.open(path)
            await phone.sees(MARKED)
            await phone.sees("Everything is on the server.")
            assert "Marisol" not in await phone.page.inner_text("body"), path
