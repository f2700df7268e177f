"""What alerts cost: messages a second beside other senders, a thousand phones told, and a faulty push service."""

import asyncio
import base64
import importlib
import math
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from pywebpush import webpush
from requests import Session
from uvicorn.loops.auto import auto_loop_factory

from backend.domain.alert import Alert, AlertKind, ChannelKind, Delivery, DeliveryState
from backend.domain.device import Device
from backend.sender import IN_FLIGHT
from backend.services.alerts import AT_ONCE, lane_of
from backend.store import lanes
from backend.store.database import Store
from backend.store.embedded import embedded_database
from notifications.connections import Connections, Limits
from notifications.guard import PushPolicy
from notifications.messages import Kind, Message
from notifications.vapid import VapidHeaders, read_private_key
from notifications.web_push import Subscription, WebPush
from tests.bench.area_alerts import measure_area_alerts
from tests.chaos.children import invent, registration_of, report_of
from tests.chaos.installations import INSTALLATIONS, Program, environment, free_port, running
from tests.chaos.stock import store_at
from tests.chaos.waiting import until
from tests.chaos.writers import come_in, open_scene
from tests.support.client import Client, new_id, retry_key
from tests.support.push_program import ANY_PORT, BEHAVIOURS, PushProgram, push_program
from tests.support.vapid import KeyPair, new_key_pair

CONTACT = "mailto:operator@example.org"
THREADS = 8
SECONDS_AIMED_AT = 5
SENT_IN = 1200
WRONG_TLS = "tls"
"""The endpoint is one of https, and what answers there speaks none."""


async def measure_alerts(*, quick: bool) -> str:
    parts = [
        await _senders(300 if quick else 1500, 2 if quick else 10),
        await _one_alert(100 if quick else 1000),
        await measure_area_alerts(quick=quick),
        await _beside_faults(1000 if quick else 10_000, 2 if quick else 5),
    ]
    return "\n\n".join(parts)


async def _senders(count: int, rounds: int) -> str:
    """Messages a second of each sender to the same push service, a process of its own, in turns."""
    pair = new_key_pair()
    senders: dict[str, Callable[[list[Subscription]], Any]] = {
        "Reunify": lambda targets: asyncio.to_thread(_ours, targets, pair),
        f"`pywebpush.webpush()`, {THREADS} threads": lambda targets: asyncio.to_thread(_webpush, targets, pair, None),
        "the same with a session a thread": lambda targets: asyncio.to_thread(_webpush, targets, pair, Session),
        f"`webpush-rs`, {THREADS} threads": lambda targets: asyncio.to_thread(_webpush_rs, targets, pair),
    }
    best, least = dict.fromkeys(senders, 0.0), dict.fromkeys(senders, math.inf)
    async with push_program(ANY_PORT) as service:  # webpush-rs leaves the port out
        phone = _phone(service)
        for _ in range(rounds):
            for name, send in senders.items():
                await service.forget()
                targets = [_at(service, phone, str(number)) for number in range(count)]
                began, worked = time.perf_counter(), time.process_time()
                await send(targets)
                took, worked = time.perf_counter() - began, time.process_time() - worked
                accepted = (await service.told())["accepted"]
                if accepted != count:
                    raise RuntimeError(f"{name}: {accepted} of {count} arrived")
                best[name], least[name] = max(best[name], count / took), min(least[name], worked / count)
    ours = best["Reunify"]
    lines = ["| sender | messages a second | of ours | CPU a message, ms |", "|---|---|---|---|"]
    lines += [f"| {name} | {rate:,.0f} | {rate / ours:.2f} | {least[name] * 1000:.2f} |" for name, rate in best.items()]
    return (
        f"{count:,} messages, encrypted each for its device and signed, to a push service in a process of its own on "
        f"the same cores; the best of {rounds} rounds in turns (aim: twice `webpush()` in threads, and ahead of "
        "`webpush-rs`). The CPU is the sender's own, without what it gives the push service to do.\n\n"
    ) + "\n".join(lines)


def _ours(targets: list[Subscription], pair: KeyPair) -> None:
    """As the sender does it: one loop, of the kind that the product runs on, and so many on their way."""

    async def send() -> None:
        policy, limits = PushPolicy(("127.0.0.1",), allow_private=True), Limits(in_flight_per_origin=IN_FLIGHT)
        message = Message(Kind.REPORT_NEWS, new_id(), "en")
        vapid = VapidHeaders(read_private_key(pair.private_pem), CONTACT, _now)
        waiting = iter(targets)
        async with Connections(policy, limits) as connections:
            push = WebPush(connections=connections, vapid=vapid, policy=policy, limits=limits, clock=_now)

            async def one_after_the_other() -> None:
                for target in waiting:
                    await push.send(target, message)

            await asyncio.gather(*(one_after_the_other() for _ in range(IN_FLIGHT)))

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(send())


