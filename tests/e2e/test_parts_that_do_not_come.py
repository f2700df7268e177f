"""A part of the app that cannot be loaded: the screen says so, and goes on as soon as it can."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Request, Route

from tests.support.house import Scene
from tests.support.screens import PHONE, Device, device, needs_browser

pytestmark = needs_browser

KEPT = """async () => { const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const kept = await Promise.all(stores.map((store) => store.keys()));
  return kept.flat().map(({ url }) => new URL(url).pathname); }"""


@pytest.fixture
async def phone(scene: Scene, tmp_path: Path) -> AsyncIterator[Device]:
    """One that has kept nothing of the app yet."""
    async with device(scene.stranger.url, tmp_path / "phone", service_workers="block", **PHONE) as opened:
        yield opened


async def test_a_screen_that_is_not_on_the_phone_says_so_and_comes_with_the_network(phone: Device) -> None:
    await phone.open("/")
    await phone.sees("I am looking for a child")
    await phone.context.set_offline(True)
    await phone.page.get_by_role("link", name="I am looking for a child").click()
    await phone.sees("Not on this phone yet")
    await phone.looks_well("part-away")
    await phone.press("Try again")
    await phone.sees("Not on this phone yet")
    await phone.context.set_offline(False)
    await phone.page.get_by_label("First names").wait_for()


async def test_a_screen_that_did_not_come_is_asked_for_again_though_nobody_says_that_the_network_is_back(
    phone: Device,
) -> None:
    part = "**/assets/seen-screen-*"
    await phone.open("/")
    await phone.context.route(part, lambda route: route.abort())
    await phone.page.get_by_role("link", name="I saw a child").click()
    await phone.sees("Not on this phone yet")
    await phone.context.unroute(part)
    await phone.page.get_by_label("What did you see or hear?").wait_for()


async def test_without_words_it_speaks_the_language_of_the_phone_all_the_same(phone: Device) -> None:
    words = "**/assets/shared-*"
    await phone.context.route(words, lambda route: route.abort())
    await phone.open("/")
    await phone.page.get_by_text("There is no connection right now.").wait_for()
    await phone.looks_well("words-away")
    await phone.context.unroute(words)
    await phone.press("Try again")
    await phone.sees("I am looking for a child")


async def test_a_part_that_a_newer_build_has_replaced_comes_with_that_build(phone: Device) -> None:
    opened_anew: list[Request] = []

    async def gone_until_then(route: Route) -> None:
        await (route.continue_() if opened_anew else route.fulfill(status=404))

    await phone.open("/")
    await phone.context.route("**/assets/seen-screen-*", gone_until_then)
    phone.page.on("request", lambda one: opened_anew.append(one) if one.is_navigation_request() else None)
    await phone.page.get_by_role("link", name="I saw a child").click()
    await phone.sees("Not on this phone yet")
    async with phone.page.expect_event("load"):
        await phone.press("Try again")
    await phone.page.get_by_label("What did you see or hear?").wait_for()


async def test_a_phone_keeps_nothing_of_the_desk_until_the_desk_is_opened_on_it(scene: Scene, tmp_path: Path) -> None:
    async with device(scene.stranger.url, tmp_path / "phone", **PHONE) as phone:
        await phone.open("/")
        await phone.page.evaluate("navigator.serviceWorker.ready")
        kept = await phone.page.evaluate(KEPT)
        for face, used_on_phones in (
            ("family", True),
            ("volunteer", True),
            ("seen-screen", True),
            ("coordinator", False),
        ):
            assert any(path.startswith(f"/assets/{face}-") for path in kept) == used_on_phones, face
        await phone.open("/desk")
        await phone.page.get_by_label("Sign-in name").wait_for()
        await phone.context.set_offline(True)
        await phone.page.reload()
        await phone.page.get_by_label("Sign-in name").wait_for()
        assert phone.elsewhere == []


async def test_a_newer_build_waits_until_it_is_wanted_and_takes_nothing_that_was_typed(
    scene: Scene, tmp_path: Path
) -> None:
    async with device(scene.stranger.url, tmp_path / "phone", **PHONE) as phone:
        await phone.open("/report")
        await phone.fill("First names", "Marisol")
        await phone.page.evaluate("navigator.serviceWorker.ready")
        await phone.page.wait_for_function("() => navigator.serviceWorker.controller")
        await phone.page.evaluate("navigator.serviceWorker.register('/service-worker.js?newer')")
        await phone.sees("A new version of Reunify is ready.")
        await phone.fill("Family names", "Quintanilla")
        async with phone.page.expect_event("load"):
            await phone.press("Open it")
        assert await phone.page.get_by_label("First names").input_value() == "Marisol"
        assert await phone.page.get_by_label("Family names").input_value() == "Quintanilla"
        assert await phone.page.evaluate("navigator.serviceWorker.controller.scriptURL.endsWith('newer')")
        assert await phone.page.get_by_text("A new version of Reunify is ready.").count() == 0
        assert (phone.heard, phone.elsewhere) == ([], [])
