"""Every screen of the two phone faces, in light and dark, in three languages: looked at, and by axe."""

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.e2e.test_screens import join
from tests.support.area_alerts import agreeing_family, send
from tests.support.client import retry_key
from tests.support.desk import looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.records import child, missing, report
from tests.support.screens import PHONE, Device, device, needs_browser
from tests.support.snapshot import settled
from tests.unit.test_screen_texts import catalogue

pytestmark = needs_browser

TEXT_SIZE = "(size) => { document.documentElement.style.fontSize = size; }"
WIDER_THAN_THE_SCREEN = """(width) => document.documentElement.scrollWidth <= width ? [] :
  [document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
    .filter((one) => { const box = one.getBoundingClientRect(); return box.right > width + 1 || box.left < -1; })
    .map((one) => one.outerHTML.slice(0, 200))]"""
"""What reaches beyond it: not `innerWidth`, which on a phone grows with what is too wide."""
IN_SIGHT = """() => { const { top, bottom } = document.querySelector("[role=alert]").getBoundingClientRect();
  return top >= 0 && bottom <= document.querySelector(".actions").getBoundingClientRect().top; }"""
NARROW: ViewportSize = {"width": 320, "height": 640}


async def looks_well_in_light_and_dark(phone: Device, name: str) -> None:
    await looks_well_by_day_and_night(phone, name, whole=True)
    await fits(phone, PHONE["viewport"], name)
    await fits(phone, NARROW, name)
    await phone.page.set_viewport_size(PHONE["viewport"])


async def fits(phone: Device, screen: ViewportSize, name: str) -> None:
    await phone.page.set_viewport_size(screen)
    for size in ("100%", "200%"):
        await phone.page.evaluate(TEXT_SIZE, size)
        beyond = await phone.page.evaluate(WIDER_THAN_THE_SCREEN, screen["width"])
        assert beyond == [], f"{name}, {screen['width']} px wide, with text of {size}"
    await phone.page.evaluate(TEXT_SIZE, "")


async def speaks(phone: Device, language: str) -> None:
    await phone.open("/")
    await phone.page.locator(".head select").select_option(language)
    await phone.page.wait_for_function("(language) => document.documentElement.lang === language", arg=language)


@pytest.mark.parametrize("language", ["en", "ar", "es"])
async def test_the_screens_of_a_family(scene: Scene, tmp_path: Path, language: str) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(), missing()))).made
    asked = {"reportId": filed["reports"][0]["id"], "kind": "MARK", "bodySite": "left knee"}
    assert (await scene.coordinator.ask("askFamily", input=asked)).made
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await speaks(phone, language)
        await looks_well_in_light_and_dark(phone, f"welcome-{language}")
        await phone.open("/report")
        for step in ("child", "looks", "seen", "you", "check"):
            await phone.page.locator(".progress").wait_for()
            if step == "looks":
                await phone.page.locator(".choice input[type=checkbox]").first.check()
                await phone.page.locator(".bodies path[data-site=chest]").click()
                await phone.page.locator(".tapped").wait_for()
            if step == "seen":
                await phone.page.locator("input:not([type=date], [type=time])").first.fill("Houston")
                await phone.page.locator("main .button:not(:has(.icon))").first.click()
                await phone.page.locator(".offered").wait_for()
            await looks_well_in_light_and_dark(phone, f"family-{step}-{language}")
            if step != "check":
                await phone.page.locator(".actions .main").click()
        await phone.open("/seen")
        await phone.page.locator("textarea").first.wait_for()
        await looks_well_in_light_and_dark(phone, f"family-sighting-{language}")
        await phone.page.locator("textarea").first.fill("A girl in a red coat")
        await phone.page.locator(".actions .main").click()
        await phone.page.locator("textarea").first.wait_for(state="detached")
        await looks_well_in_light_and_dark(phone, f"family-sighting-told-{language}")
        await phone.open(f"/case#{filed['caseCode']}.{filed['caseSecret']}")
        await phone.page.locator("form").wait_for()
        await looks_well_in_light_and_dark(phone, f"family-back-{language}")
        await phone.page.locator("form .main").click()
        await phone.page.locator(".qr").wait_for()
        await phone.page.get_by_role("radio").first.wait_for()
        await looks_well_in_light_and_dark(phone, f"family-case-{language}")
        assert (phone.heard, phone.elsewhere) == ([], [])


