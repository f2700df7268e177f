"""The story of two brothers through screens only: a phone at a shelter, a phone of a family, and a desk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from backend.app import now
from backend.domain.account import NewInvite, Role
from backend.domain.registration import Registration
from backend.services.invites import invite_by_operator
from backend.simulation.authenticator import Authenticator
from tests.support.house import Scene
from tests.support.screens import DESK, PHONE, Device, device, needs_browser

pytestmark = needs_browser

PASSWORD = "seven green boats at noon"


@pytest.fixture
async def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    Image.new("RGB", (600, 800), "#b5824f").save(path)
    return path


@pytest.fixture
async def volunteer(scene: Scene, tmp_path: Path) -> AsyncIterator[Device]:
    """A volunteer's phone, just let in by a link."""
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.sees("Superdome")
        yield phone


async def join(at: Device, scene: Scene, invite: NewInvite, name: str) -> None:
    secret = await invite_by_operator(scene.house.use, invite)
    await at.open(f"/join#{secret}")
    await at.fill("Your name", name)
    assert secret not in at.page.url
    await at.press("Come in")


async def register(phone: Device, given: str, photo: Path) -> None:
    await phone.press("Register a child")
    await phone.page.get_by_label("Photo", exact=True).set_input_files(photo)
    await phone.fill("First names", given)
    await phone.fill("Family names", "Quintanilla")
    await phone.fill("from", "5")
    await phone.fill("to", "7")


async def report(phone: Device, given: str) -> None:
    await phone.open("/")
    await phone.looks_well("welcome")
    await phone.page.get_by_role("link", name="I am looking for a child").click()
    await phone.fill("First names", given)
    await phone.fill("Family names", "Quintanilla")
    await phone.fill("Or age in years", "6")
    await phone.looks_well("family-child")
    await phone.press("Next")
    await phone.page.get_by_label("Scar").check()
    await phone.page.get_by_label("T-shirt").check()
    await phone.looks_well("family-looks")
    await phone.press("Next")
    await phone.looks_well("family-seen")
    await phone.press("Next")
    await phone.fill("Your name", "Ana Quintanilla")
    await phone.looks_well("family-you")
    await phone.press("Next")
    await phone.looks_well("family-check")
    await phone.press("Send the report")
    await phone.sees("Keep these two")
    await phone.looks_well("family-case")


async def kept_registrations(scene: Scene) -> list[Registration]:
    return await scene.house.use.store.registrations.find({})


async def test_a_child_is_found_through_screens_alone(
    scene: Scene, volunteer: Device, photo: Path, tmp_path: Path
) -> None:
    async with (
        device(scene.stranger.url, tmp_path / "family", **PHONE) as family,
        device(scene.stranger.url, tmp_path / "desk", **DESK) as desk,
    ):
        await register(volunteer, "Marisol", photo)
        await volunteer.page.get_by_label("Scar").check()
        await volunteer.looks_well("volunteer-register")
        await volunteer.press("Save")
        await volunteer.sees("Everything is on the server.")
        await volunteer.looks_well("volunteer-site")
        await report(family, "Marisol")
        assert "Superdome" not in await family.page.inner_text("body")

        await join(desk, scene, NewInvite(Role.COORDINATOR, scene.incident_id), "Carla")
        await desk.sees("Marisol Quintanilla")
        await set_up_second_factor(desk)
        await desk.page.get_by_role("link", name="Review").click()
        await desk.page.locator(".pair").first.wait_for()
        await desk.sees("Registered at Superdome")
        await desk.looks_well("desk-review")
        # A pair is decided only once it has been on the screen long enough to be looked at.
        await desk.page.locator(".decide .button.main[aria-disabled=false]").wait_for()
        await desk.page.keyboard.press("c")
        await desk.sees("Confirmed. The family is told to call the centre.")

        await family.press("Look again")
        await family.sees("There is news. Please call the centre, and bring an identity document.")
        assert "Superdome" not in await family.page.inner_text("body")
        for one in (volunteer, family, desk):
            assert (one.heard, one.elsewhere) == ([], [])


async def set_up_second_factor(desk: Device) -> None:
    await desk.page.get_by_role("link", name="Your account").click()
    await desk.looks_well("desk-account")
    await desk.fill("Sign-in name", "carla")
    await desk.fill("New password", PASSWORD)
    await desk.press("Keep it")
    await desk.sees("Authenticator app")
    await desk.fill("Password", PASSWORD)
    await desk.press("Add an app")
    secret = await desk.page.locator("p.code").inner_text()
    await desk.fill("Code", Authenticator(secret).code(now()))
    await desk.press("Take it into use")
    await desk.sees("Write these down")
