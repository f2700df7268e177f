"""Helpers without an account, who come in by the code that hangs at a site."""

from typing import Any

from tests.support.client import Client, retry_key
from tests.support.house import Scene


async def opened(scene: Scene, site_id: str | None = None, hours: int = 2) -> dict[str, Any]:
    """The intake and its code."""
    there = {"siteId": site_id or scene.site_id, "hours": hours}
    made: dict[str, Any] = (await scene.coordinator.ask("openIntake", input=there)).made
    return made


async def at_the_door(scene: Scene, code: str, name: str = "Wendell") -> Client:
    entered = await scene.stranger.ask("enterIntake", input={"code": code, "name": name, "retryKey": retry_key()})
    return scene.stranger.signed_in(entered.made["token"])


async def a_helper(scene: Scene, site_id: str | None = None) -> Client:
    return await at_the_door(scene, (await opened(scene, site_id))["code"])
