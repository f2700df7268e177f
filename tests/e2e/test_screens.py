"""The main story through screens only, from an empty system to the family's news; nothing here asks the API."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from backend.domain.account import NewInvite
from backend.domain.registration import Registration
from backend.services.invites import invite_by_operator, invite_first_administrator
from backend.simulation.authenticator import Authenticator
from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import House, Scene
from tests.support.movable_clock import MovableClock
from tests.support.screens import DESK, PHONE, Device, device, needs_browser

pytestmark = needs_browser

PASSWORD = "seven green boats at noon"
SITES = """name,kind,latitude,longitude,address,room
Superdome,shelter,29.9511,-90.0812,"1500 Sugar Bowl Drive, New Orleans",800
Charity Hospital,hospital,29.9553,-90.0790
Nowhere,castle,1,2
"""
PROOF_IS_OLD = timedelta(minutes=6)
ASKED = "Marisol Quintanilla: is there a mark here: Left knee?"


@pytest.fixture
async def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    Image.new("RGB", (600, 800), "#b5824f").save(path)
    return path


async def join(at: Device, scene: Scene, invite: NewInvite, name: str) -> None:
    await come_in(at, f"/join#{await invite_by_operator(scene.house.use, invite)}", name)


async def come_in(at: Device, link: str, name: str) -> None:
    """By a link, whose secret is nowhere to be read once it is open."""
    await at.open(link)
    await at.fill("Your name", name)
    assert link.partition("#")[2] not in at.page.url
    await at.press("Come in")


async def register(phone: Device, given: str, photo: Path) -> None:
    await phone.press("Register a child")
    await phone.page.get_by_label("Photo", exact=True).set_input_files(photo)
    await phone.fill("First names", given)
    await phone.fill("Family names", "Quintanilla")
    await phone.fill("from", "5")
    await phone.fill("to", "7")


async def kept_registrations(scene: Scene) -> list[Registration]:
    return await scene.house.use.store.registrations.find({})


async def open_the_incident(admin: Device) -> None:
    await admin.sees("Welcome. What has happened?")
    await looks_well_by_day_and_night(admin, "desk-first-run")
    await admin.fill("What do people call it?", "Hurricane Ida")
    await admin.fill("At which number do families reach the centre?", "+1 504 555 0100")
    await admin.fill("Below how many years is somebody a child?", "18")
    await admin.press("Open it")
    await admin.sees("Getting started")
    await admin.fill("Around which place?", "New Orleans")
    await admin.press("Look for it")
    await admin.page.get_by_role("button", name="New Orleans").first.click()
    await admin.sees("The area is set.")
    await admin.page.get_by_text("Add many at once, from a table").click()
    await admin.fill("Paste the lines", SITES)
    await admin.sees("needs a name, a kind, latitude and longitude")
    await looks_well_by_day_and_night(admin, "desk-import")
    await admin.press("Add 2")
    await admin.page.get_by_text("1500 Sugar Bowl Drive, New Orleans · room for 800").wait_for()


async def invite(admin: Device, role: str) -> str:
    """The path of the link that is sent to somebody, as it stands on the screen."""
    await admin.page.get_by_label(role, exact=True).check()
    if role == "Volunteer":
        await admin.page.get_by_label("Superdome").check()
    await admin.press("Make the invite")
    link = await admin.page.get_by_label("Link", exact=True).input_value()
    await admin.looks_well("desk-invite")
    await admin.press("Another invite")
    there = urlsplit(link)
    return f"{there.path}#{there.fragment}"


async def report(phone: Device, given: str, years: str, reporter: str, *, looked_at: bool = True) -> None:
    async def looks(name: str) -> None:
        if looked_at:
            await phone.looks_well(name)

    await phone.open("/")
    await looks("welcome")
    await phone.page.get_by_role("link", name="I am looking for a child").click()
    await phone.fill("First names", given)
    await phone.fill("Family names", "Quintanilla")
    await phone.fill("Or age in years", years)
    await looks("family-child")
    await phone.press("Next")
    await phone.page.get_by_label("T-shirt").check()
    await looks("family-looks")
    await phone.press("Next")
    await looks("family-seen")
    await phone.press("Next")
    await phone.fill("Your name", reporter)
    await looks("family-you")
    await phone.press("Next")
    await looks("family-check")
    await phone.press("Send the report")
    await phone.sees("Keep these two")
    await looks("family-case")


async def set_up_second_factor(desk: Device, clock: MovableClock) -> Authenticator:
    """What the person's authenticator app holds then."""
    await desk.page.get_by_role("link", name="Your account").click()
    await desk.looks_well("desk-account")
    await desk.fill("Sign-in name", "carla")
    await desk.fill("New password", PASSWORD)
    await desk.press("Keep it")
    await desk.sees("Authenticator app")
    await desk.fill("Password", PASSWORD)
    await desk.press("Add an app")
    app = Authenticator(await desk.page.locator("p.code").inner_text())
    await desk.fill("Code", app.code(clock()))
    await desk.press("Take it into use")
    await desk.sees("Write these down")
    return app


async def ask(desk: Device, whom: str) -> None:
    await desk.page.get_by_label(whom).check()
    await desk.page.get_by_label("A mark on the body").check()
    await desk.fill("Where on the body?", "left knee")
    await desk.press("Ask")
    # In its own words: what was asked before may stand there still.
    await desk.sees("Asked. The family sees it" if whom == "The family" else "Asked. The answer comes")


