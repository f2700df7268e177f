"""Lanes: a push service with any fault there is holds up no other, and each delivery ends as its answer has it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend import sender as sending
from backend.app import wire_channels
from backend.domain.alert import Alert, AlertKind, ChannelKind, DeliveryState
from backend.domain.device import Device
from backend.sender import Sender, running_sender
from backend.services import alerts
from backend.services.alerts import Told, delivery_of, queue_deliveries
from backend.settings.keys import load_keys
from backend.store.database import Store
from backend.store.lanes import claim_page, look, queue
from notifications.web_push import Subscription
from tests.support.client import new_id
from tests.support.house import House, running_house
from tests.support.push_service import Answer, FakePushService, Misbehaviour, fake_push_service

LEASE = timedelta(seconds=30)


@pytest.fixture
async def idle(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A server without a worker."""
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        yield house


@dataclass
class Seconds:
    """A clock for rests, which stands still until the test moves it on."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def sender_of(house: House, **changes: Any) -> AsyncIterator[Sender]:
    keys = load_keys(house.settings, warn=lambda _: None)
    async with wire_channels(house.settings, keys, house.use) as channels:
        sender = Sender(use=house.use, channels=channels, address="http://127.0.0.1", lease=LEASE)
        yield replace(sender, **changes)


async def an_alert(
    house: House, phones: Sequence[Subscription], kind: AlertKind = AlertKind.REPORT_NEWS, **changes: Any
) -> Alert:
    """An alert for somebody with these phones, its deliveries queued."""
    use, now = house.use, house.use.clock()
    alert = Alert(
        id=new_id(),
        key=new_id(),
        kind=kind,
        incident_id=new_id(),
        owner_id=new_id(),
        subject_id=new_id(),
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=3),
    )
    alert = replace(alert, **changes)
    devices = [
        Device(new_id(), alert.owner_id, phone.endpoint, phone.p256dh, phone.auth, "en", 1, now, now)
        for phone in phones
    ]
    await use.store.alerts.insert(alert)
    await use.store.transact(lambda session: use.store.devices.insert_many(devices, session))
    while await use.store.transact(lambda session: queue_deliveries(use, alert.id, session)) is not None:
        pass
    return alert


async def states(store: Store, service: FakePushService | None = None) -> Counter[str]:
    wanted = {} if service is None else {"lane": f"WEB_PUSH {service.address}"}
    return Counter([one.state.value for one in await store.deliveries.find(wanted)])


async def until_states(store: Store, wanted: dict[str, int], service: FakePushService | None = None) -> None:
    async with asyncio.timeout(15):
        while await states(store, service) != wanted:  # noqa: ASYNC110 (nobody tells when it was settled)
            await asyncio.sleep(0.02)


ENDINGS: dict[str, tuple[Answer | Misbehaviour, DeliveryState]] = {
    "201, but late": (Answer(201, late=0.3), DeliveryState.SENT),
    "404": (Answer(404), DeliveryState.GONE),
    "410": (Answer(410), DeliveryState.GONE),
    "413": (Answer(413), DeliveryState.FAILED),
    "429": (Answer(429, {"Retry-After": "120"}), DeliveryState.RETRYING),
    "500": (Answer(500), DeliveryState.RETRYING),
    "503 for longer than the alert lives": (Answer(503, {"Retry-After": "999999"}), DeliveryState.EXPIRED),
    "401": (Answer(401), DeliveryState.FAILED),
    "reset": (Misbehaviour.RESET, DeliveryState.RETRYING),
}


async def test_each_fault_ends_as_it_should_and_the_good_service_beside_them_gets_all_its_messages(
    idle: House,
) -> None:
    async with AsyncExitStack() as stack, sender_of(idle) as sender:
        services = {name: await stack.enter_async_context(fake_push_service()) for name in ENDINGS}
        good = await stack.enter_async_context(fake_push_service())
        hanging = await stack.enter_async_context(fake_push_service())
        other = await stack.enter_async_context(fake_push_service(origin="https://push.example.org"))
        phones = [service.subscribe(ENDINGS[name][0]) for name, service in services.items()]
        phones += [hanging.subscribe(Misbehaviour.HANG), other.subscribe()]
        plain = good.subscribe()
        wrong_tls = replace(plain, endpoint=plain.endpoint.replace("http://", "https://"))
        await an_alert(idle, [*phones, wrong_tls, *(good.subscribe() for _ in range(30))])
        store = idle.use.store
        async with running_sender(sender):
            await until_states(store, {"SENT": 30}, good)
            for name, service in services.items():
                await until_states(store, {ENDINGS[name][1].value: 1}, service)
            await until_states(store, {"FAILED": 1}, other)  # its tokens are made out for another audience
            await hanging.next_arrival()
            assert await states(store, hanging) == {"QUEUED": 1}
        tls = await store.deliveries.find_one({"lane": f"WEB_PUSH https://{good.address.removeprefix('http://')}"})
        assert tls is not None
        assert tls.state is DeliveryState.RETRYING
        gone = {one.device_id for one in await store.deliveries.find({"state": "GONE"})}
        there = {one.id for one in await store.devices.find({})}
        assert len(gone) == 2
        assert not gone & there
        assert len(there) == len(phones) + 31 - 2


async def test_a_service_that_hangs_with_everything_it_may_have_in_flight_delays_no_other(idle: House) -> None:
    async with fake_push_service() as slow, fake_push_service() as good, sender_of(idle, in_flight=5) as sender:
        await an_alert(idle, [slow.subscribe(Misbehaviour.HANG) for _ in range(40)])
        await an_alert(idle, [good.subscribe() for _ in range(40)])
        async with running_sender(sender):
            await until_states(idle.use.store, {"SENT": 40}, good)
        assert slow.most_at_once == 5
        assert await states(idle.use.store, slow) == {"QUEUED": 40}


async def test_a_service_that_is_down_is_left_alone_then_asked_by_one_and_then_gets_all(idle: House) -> None:
    seconds, store = Seconds(), idle.use.store
    async with (
        fake_push_service() as service,
        sender_of(idle, in_flight=10, seconds=seconds, chance=lambda: 0.0) as sender,
    ):
        phones = [service.subscribe(Answer(503)) for _ in range(60)]
        await an_alert(idle, phones)
        async with running_sender(sender):
            await until_states(store, {"RETRYING": 10, "QUEUED": 50})
            sender.bell.ring()
            await asyncio.sleep(0.2)
            assert asked(service, phones) == 10, "it was asked while it rested"
            seconds.now = 6.0
            sender.bell.ring()
            await until_states(store, {"RETRYING": 11, "QUEUED": 49})
            assert asked(service, phones) == 11
            for phone in phones:
                service.answer(phone, Answer(201))
            seconds.now = 20.0
            sender.bell.ring()
            await until_states(store, {"RETRYING": 11, "SENT": 49})


def asked(service: FakePushService, phones: Sequence[Subscription]) -> int:
    return sum(len(service.received(phone)) for phone in phones)


async def test_news_of_a_report_goes_before_all_that_was_queued_earlier(idle: House) -> None:
    async with fake_push_service() as service, sender_of(idle, in_flight=1) as sender:
        many = [service.subscribe() for _ in range(5)]
        await an_alert(idle, many, AlertKind.CHILD_RECHECK)
        family = service.subscribe()
        await an_alert(idle, [family])
        async with running_sender(sender):
            first = await service.next_arrival()
            await until_states(idle.use.store, {"SENT": 6})
        assert family.endpoint.endswith(first.path)


async def test_what_could_not_be_sent_in_its_time_expires_unsent(idle: House) -> None:
    async with fake_push_service() as service, sender_of(idle) as sender:
        phone = service.subscribe()
        await an_alert(idle, [phone], expires_at=idle.use.clock() - timedelta(seconds=1))
        async with running_sender(sender):
            await until_states(idle.use.store, {"EXPIRED": 1})
        assert service.received(phone) == []


async def test_two_senders_side_by_side_tell_each_phone_once(idle: House) -> None:
    async with fake_push_service() as service, sender_of(idle, in_flight=7) as one, sender_of(idle, in_flight=7) as two:
        phones = [service.subscribe() for _ in range(80)]
        await an_alert(idle, phones)
        async with running_sender(one), running_sender(two):
            await until_states(idle.use.store, {"SENT": 80})
        assert {len(service.received(phone)) for phone in phones} == {1}


async def test_what_a_killed_sender_held_is_sent_by_the_next_after_its_lease_under_the_same_topic(idle: House) -> None:
    async with fake_push_service() as service, sender_of(idle, lease=timedelta(milliseconds=200)) as sender:
        phones = [service.subscribe(Misbehaviour.HANG) for _ in range(5)]
        await an_alert(idle, phones)
        async with running_sender(sender):
            for _ in phones:
                await service.next_arrival()
        for phone in phones:
            service.answer(phone, Answer(201))
        await asyncio.sleep(0.2)
        async with sender_of(idle) as next_one, running_sender(next_one):
            await until_states(idle.use.store, {"SENT": 5})
    for phone in phones:
        topics = {request.headers["Topic"] for request in service.received(phone)}
        assert len(topics) == 1
        assert len(service.received(phone)) == 2


async def test_very_many_devices_are_queued_by_the_page_and_each_once(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "AT_ONCE", 7)
    async with fake_push_service() as service:
        alert = await an_alert(idle, [service.subscribe() for _ in range(20)])
        use = idle.use
        assert await use.store.transact(lambda session: queue_deliveries(use, alert.id, session)) is None
        queued = await use.store.deliveries.find({})
        assert len({one.device_id for one in queued}) == len(queued) == 20


async def test_what_was_sent_is_recorded_though_the_next_look_fails(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def look_once(*asked: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise ConnectionError("The database was away for a moment.")
        return await look(*asked)

    monkeypatch.setattr(sending, "look", look_once)
    async with fake_push_service() as service, sender_of(idle) as sender:
        phone = service.subscribe()
        await an_alert(idle, [phone])
        async with running_sender(sender):
            await until_states(idle.use.store, {"SENT": 1})
        assert looks >= 2
        assert len(service.received(phone)) == 1


async def test_what_was_due_long_ago_is_read_by_the_page_and_not_with_all_that_was_due_since(idle: House) -> None:
    use, oldest = idle.use, idle.use.clock() - timedelta(hours=1)
    alert = await an_alert(idle, [])
    due = [oldest] * 150 + [oldest + timedelta(seconds=10)] * 150 + [oldest + timedelta(minutes=50)] * 5
    queued = [
        (delivery_of(use, alert, Told(new_id(), ChannelKind.WEB_PUSH, "a lane"), use.clock()), moment) for moment in due
    ]
    await use.store.transact(lambda session: queue(use.store, queued, session))
    everything, reached = await look(use.store, "a lane", use.clock())
    assert (len(everything), reached) == (305, None)

    reached, pages = everything[0]["work"]["dueAt"], []
    while reached is not None:
        page, reached = await look(use.store, "a lane", use.clock(), reached)
        pages.append([document["_id"] for document in page])
        await claim_page(use.store, page, use.clock(), LEASE, "a sender")
    assert [len(page) for page in pages] == [150, 150, 5]
    assert [one for page in pages for one in page] == [document["_id"] for document in everything]


async def test_a_device_that_renewed_while_it_was_told_at_its_old_address_is_not_forgotten(idle: House) -> None:
    async with fake_push_service() as service, sender_of(idle) as sender:
        await an_alert(idle, [service.subscribe(Answer(410, late=0.3))])
        store = idle.use.store
        async with running_sender(sender):
            await service.next_arrival()
            (device,) = await store.devices.find({})
            await store.devices.replace(replace(device, version=2), 1)
            await until_states(store, {"GONE": 1})
        assert [one.id for one in await store.devices.find({})] == [device.id]


async def test_the_hosts_of_one_push_service_are_one_lane_so_that_nobody_can_make_up_thousands(idle: House) -> None:
    keys = FakePushService("").subscribe()
    hosts = ("fcm.googleapis.com", "a.notify.windows.com", "b.notify.windows.com", "c.d.notify.windows.com")
    await an_alert(idle, [replace(keys, endpoint=f"https://{host}/send/1") for host in hosts])
    lanes = {one.id for one in await idle.use.store.lanes.find({})}
    assert lanes == {"WEB_PUSH https://fcm.googleapis.com", "WEB_PUSH https://notify.windows.com"}