def _webpush(targets: list[Subscription], pair: KeyPair, session: Callable[[], Session] | None) -> None:
    data = Message(Kind.REPORT_NEWS, new_id(), "en").encode()
    key = _raw(pair)
    shares = [targets[number::THREADS] for number in range(THREADS)]

    def send(share: list[Subscription]) -> None:
        kept = None if session is None else session()
        for target in share:
            keys = {"p256dh": target.p256dh, "auth": target.auth}
            webpush(
                {"endpoint": target.endpoint, "keys": keys},
                data,
                vapid_private_key=key,
                vapid_claims={"sub": CONTACT},
                ttl=60,
                headers={"Topic": "bench"},
                requests_session=kept,
            )

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, shares))


def _webpush_rs(targets: list[Subscription], pair: KeyPair) -> None:
    send_one = importlib.import_module("webpush_rs").send_one
    data, key = Message(Kind.REPORT_NEWS, new_id(), "en").encode(), _raw(pair)

    def send(target: Subscription) -> None:
        send_one(target.endpoint, target.p256dh, target.auth, key, CONTACT, data)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, targets))


async def _one_alert(phones: int) -> str:
    """From the answer to the mutation that brings it about to the last push: matching, alert, deliveries, sending."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            push_program() as service,
            aiohttp.ClientSession() as session,
            INSTALLATIONS["server"](Path(folder)) as installation,
        ):
            stranger = Client(session, installation.url)
            scene = await open_scene(stranger, await come_in(stranger, installation.first_secret))
            child, phone = invent(Random(1)), _phone(service)  # noqa: S311 (no secret)
            filing = {
                "incidentId": scene.incident_id,
                "retryKey": retry_key(),
                "reporter": {"name": child.mother, "relation": "mother"},
                "children": [report_of(child)],
            }
            family = stranger.signed_in((await stranger.ask("fileReport", input=filing)).made["token"])
            for _ in range(phones):
                device_id = new_id()
                target = _at(service, phone, device_id)
                device = {"endpoint": target.endpoint, "publicKey": target.p256dh, "authSecret": target.auth}
                assert not (await family.ask("registerDevice", input={"id": device_id, **device})).codes
            registered = await scene.volunteer.ask("registerPerson", input=registration_of(child, scene.site_id))
            answered = time.time()
            assert not registered.codes
            told = await _until_accepted(service, phones)
    took = told["last"]["good"] - answered
    return (
        f"{phones:,} phones around one alert, from the answer to `registerPerson` (which makes a match likely) to the "
        f"last push that was accepted, everything on the same cores: **{took:.1f} s** (aim: at most "
        f"{SECONDS_AIMED_AT}), {told['accepted'] - told['devices']} of them twice."
    )


async def _beside_faults(count: int, rounds: int) -> str:
    """How long a good push service's deliveries take beside one with every fault there is, against alone."""
    faults = dict.fromkeys([*(name for name in BEHAVIOURS if name != "good"), WRONG_TLS], count // 10)
    ratios, alone, states = list[float](), list[float](), Counter[str]()
    async with push_program() as service, _a_worker() as (store, worker):
        await _queue(store, {"good": 100}, service)
        await worker.start()
        await _until_accepted(service, 100)
        for _ in range(rounds):
            alone.append(await _time_of_good(store, service, count))
            async with push_program() as faulty:
                alert_id = await _queue(store, faults, faulty)
                ratios.append(await _time_of_good(store, service, count) / alone[-1])
                states += await _states_and_no_more(store, alert_id)
    counted = ", ".join(f"{state} {number:,}" for state, number in sorted(states.items()))
    return (
        f"{count:,} deliveries to a good push service beside {sum(faults.values()):,} to one that answers late, 404, "
        "410, 413, 429, 500, resets, hangs, or has no TLS where it should: they take "
        f"**{statistics.median(ratios):.2f}** times as long as alone, which is {statistics.median(alone):.2f} s (aim: "
        f"at most 1.10; the median of {rounds} pairs of rounds, which were {min(ratios):.2f} to {max(ratios):.2f}, "
        f"all on the same cores). What had become of the others when the good one's were through: {counted}."
    )


async def _states_and_no_more(store: Store, alert_id: str) -> Counter[str]:
    """How many deliveries of an alert are in which state. They are taken away, so that the next round is alone."""
    deliveries = store.deliveries.collection
    found = await deliveries.aggregate(
        [{"$match": {"alertId": alert_id}}, {"$group": {"_id": "$state", "count": {"$sum": 1}}}]
    )
    states = Counter({row["_id"]: row["count"] async for row in found})
    await deliveries.delete_many({"alertId": alert_id})
    return states


async def _time_of_good(store: Store, service: PushProgram, count: int) -> float:
    """Seconds from the first to the last push that the good one accepted."""
    await service.forget()
    await _queue(store, {"good": count}, service)
    told = await _until_accepted(service, count)
    return float(told["last"]["good"] - told["first"]["good"])


async def _until_accepted(service: PushProgram, count: int) -> dict[str, Any]:
    async def all_are() -> bool:
        return bool((await service.told())["accepted"] >= count)

    await until(all_are, SENT_IN)
    return await service.told()


@asynccontextmanager
async def _a_worker() -> AsyncIterator[tuple[Store, Program]]:
    """A database, and a worker that is still to be started."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        async with embedded_database(folder) as database:
            own = environment(folder, port) | {
                "REUNIFY_MONGODB_URI": database.uri,
                "REUNIFY_WORKER_LEASE_SECONDS": "60",
            }
            async with running(Program(("serve", "--no-worker"), own, folder / "serve.log")) as server:
                # It makes keys and indexes.
                await until(lambda: _says(server, "is at"), 60)
            worker = Program(("worker",), own, folder / "worker.log")
            async with store_at(database.uri, folder) as store:
                try:
                    yield store, worker
                finally:
                    if worker.process is not None and worker.process.returncode is None:
                        worker.process.kill()
                        await worker.process.wait()


async def _says(program: Program, words: str) -> bool:
    return words in program.said()


async def _queue(store: Store, counts: dict[str, int], service: PushProgram) -> str:
    """The id of an alert with so many devices of each behaviour, in turns, as `queue_deliveries` would write it."""
    now, phone = _now(), _phone(service)
    alert = Alert(
        id=new_id(),
        key=new_id(),
        kind=AlertKind.REPORT_NEWS,
        incident_id=new_id(),
        owner_id=new_id(),
        subject_id=new_id(),
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=3),
    )
    await store.alerts.insert(alert)
    names = [name for number in range(max(counts.values())) for name, count in counts.items() if number < count]
    for first in range(0, len(names), AT_ONCE):
        devices = [_device(service, alert, phone, name) for name in names[first : first + AT_ONCE]]
        due = _now()
        queued = [(_delivery(alert, device), due) for device in devices]
        opened = {delivery.lane for delivery, _ in queued}

        async def write(session: Any, devices: Any = devices, queued: Any = queued, opened: Any = opened) -> None:
            await store.devices.insert_many(devices, session)
            await lanes.open_lanes(store, opened, session)
            await lanes.queue(store, queued, session)

        await store.transact(write)
    return alert.id


def _device(service: PushProgram, alert: Alert, phone: Subscription, behaviour: str) -> Device:
    device_id = new_id()
    endpoint = service.endpoint(device_id, behaviour)
    return Device(
        id=device_id,
        owner_id=alert.owner_id,
        endpoint=endpoint.replace("http://", "https://") if behaviour == WRONG_TLS else endpoint,
        public_key=phone.p256dh,
        auth_secret=phone.auth,
        language="en",
        version=1,
        created_at=alert.created_at,
        updated_at=alert.created_at,
    )


def _delivery(alert: Alert, device: Device) -> Delivery:
    return Delivery(
        id=new_id(),
        alert_id=alert.id,
        device_id=device.id,
        lane=lane_of(ChannelKind.WEB_PUSH, device.endpoint),
        state=DeliveryState.QUEUED,
        answer=None,
        version=1,
        created_at=alert.created_at,
        updated_at=alert.created_at,
        expires_at=alert.expires_at,
    )


def _phone(service: PushProgram) -> Subscription:
    """Keys of a device. All phones share them: nothing is read, only counted."""
    return Subscription(service.address, new_key_pair().public_key, "A" * 22)


def _at(service: PushProgram, phone: Subscription, device_id: str) -> Subscription:
    return Subscription(service.endpoint(device_id), phone.p256dh, phone.auth)


def _raw(pair: KeyPair) -> str:
    """The private key as other Web Push tools want it: 32 bytes in base64url."""
    number = read_private_key(pair.private_pem).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def _now() -> datetime:
    return datetime.now(UTC)
