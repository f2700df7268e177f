"""Alerts: told once, to the right devices, in few words; and what becomes of them whatever the push service says."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from backend.domain.alert import DeliveryState
from backend.domain.event import WORKED
from backend.services.deliveries import LONGEST_PAUSE, Attempt, settle_attempts
from backend.services.parked import list_parked, retry_parked
from backend.store.work import claim
from notifications.web_push import Subscription
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.push_service import Answer, FakePushService, fake_push_service
from tests.support.records import child, report
from tests.support.snapshot import settled


@dataclass(frozen=True)
class Family:
    """A family with one phone, and the report that it waits for news of."""

    client: Client
    report_id: str
    phone: Subscription


@pytest.fixture
async def push() -> AsyncIterator[FakePushService]:
    async with fake_push_service() as service:
        yield service


async def waiting_family(scene: Scene, push: FakePushService, answer: Answer | None = None) -> Family:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    client, phone = scene.stranger.signed_in(filed["token"]), push.subscribe(answer)
    device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, "language": "es"}
    assert (await client.ask("registerDevice", input=device)).codes == []
    return Family(client, filed["reports"][0]["id"], phone)


async def find_her(scene: Scene) -> dict[str, Any]:
    """Register the child of the report, and wait until all that follows is done: the match."""
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).codes == []
    await settled(scene.house.use.store)
    match = await scene.house.use.store.matches.collection.find_one({})
    assert match is not None
    return dict(match)


async def delivery(scene: Scene, state: DeliveryState) -> dict[str, Any]:
    """The only delivery there is, once it is in this state."""
    async with asyncio.timeout(10):
        while True:
            found = await scene.house.use.store.deliveries.collection.find_one({"state": state.value})
            if found is not None:
                return dict(found)
            await asyncio.sleep(0.02)


async def make_due(scene: Scene, **changes: Any) -> None:
    """As if the pause were over."""
    due = scene.house.use.clock() - timedelta(seconds=1)
    await scene.house.use.store.deliveries.collection.update_one({}, {"$set": {"work.dueAt": due, **changes}})


async def test_the_family_is_told_once_in_a_kind_an_id_and_a_language_and_nothing_else(
    scene: Scene, push: FakePushService
) -> None:
    family = await waiting_family(scene, push)
    await find_her(scene)
    (message,) = push.messages(family.phone)
    assert json.loads(message) == {"kind": "REPORT_NEWS", "id": family.report_id, "language": "es"}
    assert (await delivery(scene, DeliveryState.SENT))["work"]["attempts"] == 1


async def test_nobody_is_told_twice_however_often_the_same_events_are_handled(
    scene: Scene, push: FakePushService
) -> None:
    family = await waiting_family(scene, push)
    await find_her(scene)
    store = scene.house.use.store
    again = {"work": {"state": "WAITING", "dueAt": scene.house.use.clock(), "attempts": 0}}
    await store.events.collection.update_many({"kind": {"$in": [kind.value for kind in WORKED]}}, {"$set": again})
    await settled(store)
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 1
    assert await store.deliveries.collection.count_documents({}) == 1
    assert len(push.received(family.phone)) == 1


async def test_a_confirmed_match_is_news_of_its_own_and_a_rejected_one_is_none(
    scene: Scene, push: FakePushService
) -> None:
    family = await waiting_family(scene, push)
    match = await find_her(scene)
    alerts = scene.house.use.store.alerts.collection
    rejected = {"id": match["_id"], "version": match["version"], "reason": "another scar"}
    version = (await scene.coordinator.ask("rejectMatch", input=rejected)).made["match"]["version"]
    await settled(scene.house.use.store)
    assert await alerts.count_documents({"kind": "REPORT_NEWS"}) == 1
    undone = await scene.coordinator.ask("undoMatch", input={"id": match["_id"], "version": version})
    version = undone.made["match"]["version"]
    await scene.officer.ask("confirmMatch", input={"id": match["_id"], "version": version})
    await settled(scene.house.use.store)
    assert await alerts.count_documents({"kind": "REPORT_NEWS"}) == 2
    assert len(push.received(family.phone)) == 2
    assert len(set(push.messages(family.phone))) == 1


async def test_each_device_of_the_family_is_told_and_nobody_else_s(scene: Scene, push: FakePushService) -> None:
    family, bystander = await waiting_family(scene, push), push.subscribe()
    second = push.subscribe()
    for owner, phone in ((family.client, second), (scene.volunteer, bystander), (scene.coordinator, push.subscribe())):
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
        assert (await owner.ask("registerDevice", input=device)).codes == []
    await find_her(scene)
    assert [len(push.received(phone)) for phone in (family.phone, second, bystander)] == [1, 1, 0]


async def test_a_device_that_is_gone_is_forgotten(scene: Scene, push: FakePushService) -> None:
    await waiting_family(scene, push, Answer(410))
    await find_her(scene)
    gone = await delivery(scene, DeliveryState.GONE)
    assert "410" in gone["answer"]
    assert gone["work"]["state"] == "DONE"
    assert await scene.house.use.store.devices.collection.count_documents({}) == 0


async def test_a_busy_push_service_is_asked_again_when_it_says_and_then_it_is_done(
    scene: Scene, push: FakePushService
) -> None:
    family = await waiting_family(scene, push, Answer(429, {"Retry-After": "120"}))
    began = scene.house.use.clock()
    await find_her(scene)
    retrying = await delivery(scene, DeliveryState.RETRYING)
    assert 120 <= (retrying["work"]["dueAt"] - began).total_seconds() < 140
    assert retrying["work"]["state"] == "WAITING"
    push.answer(family.phone, Answer(201))
    await make_due(scene)
    sent = await delivery(scene, DeliveryState.SENT)
    assert sent["work"]["attempts"] == 2
    assert len(push.received(family.phone)) == 2


async def test_a_push_service_that_says_at_once_is_still_given_a_pause(scene: Scene, push: FakePushService) -> None:
    family = await waiting_family(scene, push, Answer(503, {"Retry-After": "0"}))
    began = scene.house.use.clock()
    await find_her(scene)
    retrying = await delivery(scene, DeliveryState.RETRYING)
    assert (retrying["work"]["dueAt"] - began).total_seconds() >= 5
    assert len(push.received(family.phone)) == 1


async def test_what_could_not_be_delivered_in_time_is_given_up(scene: Scene, push: FakePushService) -> None:
    family = await waiting_family(scene, push, Answer(503))
    await find_her(scene)
    await delivery(scene, DeliveryState.RETRYING)
    await make_due(scene, expiresAt=scene.house.use.clock() - timedelta(seconds=1))
    assert (await delivery(scene, DeliveryState.EXPIRED))["work"]["state"] == "DONE"
    assert len(push.received(family.phone)) == 1


async def test_the_hundredth_try_is_made_after_the_longest_pause(scene: Scene, push: FakePushService) -> None:
    await waiting_family(scene, push, Answer(503))
    await find_her(scene)
    first = await delivery(scene, DeliveryState.RETRYING)
    await make_due(scene, **{"work.attempts": 99})
    again = first
    async with asyncio.timeout(10):
        while again["version"] == first["version"]:
            await asyncio.sleep(0.02)
            again = await delivery(scene, DeliveryState.RETRYING)
    assert again["work"]["attempts"] == 100
    assert LONGEST_PAUSE <= again["work"]["dueAt"] - again["updatedAt"] <= LONGEST_PAUSE * 1.25


async def test_a_refused_message_waits_for_an_operator_with_the_push_service_s_own_words(
    scene: Scene, push: FakePushService
) -> None:
    family = await waiting_family(scene, push, Answer(403, body="The key is not known here."))
    await find_her(scene)
    failed = await delivery(scene, DeliveryState.FAILED)
    (row,) = await list_parked(scene.house.use)
    assert (row.id, row.kind, row.attempts) == (failed["_id"], "DELIVERY", 1)
    assert row.error == "The push service answered 403: The key is not known here."
    assert row.since <= scene.house.use.clock()
    push.answer(family.phone, Answer(201))
    assert await retry_parked(scene.house.use) == 1
    await delivery(scene, DeliveryState.SENT)
    assert await list_parked(scene.house.use) == []


async def test_a_delivery_that_another_worker_took_over_is_left_to_it(scene: Scene, push: FakePushService) -> None:
    await waiting_family(scene, push, Answer(503))
    await find_her(scene)
    await delivery(scene, DeliveryState.RETRYING)
    use, lease = scene.house.use, timedelta(minutes=1)
    far = use.clock() + timedelta(hours=2)  # beyond what the running worker looks at
    slow = await claim(use.store.deliveries, far, lease, "slow")
    quick = await claim(use.store.deliveries, far + 2 * lease, lease, "quick")
    assert slow is not None
    assert quick is not None
    before = await use.store.deliveries.collection.find_one({})
    assert await settle_attempts(use, [Attempt(slow, DeliveryState.RETRYING, "late")], lambda: 0.0) == 0
    assert await use.store.deliveries.collection.find_one({}) == before
