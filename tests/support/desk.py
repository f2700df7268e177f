"""Somebody at a desk: a browser in which they have signed in, with the code of their authenticator app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backend.app import now
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.screens import DESK, Device, device
from tests.support.second_factor import PASSWORD, Holder, holder


@asynccontextmanager
async def desk_of(
    scene: Scene, client: Client, sign_in_name: str, folder: Path, **kind: Any
) -> AsyncIterator[tuple[Device, Holder]]:
    """Who may decide for five minutes from now on; at the end, that nothing was objected to and nothing left."""
    person = await holder(client, sign_in_name, now)
    async with device(scene.stranger.url, folder / sign_in_name, **DESK | kind) as desk:
        await desk.open("/desk")
        await desk.fill("Sign-in name", sign_in_name)
        await desk.fill("Password", PASSWORD)
        await desk.fill("Code", person.recovery_codes[-1])
        await desk.press("Sign in")
        await desk.page.locator(".desk").wait_for()
        yield desk, person
        assert (desk.heard, desk.elsewhere) == ([], []), desk.heard


async def looks_well_by_day_and_night(desk: Device, name: str, *, whole: bool = False) -> None:
    await desk.looks_well(name, whole=whole)
    await desk.page.emulate_media(color_scheme="dark")
    # The rest is the same by night.
    await desk.looks_well(f"{name}-dark", only=["color-contrast"], whole=whole)
    await desk.page.emulate_media(color_scheme="light")
