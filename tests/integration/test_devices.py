"""Devices that want to be told: who may subscribe one, which addresses are called at all, who may take one off."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.sender import running_sender
from backend.settings.keys import renew_vapid_key
from tests.integration.test_lanes import an_alert, sender_of, until_states
from tests.support.client import Client, new_id
from tests.support.house import Scene, running_house, set_scene
from tests.support.push_service import FakePushService, fake_push_service
from tests.support.records import report
from tests.support.snapshot import everything, settled
from tests.support.vapid import new_key_pair

NOWHERE = FakePushService("http://127.0.0.1:9")
"""Makes subscriptions with true keys; nothing is sent to it here."""


def device(**changes: Any) -> dict[str, Any]:
    phone = NOWHERE.subscribe()
    return {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, **changes}


async def family_of(scene: Scene) -> Client:
    made = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await settled(scene.house.use.store)
    return scene.stranger.signed_in(made["token"])


async def test_a_stranger_subscribes_no_device(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    assert (await scene.stranger.ask("registerDevice", input=device())).codes == ["UNAUTHENTICATED"]
    assert (await scene.stranger.ask("removeDevice", id=new_id())).codes == ["UNAUTHENTICATED"]
    assert await everything(scene.house.use.store) == before


async def test_family_and_staff_subscribe_devices_of_their_own(scene: Scene) -> None:
    family = await family_of(scene)
    for owner in (family, scene.coordinator):
        made = (await owner.ask("registerDevice", input=device(language="es"))).made["device"]
        kept = await scene.house.use.store.devices.get(made["id"])
        assert kept is not None
        assert kept.owner_id == (await owner.ask("viewer")).value["id"]
        assert kept.language == "es"


NOT_TO_BE_CALLED = [
    "http://fcm.googleapis.com/fcm/send/1",
    "https://127.0.0.1/push",
    "http://127.0.0.1:9/push",
    "https://localhost/push",
    "https://[::1]/push",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/push",
    "https://push.example.org/1",
    "https://fcm.googleapis.com.example.org/1",
    "https://user:password@fcm.googleapis.com/1",
    "ftp://fcm.googleapis.com/1",
    "not an address",
    "https://fcm.googleapis.com/" + "x" * 3000,
]


async def test_an_address_that_is_no_known_push_service_is_refused_and_not_kept(guarded: Scene) -> None:
    before = await everything(guarded.house.use.store)
    for endpoint in NOT_TO_BE_CALLED:
        answer = await guarded.volunteer.ask("registerDevice", input=device(endpoint=endpoint))
        assert answer.codes == ["INVALID"], endpoint
        (error,) = answer.value["errors"]
        assert error["field"] == "endpoint"
        assert endpoint not in error["message"]
    assert await everything(guarded.house.use.store) == before


async def test_the_browsers_own_push_services_are_known(guarded: Scene) -> None:
    for endpoint in ("https://fcm.googleapis.com/fcm/send/1", "https://updates.push.services.mozilla.com/wpush/v2/1"):
        assert (await guarded.volunteer.ask("registerDevice", input=device(endpoint=endpoint))).codes == []


UNUSABLE = [
    ({"publicKey": "not base64 at all!"}, "publicKey"),
    ({"publicKey": base64.urlsafe_b64encode(b"\4" + b"1" * 64).decode()}, "publicKey"),
    ({"publicKey": ""}, "publicKey"),
    ({"authSecret": "c2hvcnQ"}, "authSecret"),
    ({"authSecret": "ä"}, "authSecret"),
    ({"language": "Klingon, please"}, "language"),
    ({"id": "1"}, "id"),
]


async def test_a_subscription_that_cannot_be_used_names_what_is_wrong_with_it(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    for changes, field in UNUSABLE:
        answer = await scene.volunteer.ask("registerDevice", input=device(**changes))
        assert answer.codes == ["INVALID"], changes
        assert answer.value["errors"][0]["field"] == field
    assert await everything(scene.house.use.store) == before


async def test_the_same_endpoint_again_is_the_same_device(scene: Scene) -> None:
    phone = device(id=new_id())
    first = (await scene.volunteer.ask("registerDevice", input=phone)).made
    again = (await scene.volunteer.ask("registerDevice", input={**phone, "id": new_id()})).made
    assert first == again
    assert await scene.house.use.store.devices.collection.count_documents({}) == 1


async def test_the_same_endpoint_with_other_keys_is_a_conflict(scene: Scene) -> None:
    phone = device()
    await scene.volunteer.ask("registerDevice", input=phone)
    other = {**device(), "endpoint": phone["endpoint"]}
    assert (await scene.volunteer.ask("registerDevice", input=other)).codes == ["CONFLICT"]


async def test_a_phone_that_speaks_another_language_now_is_told_in_that(scene: Scene) -> None:
    phone = device(language="en")
    made = (await scene.volunteer.ask("registerDevice", input=phone)).made["device"]
    again = (await scene.volunteer.ask("registerDevice", input={**phone, "language": "ht"})).made["device"]
    assert again == {**made, "language": "ht"}
    kept = await scene.house.use.store.devices.get(made["id"])
    assert kept is not None
    assert kept.language == "ht"


async def test_a_subscription_that_the_browser_changed_takes_the_place_of_the_old_one(scene: Scene) -> None:
    use = scene.house.use
    made = (await scene.volunteer.ask("registerDevice", input=device())).made["device"]
    changed = device(replaces=made["id"], language="es")
    for _ in range(2):  # the answer may be lost, and it is sent again
        renewed = (await scene.volunteer.ask("registerDevice", input=changed)).made["device"]
        assert renewed == {"id": made["id"], "language": "es"}
    (kept,) = await use.store.devices.find({})
    assert (kept.endpoint, kept.public_key, kept.version) == (changed["endpoint"], changed["publicKey"], 2)


async def test_a_browser_may_come_back_to_its_first_subscription(scene: Scene) -> None:
    first, second = device(), device()
    made = (await scene.volunteer.ask("registerDevice", input=first)).made["device"]
    for phone in (second, first, second):
        again = (await scene.volunteer.ask("registerDevice", input=phone | {"replaces": made["id"]})).made["device"]
        assert again == made
    (kept,) = await scene.house.use.store.devices.find({})
    assert kept.endpoint == second["endpoint"]


async def test_a_renewal_that_is_subscribed_already_leaves_one_device_and_not_two(scene: Scene) -> None:
    old = (await scene.volunteer.ask("registerDevice", input=device())).made["device"]
    phone = device()
    new = (await scene.volunteer.ask("registerDevice", input=phone)).made["device"]
    assert (await scene.volunteer.ask("registerDevice", input=phone | {"replaces": old["id"]})).made["device"] == new
    assert [one.id for one in await scene.house.use.store.devices.find({})] == [new["id"]]


async def test_nobody_replaces_the_device_of_somebody_else_or_one_that_is_gone(scene: Scene) -> None:
    made = (await scene.volunteer.ask("registerDevice", input=device())).made["device"]
    kept = await scene.house.use.store.devices.get(made["id"])
    for other, replaced in ((scene.other_volunteer, made["id"]), (scene.volunteer, new_id())):
        new = (await other.ask("registerDevice", input=device(replaces=replaced))).made["device"]
        assert new["id"] != made["id"]
    assert await scene.house.use.store.devices.get(made["id"]) == kept


async def test_a_device_keeps_the_key_that_it_subscribed_with_and_an_unknown_one_is_refused(scene: Scene) -> None:
    present = (await scene.stranger.ask("pushKey")).value
    made = (await scene.volunteer.ask("registerDevice", input=device())).made["device"]
    kept = await scene.house.use.store.devices.get(made["id"])
    assert kept is not None
    assert kept.server_key == present
    answer = await scene.volunteer.ask("registerDevice", input=device(pushKey=new_key_pair().public_key))
    assert (answer.codes, answer.value["errors"][0]["field"]) == (["INVALID"], "pushKey")


async def test_after_the_key_is_renewed_devices_that_have_the_old_one_are_still_told_with_it(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        old_key = (await house.stranger.ask("pushKey")).value
        settings = house.settings
    renew_vapid_key(settings)
    async with (
        running_house(database_uri, database_name, tmp_path, worker=False) as house,
        fake_push_service() as push,
        sender_of(house) as sender,
    ):
        scene = await set_scene(house)
        new_key = (await house.stranger.ask("pushKey")).value
        assert new_key != old_key
        phones = {old_key: push.subscribe(), new_key: push.subscribe()}
        for key, phone in phones.items():
            given = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, "pushKey": key}
            assert (await scene.volunteer.ask("registerDevice", input=given)).codes == []
        await an_alert(house, [], owner_id=(await scene.volunteer.ask("viewer")).value["id"])
        async with running_sender(sender):
            await until_states(house.use.store, {"SENT": 2})
        for key, phone in phones.items():
            (received,) = push.received(phone)
            assert received.headers["Authorization"].endswith(f",k={key}")


async def test_only_its_owner_takes_a_device_off(scene: Scene) -> None:
    made = (await scene.volunteer.ask("registerDevice", input=device())).made["device"]
    for other in (scene.other_volunteer, scene.coordinator, scene.admin):
        assert (await other.ask("removeDevice", id=made["id"])).codes == ["NOT_FOUND"]
    assert await scene.house.use.store.devices.get(made["id"]) is not None
    assert (await scene.volunteer.ask("removeDevice", id=made["id"])).codes == []
    assert await scene.house.use.store.devices.get(made["id"]) is None
    assert (await scene.volunteer.ask("removeDevice", id=made["id"])).codes == ["NOT_FOUND"]


@pytest.fixture
async def guarded(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A server with the push services that it would call in production."""
    async with running_house(
        database_uri, database_name, tmp_path, worker=False, push_allowed_hosts="", push_allow_private=False
    ) as house:
        yield await set_scene(house)
