"""Alerts in a real browser: asked for, subscribed, shown in the person's language, opened, and renewed.

The browser's own subscribing needs a push service on the internet. So the page subscribes at an independent one on this
machine, and what that one received and decrypted is handed to the browser, whose service worker shows it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Worker

from backend.domain.account import NewInvite, Role
from tests.e2e.test_screens import join
from tests.support.house import Scene
from tests.support.push_service import Client, WebPushTesting, missing_programs, web_push_testing
from tests.support.records import child, report
from tests.support.screens import PHONE, Device, device, needs_browser

pytestmark = [*needs_browser, pytest.mark.skipif(missing_programs() is not None, reason=missing_programs() or "")]

SUBSCRIBE = """
const subscription = (found) => ({
  ...found,
  options: { applicationServerKey: null },
  toJSON: () => found,
});
PushManager.prototype.subscribe = ({ applicationServerKey }) =>
  subscribeElsewhere(applicationServerKey).then((found) => subscription(globalThis.subscribed = found));
PushManager.prototype.getSubscription = async () =>
  globalThis.subscribed ? subscription(globalThis.subscribed) : null;
"""
"""What stands in for the push service of the browser's maker."""
RENEW = """(found) => {
  const changed = new Event("pushsubscriptionchange");
  changed.newSubscription = { toJSON: () => found };
  return new Promise((resolve, reject) => {
    changed.waitUntil = (renewing) => renewing.then(resolve, reject);
    self.dispatchEvent(changed);
  });
}"""
SHOWN = """async () => (await registration.getNotifications()).map(({ title, body, lang, dir, data }) =>
  ({ title, body, lang, dir, kind: data.kind }))"""
CLICK = """async () => {
  const [notification] = await registration.getNotifications();
  const opened = [];
  self.clients.openWindow = async (path) => opened.push(path);
  self.clients.matchAll = async () => [];
  const clicked = new NotificationEvent("notificationclick", { notification });
  const renewing = [];
  clicked.waitUntil = (doing) => renewing.push(doing);
  self.dispatchEvent(clicked);
  await Promise.all(renewing);
  return opened;
}"""
"""A finger on the notification; a browser without a screen has no finger, so what it would open is asked."""


class Subscriptions:
    """The devices that the page subscribed, newest last."""

    def __init__(self, push: WebPushTesting) -> None:
        self.push = push
        self.all: list[Client] = []

    async def add(self, server_key: str) -> dict[str, Any]:
        client = await self.push.subscribe(server_key)
        self.all.append(client)
        found = client.subscription
        return {"endpoint": found.endpoint, "keys": {"p256dh": found.p256dh, "auth": found.auth}}

    async def next_message(self) -> str:
        """The newest device's first message."""
        async with asyncio.timeout(20):
            while True:
                messages = await self.push.messages(self.all[-1])
                if messages:
                    return messages[0]
                await asyncio.sleep(0.05)


@asynccontextmanager
async def phone_with_push(scene: Scene, folder: Path) -> AsyncIterator[tuple[Device, Subscriptions]]:
    # A browser that keeps nothing is told nothing.
    async with web_push_testing() as push, device(scene.stranger.url, folder, keep=True, **PHONE) as phone:
        subscriptions = Subscriptions(push)
        await phone.context.grant_permissions(["notifications"])
        await phone.page.expose_function("subscribeElsewhere", subscriptions.add)
        await phone.page.add_init_script(SUBSCRIBE)
        yield phone, subscriptions


async def worker_of(phone: Device) -> Worker:
    await phone.keeps_the_app()
    # The page may know of it before this process does.
    known = phone.context.service_workers
    return known[0] if known else await phone.context.wait_for_event("serviceworker")


