"""Webhooks: who sets them up, what they are sent and signed with, and which addresses are called at all."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from backend.domain.alert import AlertKind, DeliveryState
from backend.sender import running_sender
from backend.services.deliveries import parcels_of, settle_attempts
from backend.store.database import Store
from backend.store.lanes import claim_page, look
from tests.integration.test_lanes import an_alert, sender_of, until_states
from tests.support.client import new_id
from tests.support.house import Scene, running_house, set_scene
from tests.support.snapshot import everything


@pytest.fixture
async def scene(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A scene without a worker, whose server may call the loopback."""
    async with running_house(database_uri, database_name, tmp_path, worker=False, webhook_allow_private=True) as house:
        yield await set_scene(house)


@dataclass
class Receiver:
    """Another system. `status` is what it answers."""

    url: str
    status: int = 204
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.received.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=self.status, headers={"Location": self.url} if self.status == 307 else None)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    runner = web.AppRunner(application := web.Application(), access_log=None)
    other = Receiver("")
    application.router.add_post("/hook", other.take)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        other.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield other
    finally:
        await runner.cleanup()


def hook(scene: Scene, url: str, *kinds: AlertKind, **changes: Any) -> dict[str, Any]:
    wanted = [kind.value for kind in kinds or (AlertKind.REPORT_NEWS,)]
    return {"incidentId": scene.incident_id, "url": url, "kinds": wanted, **changes}


async def test_only_an_administrator_sets_up_lists_and_removes_webhooks(scene: Scene) -> None:
    new = hook(scene, "https://hooks.example.org/x")
    made = (await scene.admin.ask("addWebhook", input=new)).made
    before = await everything(scene.house.use.store)
    for person in (scene.stranger, scene.volunteer, scene.call_taker, scene.officer, scene.coordinator):
        refused = {"UNAUTHENTICATED"} if person is scene.stranger else {"FORBIDDEN", "NOT_FOUND"}
        for name, given in (
            ("addWebhook", {"input": new}),
            ("webhooks", {"incidentId": scene.incident_id}),
            ("removeWebhook", {"id": made["webhook"]["id"]}),
        ):
            answer = await person.ask(name, **given)
            assert answer.codes, (name, answer.body)
            assert set(answer.codes) <= refused
    assert await everything(scene.house.use.store) == before
    (listed,) = (await scene.admin.ask("webhooks", incidentId=scene.incident_id)).value
    assert listed == made["webhook"]
    assert (await scene.admin.ask("removeWebhook", id=listed["id"])).codes == []
    assert (await scene.admin.ask("webhooks", incidentId=scene.incident_id)).value == []
    assert (await scene.admin.ask("removeWebhook", id=listed["id"])).codes == ["NOT_FOUND"]


async def test_the_secret_is_told_once_and_kept_sealed(scene: Scene) -> None:
    new = hook(scene, "https://hooks.example.org/x", id=new_id())
    secret = (await scene.admin.ask("addWebhook", input=new)).made["secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    again = await scene.admin.ask("addWebhook", input=new)
    assert (again.codes, again.value["secret"]) == (["CONFLICT"], None)
    kept = str(await everything(scene.house.use.store))
    assert secret.removeprefix("whsec_") not in kept
    assert str(base64.b64decode(secret.removeprefix("whsec_"))) not in kept


async def test_what_cannot_be_set_up_names_what_is_wrong(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    for new, code, name in (
        (hook(scene, "https://hooks.example.org") | {"kinds": []}, "INVALID", "kinds"),
        (hook(scene, "https://hooks.example.org", AlertKind.DIGEST, AlertKind.CASE_RECOVERED), "INVALID", "kinds"),
        (hook(scene, "ftp://hooks.example.org"), "INVALID", "url"),
        (hook(scene, "https://user:password@hooks.example.org"), "INVALID", "url"),
        (hook(scene, "https://hooks.example.org") | {"incidentId": new_id()}, "NOT_FOUND", "incidentId"),
        (hook(scene, "https://hooks.example.org", id="1"), "INVALID", "id"),
    ):
        answer = await scene.admin.ask("addWebhook", input=new)
        assert (answer.codes, answer.value["errors"][0]["field"]) == ([code], name)
    assert await everything(scene.house.use.store) == before


async def test_an_address_within_the_network_is_refused_unless_the_operator_allows_it(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        guarded = await set_scene(house)
        for url in (
            "http://hooks.example.org/",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://0x7f000001/",
            "https://hooks.example.org:27017/",
        ):
            answer = await guarded.admin.ask("addWebhook", input=hook(guarded, url))
            assert answer.codes == ["INVALID"], url
        assert (await guarded.admin.ask("addWebhook", input=hook(guarded, "https://hooks.example.org/"))).codes == []


async def test_a_receiver_gets_kind_id_and_time_signed_and_nothing_else(scene: Scene) -> None:
    async with receiver() as other, receiver() as uninterested, sender_of(scene.house) as sender:
        made = (await scene.admin.ask("addWebhook", input=hook(scene, other.url))).made
        await scene.admin.ask("addWebhook", input=hook(scene, uninterested.url, AlertKind.DIGEST))
        alert = await an_alert(scene.house, [], incident_id=scene.incident_id)
        await an_alert(scene.house, [])  # of another incident
        async with running_sender(sender):
            await until_states(scene.house.use.store, {"SENT": 1})
    ((headers, body),) = other.received
    assert uninterested.received == []
    (delivery,) = await scene.house.use.store.deliveries.find({})
    said = json.loads(body)
    assert said == {"type": "REPORT_NEWS", "timestamp": said["timestamp"], "data": {"id": alert.subject_id}}
    assert headers["webhook-id"] == delivery.id
    # As the specification of Standard Webhooks has it, by hand.
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - delivery.updated_at.timestamp()) < 10


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (204, DeliveryState.SENT),
        (307, DeliveryState.FAILED),
        (401, DeliveryState.FAILED),
        (404, DeliveryState.FAILED),
        (410, DeliveryState.GONE),
        (503, DeliveryState.RETRYING),
    ],
)
async def test_each_answer_of_a_receiver_ends_as_it_should(scene: Scene, status: int, state: DeliveryState) -> None:
    async with receiver() as other, sender_of(scene.house) as sender:
        other.status = status
        await scene.admin.ask("addWebhook", input=hook(scene, other.url))
        await an_alert(scene.house, [], incident_id=scene.incident_id)
        async with running_sender(sender):
            await until_states(scene.house.use.store, {state.value: 1})
    assert len(other.received) == 1
    left = await scene.house.use.store.webhooks.find({})
    assert len(left) == (0 if state is DeliveryState.GONE else 1)


