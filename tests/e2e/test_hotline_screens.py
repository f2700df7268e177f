"""The hotline in a real browser: a report is taken, found again, its case given back; what was seen is linked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Route

from backend.domain.account import NewInvite, Role
from backend.domain.sighting import SightingState
from backend.services.invites import invite_by_operator
from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.records import sighting
from tests.support.screens import DESK, PHONE, Device, device, needs_browser
from tests.support.snapshot import settled

pytestmark = needs_browser


@pytest.fixture
async def desk(scene: Scene, tmp_path: Path) -> AsyncIterator[Device]:
    """A call taker's."""
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as opened:
        secret = await invite_by_operator(scene.house.use, NewInvite(Role.CALL_TAKER, scene.incident_id))
        await opened.open(f"/join#{secret}")
        await opened.fill("Your name", "Hal")
        await opened.press("Come in")
        await opened.page.get_by_role("heading", name="Hotline").wait_for()
        yield opened
        assert (opened.heard, opened.elsewhere) == ([], [])


async def test_a_caller_s_report_is_taken_found_by_sound_and_given_back(scene: Scene, desk: Device) -> None:
    page = desk.page
    await page.get_by_label("Is missing a child").check()
    await desk.fill("Caller's name", "Rosaura Quintanilla")
    await desk.fill("Caller's telephone", "+1 504 555 0142")
    await desk.fill("First names", "Marisol")
    await desk.fill("Family names", "Quintanilla")
    await desk.fill("Date of birth", "2018-03-09")
    await desk.fill("Home", "12 Canal Street")
    await desk.fill("Last seen where?", "near Houma")
    await desk.press("Find it on the map")
    await page.get_by_role("button", name="Houma, Louisiana").click()
    await desk.sees("It is Houma, Louisiana")
    await desk.looks_well("desk-calls-report")
    await desk.press("File the report")
    await desk.sees("Read these out, slowly")
    first = await page.locator("dd.code").first.inner_text()
    await desk.looks_well("desk-calls-read-out")
    (kept,) = await scene.house.use.store.reports.find({})
    assert kept.last_seen_place.text == "near Houma"
    assert kept.last_seen_place.point is not None
    await settled(scene.house.use.store)

    await page.get_by_label("Asks about a report").check()
    finder = page.locator("form", has=page.get_by_role("heading", name="Find the report"))
    await finder.get_by_label("First names").fill("Marysol")
    await finder.get_by_label("Family names").fill("Kintanila")
    await finder.get_by_role("button", name="Find").click()
    await page.get_by_role("heading", name="Marisol Quintanilla").wait_for()
    await looks_well_by_day_and_night(desk, "desk-calls-found")
    await desk.press("Lost the case code")
    await desk.fill("Which telephone number was left with the report?", "504 555 0142")
    await desk.fill("Who filed the report?", "Rosaura Quintanilla")
    await desk.fill("Where does the child live?", "12 Canal Street")
    await desk.looks_well("desk-calls-recovery")
    await desk.press("Check the answers")
    await desk.sees("Read these out, slowly")
    assert await page.locator("dd.code").first.inner_text() != first


async def test_what_a_stranger_saw_is_linked_with_a_report_dismissed_and_taken_back(
    scene: Scene, desk: Device, tmp_path: Path
) -> None:
    await scene.call_taker.ask(
        "fileReport",
        input={
            "incidentId": scene.incident_id,
            "retryKey": "0123456789abcdef01234567",
            "reporter": {"name": "Rosaura"},
            "children": [{"person": {"names": {"given": "Marisol", "family": "Quintanilla"}, "sex": "FEMALE"}}],
        },
    )
    await settled(scene.house.use.store)
    async with device(scene.stranger.url, tmp_path / "phone", **PHONE) as phone:
        await phone.open("/")
        await phone.page.get_by_role("link", name="I saw a child").click()
        await phone.fill("What did you see or hear?", "a girl alone on a bench with a green kite")
        await phone.fill("Where was it?", "Houma")
        await phone.press("Find it on the map")
        await phone.page.get_by_role("button", name="Houma, Louisiana").click()
        await phone.page.get_by_label("if you heard it").fill("Marysol")
        await phone.looks_well("family-seen-a-child")
        await phone.press("Tell the centre")
        await phone.sees("Thank you")
        await phone.looks_well("family-seen-thanks")
        assert (phone.heard, phone.elsewhere) == ([], [])
    (kept,) = await scene.house.use.store.sightings.find({})
    assert (kept.state, kept.place.text) == (SightingState.OPEN, "Houma")
    assert kept.place.point is not None

    page = desk.page
    await page.get_by_role("link", name="Sightings").click()
    await page.get_by_role("button", name="green kite").click()
    await desk.press("Find")
    await desk.looks_well("desk-sightings")
    await desk.press("It was Marisol Quintanilla")
    await desk.sees("Linked. It counts as evidence of place and time now.")
    await page.get_by_label("Linked").check()
    await page.get_by_role("button", name="green kite").click()
    await desk.press("Take it back: it waits again")
    await desk.sees("It waits again.")
    await page.get_by_label("Waiting").check()
    await page.get_by_role("button", name="green kite").click()
    await desk.fill("Why? For whoever looks at it later", "the kite was red")
    await desk.press("Dismiss it")
    await desk.sees("Dismissed.")
    (kept,) = await scene.house.use.store.sightings.find({})
    assert (kept.state, kept.reason, kept.report_id) == (SightingState.DISMISSED, "the kite was red", None)


async def test_the_list_that_was_asked_for_last_is_shown_however_late_another_comes(scene: Scene, desk: Device) -> None:
    assert (await scene.call_taker.ask("recordSighting", input=sighting(scene.incident_id))).made
    late = asyncio.Event()

    async def hold(route: Route) -> None:
        if '"LINKED"' in (route.request.post_data or ""):
            await late.wait()
        await route.continue_()

    await desk.keeps_the_app()
    await desk.page.route("**/graphql", hold)
    await desk.page.get_by_role("link", name="Sightings").click()
    seen = desk.page.get_by_label("The sightings").locator(".pair")
    await seen.wait_for()
    await desk.page.get_by_label("Linked").check()
    await desk.page.get_by_label("Waiting").check()
    async with desk.page.expect_response(lambda answer: '"LINKED"' in (answer.request.post_data or "")):
        late.set()
    await seen.click()
    await desk.page.get_by_role("button", name="Find").wait_for()
    assert await seen.count() == 1