@pytest.mark.parametrize("language", ["en", "ar", "es"])
async def test_the_screens_of_a_volunteer(scene: Scene, tmp_path: Path, language: str) -> None:
    registered = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    await by_a_helper(scene)
    asked = {"registrationId": registered["id"], "kind": "OTHER", "text": "Does she limp?"}
    assert (await scene.coordinator.ask("askRecheck", input=asked)).made
    _, report_id = await agreeing_family(scene)
    alert = (await send(scene.coordinator, report_id)).made["areaAlert"]
    await settled(scene.house.use.store)
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await speaks(phone, language)
        await phone.open("/join")
        await phone.page.locator("form").wait_for()
        await looks_well_in_light_and_dark(phone, f"volunteer-door-{language}")
        secret = await invite_by_operator(scene.house.use, NewInvite(Role.VOLUNTEER, site_id=scene.site_id))
        await phone.open("/")
        await phone.open(f"/join#{secret}")
        await phone.page.locator("form input").fill("Grace")
        await looks_well_in_light_and_dark(phone, f"volunteer-join-{language}")
        await phone.page.locator("form .main").click()
        await phone.page.locator(".list .tag.warn").wait_for()
        await phone.page.get_by_text("Does she limp?").wait_for()
        await looks_well_in_light_and_dark(phone, f"volunteer-site-{language}")
        await phone.open(f"/site/child#{registered['id']}")
        await phone.page.locator(".facts").first.wait_for()
        await looks_well_in_light_and_dark(phone, f"volunteer-child-{language}")
        await phone.page.locator(".actions .main").click()
        await phone.page.locator("input[type=file]").wait_for()
        await looks_well_in_light_and_dark(phone, f"volunteer-change-{language}")
        for path, sign in (("register", "input[type=file]"), ("roll-call", ".tick"), ("settings", "form")):
            await phone.open(f"/site/{path}")
            await phone.page.locator(sign).first.wait_for()
            await looks_well_in_light_and_dark(phone, f"volunteer-{path}-{language}")
        await phone.open(f"/site/nearby#{alert['id']}")
        await phone.page.locator(".facts").first.wait_for()
        await looks_well_in_light_and_dark(phone, f"volunteer-nearby-{language}")
        await phone.open("/site/settings")
        await phone.page.locator("form").first.wait_for()
        await phone.page.locator("form input").first.fill("7294")
        await phone.page.locator("form input").last.fill("7294")
        await phone.page.locator("form button").click()
        await phone.page.locator(".notice.good").wait_for()
        await phone.open("/site")
        await phone.page.locator("input[type=password]").wait_for()
        await looks_well_in_light_and_dark(phone, f"volunteer-locked-{language}")
        assert (phone.heard, phone.elsewhere) == ([], [])


async def test_what_the_server_refuses_is_said_in_the_language_of_the_phone(scene: Scene, tmp_path: Path) -> None:
    said = catalogue("es", "shared")
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing()))).made
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await speaks(phone, "es")
        await phone.open(f"/case#{filed['caseCode']}.{'2' * 20}")
        await phone.page.locator("form .main").click()
        await phone.sees(said["refused.UNAUTHENTICATED.code"])
        await phone.open("/report")
        await phone.fill(said["person.given"], "Marisol")
        await phone.page.locator(".actions .main").click()
        await phone.fill(said["person.height"], "999")
        for _ in range(4):
            await phone.page.locator(".actions .main").click()
        await phone.page.locator(".notice li").get_by_text(said["refused.INVALID.heightCm"]).wait_for()
        await looks_well_in_light_and_dark(phone, "family-refused-es")
        await phone.press(said["mend"])
        field = phone.page.get_by_label(said["person.height"])
        await field.fill("118")
        await phone.sees(said["refused.INVALID.heightCm"])
        assert (phone.heard, phone.elsewhere) == ([], [])


async def test_the_code_of_a_report_stands_first_once_it_is_filed_and_a_second_question_is_gone_to(
    scene: Scene, tmp_path: Path
) -> None:
    first = "() => document.querySelector('main h2').textContent"
    async with device(scene.stranger.url, tmp_path / "family", **PHONE) as phone:
        await phone.open("/report")
        await phone.fill("First names", "Marisol")
        for _ in range(4):
            await phone.press("Next")
        await phone.press("Send the report")
        withdraw = phone.page.get_by_role("button", name="Withdraw this report")
        await withdraw.wait_for()
        assert await phone.page.evaluate(first) == "Keep these two"
        await phone.page.reload()
        await withdraw.wait_for()
        assert await phone.page.evaluate(first) == "Marisol"
        await withdraw.click()
        asked = phone.page.get_by_role("group", name="Withdraw this report")
        await asked.wait_for()
        assert await asked.evaluate("(group) => document.activeElement === group")
        assert (phone.heard, phone.elsewhere) == ([], [])


async def test_what_is_missing_is_seen_wherever_one_pressed_and_said_of_no_child_that_was_just_added(
    scene: Scene, tmp_path: Path
) -> None:
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.press("Register a child")
        await phone.page.get_by_role("button", name="Add a brother or sister").scroll_into_view_if_needed()
        missing_words = phone.page.get_by_role("alert")
        for _ in range(2):
            await phone.press("Save")
            await missing_words.wait_for()
            await phone.page.wait_for_function(IN_SIGHT)
            await phone.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await phone.press("Add a brother or sister")
        await phone.sees("Register brothers and sisters")
        assert await missing_words.count() == 0
        assert (phone.heard, phone.elsewhere) == ([], [])


async def by_a_helper(scene: Scene) -> None:
    """A child that somebody without an account registered, who came in by the code at the door."""
    opened = (await scene.coordinator.ask("openIntake", input={"siteId": scene.site_id, "hours": 6})).made
    entered = await scene.stranger.ask(
        "enterIntake", input={"code": opened["code"], "name": "Sam", "retryKey": retry_key()}
    )
    helper = scene.stranger.signed_in(entered.made["token"])
    assert (await helper.ask("registerPerson", input=child(scene.site_id))).made