async def test_the_same_alert_sent_again_has_the_same_idempotency_key(scene: Scene) -> None:
    store = scene.house.use.store
    async with receiver() as other, sender_of(scene.house) as sender:
        other.status = 503
        await scene.admin.ask("addWebhook", input=hook(scene, other.url))
        await an_alert(scene.house, [], incident_id=scene.incident_id)
        async with running_sender(sender):
            await until_states(store, {"RETRYING": 1})
            other.status = 200
            due = scene.house.use.clock() - timedelta(seconds=1)
            await store.deliveries.collection.update_one({}, {"$set": {"work.dueAt": due}})
            sender.bell.ring()
            await until_states(store, {"SENT": 1})
    assert len({headers["webhook-id"] for headers, _ in other.received}) == 1
    assert len(other.received) == 2


async def test_a_webhook_that_was_removed_is_told_nothing_that_was_queued_for_it(scene: Scene) -> None:
    async with receiver() as other, sender_of(scene.house) as sender:
        made = (await scene.admin.ask("addWebhook", input=hook(scene, other.url))).made
        await an_alert(scene.house, [], incident_id=scene.incident_id)
        await scene.admin.ask("removeWebhook", id=made["webhook"]["id"])
        async with running_sender(sender):
            await until_states(scene.house.use.store, {"GONE": 1})
    assert other.received == []


async def test_what_is_for_a_webhook_that_is_paused_waits_and_is_sent_once_when_it_is_resumed(scene: Scene) -> None:
    store = scene.house.use.store
    async with receiver() as other, receiver() as beside, sender_of(scene.house) as sender:
        made = (await scene.admin.ask("addWebhook", input=hook(scene, other.url))).made["webhook"]
        assert (await scene.admin.ask("addWebhook", input=hook(scene, beside.url))).made
        before = await everything(store)
        for person in (scene.stranger, scene.volunteer, scene.call_taker, scene.officer, scene.coordinator):
            for name in ("pauseWebhook", "resumeWebhook"):
                refused = await person.ask(name, id=made["id"])
                assert refused.codes[0] in {"UNAUTHENTICATED", "NOT_FOUND"}
        assert await everything(store) == before
        paused = (await scene.admin.ask("pauseWebhook", id=made["id"])).made["webhook"]
        assert (await scene.admin.ask("pauseWebhook", id=made["id"])).made["webhook"] == paused
        assert paused["pausedAt"] is not None
        async with running_sender(sender):
            await an_alert(scene.house, [], incident_id=scene.incident_id)
            await until_states(store, {"SENT": 1, "QUEUED": 1})
            await until_paused(store)
            assert (len(other.received), len(beside.received)) == (0, 1)
            await an_alert(scene.house, [], incident_id=scene.incident_id)
            await until_states(store, {"SENT": 2, "QUEUED": 2})
            resumed = (await scene.admin.ask("resumeWebhook", id=made["id"])).made["webhook"]
            assert resumed["pausedAt"] is None
            assert (await scene.admin.ask("resumeWebhook", id=made["id"])).made["webhook"] == resumed
            sender.bell.ring()
            await until_states(store, {"SENT": 4})
    assert len({headers["webhook-id"] for headers, _ in other.received}) == len(other.received) == 2


async def until_paused(store: Store) -> None:
    async with asyncio.timeout(15):
        while not await store.deliveries.collection.count_documents({"work.state": "PAUSED"}):  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.02)


async def test_what_was_settled_as_paused_while_the_webhook_was_resumed_is_not_left_behind(scene: Scene) -> None:
    use = scene.house.use
    made = (await scene.admin.ask("addWebhook", input=hook(scene, "http://127.0.0.1:9/hook"))).made["webhook"]
    assert (await scene.admin.ask("pauseWebhook", id=made["id"])).made
    await an_alert(scene.house, [], incident_id=scene.incident_id)
    page, _ = await look(use.store, "WEBHOOK http://127.0.0.1:9", use.clock())
    claims = await claim_page(use.store, page, use.clock(), timedelta(minutes=1), use.new_id())
    _, ended = await parcels_of(use, claims)
    assert (await scene.admin.ask("resumeWebhook", id=made["id"])).made
    await settle_attempts(use, ended, lambda: 0.5)
    (kept,) = await use.store.deliveries.collection.find({}).to_list(None)
    assert (kept["state"], kept["work"]["state"]) == ("QUEUED", "WAITING")


async def test_an_incident_has_twenty_webhooks_at_most(scene: Scene) -> None:
    adding = (scene.admin.ask("addWebhook", input=hook(scene, f"https://hooks.example.org/{n}")) for n in range(20))
    assert all(not answer.codes for answer in await asyncio.gather(*adding))
    assert (await scene.admin.ask("addWebhook", input=hook(scene, "https://hooks.example.org/"))).codes == ["CONFLICT"]