async def deliver(phone: Device, message: str) -> None:
    """Have the browser get the message, as from its maker's push service."""
    session = await phone.context.new_cdp_session(phone.page)
    registered: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(told: dict[str, Any]) -> None:
        for registration in told["registrations"]:
            if not registration["isDeleted"] and not registered.done():
                registered.set_result(registration["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", hear)
    await session.send("ServiceWorker.enable")
    what = {"origin": phone.address, "registrationId": await registered, "data": message}
    await session.send("ServiceWorker.deliverPushMessage", what)


async def shown_after(phone: Device, message: str) -> list[dict[str, str]]:
    """The notifications once the browser has shown the message; like a push service, it tries again."""
    worker = await worker_of(phone)
    async with asyncio.timeout(20):
        while True:
            await deliver(phone, message)
            for _ in range(40):
                found: list[dict[str, str]] = await worker.evaluate(SHOWN)
                if found:
                    return found
                await asyncio.sleep(0.05)


async def test_a_family_is_told_in_its_language_without_a_name_and_the_alert_opens_its_report(
    scene: Scene, tmp_path: Path
) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    async with phone_with_push(scene, tmp_path / "family") as (phone, subscriptions):
        await phone.open(f"/case#{filed['caseCode']}.{filed['caseSecret']}")
        await phone.page.get_by_label("Language").select_option("es")
        await phone.press("Abrir mi reporte")
        await phone.press("Activar los avisos")
        await phone.sees("Los avisos están activados.")
        await phone.looks_well("family-alerts")

        await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
        message = await subscriptions.next_message()
        assert json.loads(message)["language"] == "es"
        (notification,) = await shown_after(phone, message)
        worker = await worker_of(phone)
        assert notification == {
            "title": "Hay novedades sobre su reporte",
            "body": "Abra Reunify para ver qué hacer ahora.",
            "lang": "es",
            "dir": "ltr",
            "kind": "REPORT_NEWS",
        }
        assert await worker.evaluate(CLICK) == ["/case"]
        assert await worker.evaluate("registration.getNotifications().then((all) => all.length)") == 0
        assert (phone.heard, phone.elsewhere) == ([], [])


async def test_a_subscription_that_the_browser_changes_takes_the_place_of_the_old_one(
    scene: Scene, tmp_path: Path
) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    async with phone_with_push(scene, tmp_path / "family") as (phone, subscriptions):
        await phone.open(f"/case#{filed['caseCode']}.{filed['caseSecret']}")
        await phone.press("Open my report")
        await phone.press("Turn alerts on")
        await phone.sees("Alerts are on.")
        (before,) = await scene.house.use.store.devices.find({})
        renewed = await subscriptions.add((await scene.stranger.ask("pushKey")).value)
        await (await worker_of(phone)).evaluate(RENEW, renewed)
        (after,) = await scene.house.use.store.devices.find({})
        assert (after.id, after.endpoint) == (before.id, renewed["endpoint"])
        await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
        assert json.loads(await subscriptions.next_message())["kind"] == "REPORT_NEWS"

        # In another language from now on, and then off again.
        await phone.page.evaluate("(found) => globalThis.subscribed = found", renewed)
        await phone.page.get_by_label("Language").select_option("ar")
        await until(lambda: _languages(scene), ["ar"])
        await phone.page.get_by_label("اللغة").select_option("en")
        await until(lambda: _languages(scene), ["en"])
        await phone.press("Turn alerts off")
        await phone.page.get_by_role("button", name="Turn alerts on").wait_for()
        assert await scene.house.use.store.devices.find({}) == []


async def test_a_volunteer_turns_alerts_on_and_a_request_to_look_again_opens_the_site(
    scene: Scene, tmp_path: Path
) -> None:
    async with phone_with_push(scene, tmp_path / "volunteer") as (phone, _):
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.page.get_by_role("link", name="This phone").click()
        await phone.press("Turn alerts on")
        await phone.sees("Alerts are on.")
        (kept,) = await scene.house.use.store.devices.find({})
        message = json.dumps({"kind": "CHILD_RECHECK", "id": kept.id, "language": "ar"})
        (notification,) = await shown_after(phone, message)
        worker = await worker_of(phone)
        assert (notification["lang"], notification["dir"]) == ("ar", "rtl")
        assert await worker.evaluate(CLICK) == ["/site"]


async def _languages(scene: Scene) -> list[str]:
    return [one.language for one in await scene.house.use.store.devices.find({})]


async def until(asked: Callable[[], Awaitable[object]], answer: object) -> None:
    async with asyncio.timeout(20):
        while True:
            if await asked() == answer:
                return
            await asyncio.sleep(0.05)