async def answer(phone: Device, *, there: bool) -> None:
    asked = phone.page.get_by_role("group", name="Is it there?")
    await asked.get_by_label("Yes" if there else "No", exact=True).check()
    if there:
        await phone.page.get_by_role("group", name="What is it?").get_by_label("Scar").check()
    await phone.press("Send the answer")
    await asked.wait_for(state="detached")


async def decide(desk: Device, key: str) -> None:
    """A pair is decided only once it has been on the screen long enough to be looked at."""
    await desk.page.locator(".decide .button.main[aria-disabled=false]").wait_for()
    await desk.page.keyboard.press(key)


async def take_in(volunteer: Device, photo: Path) -> None:
    """Two children."""
    await register(volunteer, "Marisol", photo)
    await volunteer.looks_well("volunteer-register")
    await volunteer.press("Add a brother or sister")
    await volunteer.fill("First names", "Tomás")
    await volunteer.press("Save")
    await volunteer.sees("Everything is on the server.")
    await volunteer.page.get_by_role("link", name="Tomás").wait_for()
    await volunteer.looks_well("volunteer-site")


async def ask_what_would_settle(desk: Device) -> None:
    """Of the pair on top at the site and of the family, and of the other adult, whose pair is shown then."""
    await desk.page.get_by_role("link", name="Review").click()
    await desk.page.locator(".queue .pair", has_text="Marisol").nth(1).wait_for()
    await desk.sees("Registered at Superdome")
    await desk.looks_well("desk-review")
    await desk.page.get_by_text("Ask for what would settle it").click()
    await ask(desk, "Those at the site")
    await ask(desk, "The family")
    await desk.page.locator(".queue .pair", has_text="Marisol").nth(1).click()
    await desk.page.locator(".compare").get_by_text("9", exact=True).wait_for()
    await desk.page.get_by_text("Ask for what would settle it").click()
    await ask(desk, "The family")


async def answered_by(volunteer: Device, family: Device, another: Device) -> None:
    await volunteer.page.reload()
    await volunteer.sees(ASKED)
    await answer(volunteer, there=True)
    for phone in (family, another):
        await phone.press("Look again")
        await phone.sees(ASKED)
        assert "Superdome" not in await phone.page.inner_text("body")
        await answer(phone, there=phone is family)


async def decide_with_the_second_factor(desk: Device, code: Callable[[], str]) -> None:
    """The pair that is shown is rejected, and the next one confirmed."""
    await desk.page.get_by_text("Answered", exact=True).first.wait_for()
    await desk.looks_well("desk-review-answered")
    await decide(desk, "r")
    await desk.fill("Why?", "He says that she has no scar")
    await desk.page.get_by_role("dialog").get_by_role("button", name="Not the same").click()
    await desk.fill("Code", code())
    await desk.press("Go on")
    await desk.sees("Rejected. It stays so until there is new evidence.")
    await desk.page.get_by_text("Answered", exact=True).nth(1).wait_for()
    await decide(desk, "c")
    await desk.sees("Confirmed. The family is told to call the centre.")


async def test_a_child_is_found_through_screens_alone(
    house: House, photo: Path, tmp_path: Path, clock: MovableClock
) -> None:
    address = house.stranger.url
    first = await invite_first_administrator(house.use)  # as `reunify serve` prints it
    async with device(address, tmp_path / "admin", **DESK) as admin:
        await come_in(admin, f"/join#{first}", "Ada")
        await open_the_incident(admin)
        await admin.page.get_by_role("link", name="Invite the volunteers of a site").click()
        invited = {role: await invite(admin, role) for role in ("Coordinator", "Volunteer")}
        assert (admin.heard, admin.elsewhere) == ([], [])
    async with (
        device(address, tmp_path / "volunteer", **PHONE) as volunteer,
        device(address, tmp_path / "family", **PHONE) as family,
        device(address, tmp_path / "another", **DESK) as another,
        device(address, tmp_path / "desk", **DESK) as desk,
    ):
        await come_in(volunteer, invited["Volunteer"], "Grace")
        await take_in(volunteer, photo)
        await report(family, "Marisol", "6", "Ana Quintanilla")
        # Somebody who knows no more than her name, at a computer.
        await report(another, "Marisol", "9", "Rodrigo Vega", looked_at=False)

        await come_in(desk, invited["Coordinator"], "Carla")
        await desk.sees("Marisol Quintanilla")
        app = await set_up_second_factor(desk, clock)
        await ask_what_would_settle(desk)
        await answered_by(volunteer, family, another)
        # A decision is asked of whoever holds the app, not of a screen that was left open.
        clock.forward(PROOF_IS_OLD)
        await decide_with_the_second_factor(desk, lambda: app.code(clock()))

        await family.press("Look again")
        await family.sees("There is news. Please call the centre, and bring an identity document.")
        assert (
            await family.page.get_by_role("link", name="Call the centre").first.get_attribute("href")
            == "tel:+15045550100"
        )
        await family.looks_well("family-case-news")
        await another.press("Look again")
        await another.sees("We are searching. There is nothing you need to do.")
        for phone in (family, another):
            assert "Superdome" not in await phone.page.inner_text("body")
        for one in (volunteer, family, another, desk):
            assert (one.heard, one.elsewhere) == ([], [])
    (incident,) = await house.use.store.incidents.find({})
    assert (len(incident.area), incident.child_age_limit) == (36, 18)
