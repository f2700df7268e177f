"""An alert that waits is not sent once it is no news any more: whoever decided so meanwhile is not overtaken by it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest

from backend.services.alerts import queue_deliveries
from tests.support.client import Client
from tests.support.doors import a_helper
from tests.support.house import Scene
from tests.support.pairs import decide, file, link, register, step, two_relatives
from tests.support.push_service import FakePushService, fake_push_service
from tests.support.records import child
from tests.support.snapshot import settled
from tests.support.take_downs import take_down


@pytest.fixture
async def push() -> AsyncIterator[FakePushService]:
    async with fake_push_service() as service:
        yield service


async def sent(scene: Scene, push: FakePushService, family: Client) -> int:
    """How many alerts that were raised so far reach a phone of the family, queued only now."""
    use = scene.house.use
    phone = push.subscribe()
    device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
    assert (await family.ask("registerDevice", input=device)).made
    owner = (await family.ask("viewer")).value["id"]
    for alert in await use.store.alerts.find({"ownerId": owner}):
        while await use.store.transact(lambda session, one=alert.id: queue_deliveries(use, one, session)) is not None:  # type: ignore[misc]
            pass
    await settled(use.store)
    return len(push.received(phone))


@dataclass(frozen=True, slots=True)
class Told:
    """A family that was told of a child that a volunteer had confirmed."""

    scene: Scene
    family: Client
    report_id: str
    registration_id: str

    async def decide(self, *names: str) -> None:
        for name in names:
            await decide(self.scene, name, self.report_id, self.registration_id)

    async def change(self, name: str) -> None:
        version = (await self.scene.coordinator.ask("registration", id=self.registration_id)).value["version"]
        made = await self.scene.volunteer.ask(f"{name}Registration", id=self.registration_id, version=version)
        assert made.made

    async def dismiss(self) -> None:
        await self.change("dismiss")

    async def take_down(self) -> None:
        await take_down(self.scene, self.report_id)

    async def withdraw(self) -> None:
        assert (await self.family.ask("withdrawReport", id=self.report_id, version=1)).made


async def told(scene: Scene) -> Told:
    family, report_id = await file(scene)
    helper, one = await a_helper(scene), child(scene.site_id)
    assert (await helper.ask("registerPerson", input=one)).made
    found = Told(scene, family, report_id, one["id"])
    await found.change("confirm")
    await settled(scene.house.use.store)
    return found


def deciding(*names: str) -> Callable[[Told], Awaitable[None]]:
    return lambda found: found.decide(*names)


@pytest.mark.parametrize(
    "decided",
    [deciding("rejectMatch"), Told.dismiss, Told.take_down, Told.withdraw],
    ids=["rejected", "dismissed", "taken down", "withdrawn"],
)
async def test_what_was_taken_back_is_sent_to_nobody(
    scene: Scene, push: FakePushService, decided: Callable[[Told], Awaitable[None]]
) -> None:
    found = await told(scene)
    await decided(found)
    assert await sent(scene, push, found.family) == 0


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ((), 1),
        (("takeMatch", "leaveMatch"), 1),
        (("takeMatch", "undoMatch"), 1),
        (("rejectMatch", "undoMatch"), 1),
        (("confirmMatch",), 2),
        # That it is likely still is; that it was confirmed is not.
        (("confirmMatch", "undoMatch"), 1),
    ],
)
async def test_what_still_stands_is_sent(scene: Scene, push: FakePushService, names: Sequence[str], count: int) -> None:
    found = await told(scene)
    await found.decide(*names)
    assert await sent(scene, push, found.family) == count


async def test_news_that_came_by_a_link_is_not_sent_once_the_link_is_gone(scene: Scene, push: FakePushService) -> None:
    (mother, mothers), (aunt, aunts) = await two_relatives(scene)
    (registration_id,) = await register(scene, child(scene.site_id))
    linked = await link(scene, "REPORT", mothers, aunts)
    await Told(scene, mother, mothers, registration_id).decide("confirmMatch")
    store = scene.house.use.store
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 4
    assert await sent(scene, push, aunt) == 2
    assert (await scene.coordinator.ask("unlinkDuplicate", input=step(linked))).made
    await settled(store)
    assert await sent(scene, push, mother) == 2
    assert await sent(scene, push, aunt) == 1
