"""Devices that want to be told: who may subscribe one, which addresses are called at all, who may take one off."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client, new_id
from tests.support.house import Scene, running_house, set_scene
from tests.support.push_service import FakePushService
from tests.support.records import report
from tests.support.snapshot import everything, settled

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
