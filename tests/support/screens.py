"""The web app in a real browser: phones and desks before a running house, and what the browser objects to."""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from backend.app import WEB_APP

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SECONDS = 20
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
STAYS = "(how) => document.querySelectorAll('.actions').forEach((one) => { one.style.position = how; })"
"""In a picture of the whole page, what stays in sight would cover what one scrolls to."""
PICTURES = Path(__file__).parents[1] / "artefacts" / "screens"


def program() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


SHARED: ContextVar[Browser] = ContextVar("shared browser")
"""The browser of a test process, lent by the fixture `browser`: starting one takes longer than most tests."""
needs_browser = [
    pytest.mark.usefixtures("browser", "towns_are_read"),
    pytest.mark.skipif(program() is None, reason="no Chromium on this machine: install the package chromium"),
    pytest.mark.skipif(not (WEB_APP / "index.html").exists(), reason="the web app is not built: make install"),
]


@dataclass(frozen=True, slots=True)
class Device:
    """A browser with a storage of its own, and one page. `heard` is what it objected to, such as a policy that was
    violated; `elsewhere` are requests that left for another host.
    """

    context: BrowserContext
    page: Page
    address: str
    heard: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.address}{path}")

    async def sees(self, text: str) -> None:
        """Wait until the text stands on the screen."""
        await self.page.get_by_text(text).first.wait_for()

    async def keeps_the_app(self) -> None:
        """Wait until the app's service worker has taken the page over: what is asked for while it does may pass by what
        a test has put in the way of requests.
        """
        await self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    async def fill(self, label: str, value: str) -> None:
        await self.page.get_by_label(label, exact=True).fill(value)

    async def looks_well(self, name: str, *, only: Sequence[str] = (), whole: bool = False) -> None:
        """Keep a picture of the screen, or of the `whole` page, and let axe look at it: what somebody who cannot see it
        would stumble over, or `only` what breaks these of its rules.
        """
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.evaluate("scrollTo(0, 0)")
        await self.page.evaluate(STAYS, "static" if whole else "")
        await self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", full_page=whole)
        await self.page.evaluate(STAYS, "")
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": list(only)} if only else {})
        found = await self.page.evaluate("(options) => axe.run(options).then((found) => found.violations)", options)
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], name

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()


@asynccontextmanager
async def shared_browser() -> AsyncIterator[Browser]:
    """A browser for many devices, none of which sees what is stored on another."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=FLAGS)
        token = SHARED.set(browser)
        try:
            yield browser
        finally:
            SHARED.reset(token)
            await browser.close()


@asynccontextmanager
async def device(address: str, folder: Path, *flags: str, keep: bool = False, **kind: Any) -> AsyncIterator[Device]:
    """A phone or a desk (`PHONE`, `DESK`) in the shared browser.

    One that is to `keep` its storage in the folder when it is closed is a browser of its own, as it is with `flags`,
    or where none is shared.
    """
    shared = SHARED.get(None)
    async with AsyncExitStack() as stack:
        if shared is None or keep or flags:
            playwright = await stack.enter_async_context(async_playwright())
            context = await playwright.chromium.launch_persistent_context(
                folder, executable_path=program(), args=[*FLAGS, *flags], **kind
            )
        else:
            context = await shared.new_context(**kind)
        context.set_default_timeout(SECONDS * 1000)
        page = context.pages[0] if context.pages else await context.new_page()
        opened = Device(context, page, address)
        page.on("console", lambda message: _hear(opened, message.type, message.text))
        page.on("pageerror", lambda error: opened.heard.append(str(error)))
        page.on("request", lambda request: _leave(opened, request.url))
        try:
            yield opened
        finally:
            await context.close()


def _hear(opened: Device, kind: str, text: str) -> None:
    # A phone without a network says so of each request; that is what it is to do.
    if kind in {"error", "warning"} and "ERR_INTERNET_DISCONNECTED" not in text:
        opened.heard.append(text)


def _leave(opened: Device, url: str) -> None:
    if not url.startswith((opened.address, "blob:", "data:")):
        opened.elsewhere.append(url)
