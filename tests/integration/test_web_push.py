"""Web Push against an independent push service, and against a fake that gives every answer there is."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from notifications.channel import State
from notifications.connections import Limits
from notifications.messages import Kind, Message, Urgency
from notifications.vapid import public_key_of
from tests.support import push_service
from tests.support.push_channel import KEY, NEWS, REPORT, channel
from tests.support.push_service import (
    Answer,
    FakePushService,
    Misbehaviour,
    WebPushTesting,
    fake_push_service,
    web_push_testing,
)
from tests.support.vapid import new_key_pair


@pytest.fixture(scope="module")
async def independent() -> AsyncIterator[WebPushTesting]:
    async with web_push_testing() as service:
        yield service


@pytest.fixture
async def fake() -> AsyncIterator[FakePushService]:
    async with fake_push_service() as service:
        yield service


async def test_a_message_arrives_at_an_independent_push_service_and_is_decrypted_there(
    independent: WebPushTesting,
) -> None:
    device = await independent.subscribe(public_key_of(KEY))
    async with channel() as push:
        outcome = await push.send(device.subscription, NEWS)
    assert outcome.state is State.SENT
    assert outcome.status == 201
    (message,) = await independent.messages(device)
    assert json.loads(message) == {"kind": "REPORT_NEWS", "id": REPORT, "language": "es"}


async def test_a_device_that_unsubscribed_at_the_independent_service_is_gone(independent: WebPushTesting) -> None:
    device = await independent.subscribe(public_key_of(KEY))
    await independent.expire(device)
    async with channel() as push:
        outcome = await push.send(device.subscription, NEWS)
    assert (outcome.state, outcome.status) == (State.GONE, 410)


async def test_the_independent_service_refuses_a_sender_whose_key_the_device_did_not_subscribe_with(
    independent: WebPushTesting,
) -> None:
    device = await independent.subscribe(new_key_pair().public_key)
    async with channel() as push:
        outcome = await push.send(device.subscription, NEWS)
    assert (outcome.state, outcome.status) == (State.FAILED, 400)
    assert await independent.messages(device) == []


async def test_the_test_kit_says_what_to_install_when_node_or_its_packages_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(push_service, "TESTS", tmp_path)
    with pytest.raises(RuntimeError, match=r"npm packages are missing: run `make test`"):
        async with web_push_testing():
            pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"Node\.js is missing"):
        async with web_push_testing():
            pass


async def test_a_payload_holds_nothing_but_kind_id_and_language_for_every_kind(fake: FakePushService) -> None:
    device = fake.subscribe()
    async with channel() as push:
        for kind in Kind:
            assert (await push.send(device, Message(kind, REPORT, "ar"))).state is State.SENT
    payloads = fake.messages(device)
    assert [json.loads(payload) for payload in payloads] == [
        {"kind": kind.value, "id": REPORT, "language": "ar"} for kind in Kind
    ]
    assert len({len(request.body) for request in fake.received(device)}) == 1, "the length would tell the kind"


async def test_the_headers_carry_time_to_live_urgency_and_a_topic_that_names_nobody(fake: FakePushService) -> None:
    device = fake.subscribe()
    async with channel() as push:
        await push.send(device, replace(NEWS, urgency=Urgency.LOW, ttl=90))
    headers = fake.received(device)[0].headers
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("90", "low", NEWS.topic)
    assert headers["Content-Encoding"] == "aes128gcm"
    assert REPORT not in str(headers)


@pytest.mark.parametrize(
    ("answer", "state", "retry_after"),
    [
        (Answer(201), State.SENT, None),
        (Answer(200), State.SENT, None),
        (Answer(404), State.GONE, None),
        (Answer(410), State.GONE, None),
        (Answer(413), State.FAILED, None),
        (Answer(400, body="bad request"), State.FAILED, None),
        (Answer(401, body="no key"), State.FAILED, None),
        (Answer(403, body="other key"), State.FAILED, None),
        (Answer(429, {"Retry-After": "120"}), State.RETRY, 120),
        (Answer(429), State.RETRY, None),
        (Answer(500), State.RETRY, None),
        (Answer(503, {"Retry-After": "7"}), State.RETRY, 7),
        (Answer(503, {"Retry-After": "86400"}), State.EXPIRED, 86400),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Answer) else None,
)
async def test_each_answer_of_a_push_service_gives_its_outcome(
    fake: FakePushService, answer: Answer, state: State, retry_after: float | None
) -> None:
    device = fake.subscribe(answer)
    async with channel() as push:
        outcome = await push.send(device, NEWS)
    assert (outcome.state, outcome.retry_after, outcome.status) == (state, retry_after, answer.status)
    assert answer.body in outcome.detail


async def test_a_redirect_is_not_followed(fake: FakePushService) -> None:
    elsewhere = fake.subscribe()
    device = fake.subscribe(Answer(307, {"Location": elsewhere.endpoint}))
    async with channel() as push:
        outcome = await push.send(device, NEWS)
    assert (outcome.state, outcome.status) == (State.FAILED, 307)
    assert fake.received(elsewhere) == []


async def test_an_answer_without_an_end_is_read_and_kept_only_in_part(fake: FakePushService) -> None:
    device = fake.subscribe(Misbehaviour.ENDLESS)
    async with channel(limits=Limits(timeout=5)) as push:
        outcome = await push.send(device, NEWS)
    assert (outcome.state, outcome.status) == (State.FAILED, 400)
    assert len(outcome.detail) <= 300
    assert "\n" not in outcome.detail


async def test_a_push_service_that_does_not_answer_in_time_is_tried_again_later(fake: FakePushService) -> None:
    device = fake.subscribe(Misbehaviour.HANG)
    async with channel(limits=Limits(timeout=0.2)) as push:
        outcome = await push.send(device, NEWS)
    assert outcome.state is State.RETRY
    assert "did not answer" in outcome.detail
    assert len(fake.received(device)) == 1


async def test_a_connection_that_breaks_is_tried_again_later(fake: FakePushService) -> None:
    device = fake.subscribe(Misbehaviour.RESET)
    async with channel() as push:
        assert (await push.send(device, NEWS)).state is State.RETRY


async def test_a_push_service_that_nobody_listens_for_is_tried_again_later(fake: FakePushService) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    device = replace(fake.subscribe(), endpoint=f"http://127.0.0.1:{port}/push/1")
    async with channel() as push:
        assert (await push.send(device, NEWS)).state is State.RETRY


async def test_a_message_whose_life_is_over_is_not_sent(fake: FakePushService) -> None:
    device = fake.subscribe()
    async with channel() as push:
        assert (await push.send(device, replace(NEWS, ttl=0))).state is State.EXPIRED
    assert fake.received(device) == []


async def test_a_broken_key_fails_without_a_call(fake: FakePushService) -> None:
    device = replace(fake.subscribe(), auth="AAAA")
    async with channel() as push:
        outcome = await push.send(device, NEWS)
    assert (outcome.state, outcome.detail) == (State.FAILED, "The key auth must have 16 bytes.")
    assert fake.received(device) == []


async def test_a_token_made_out_for_another_push_service_is_refused() -> None:
    async with fake_push_service(origin="https://push.example.org") as fake, channel() as push:
        device = fake.subscribe()
        outcome = await push.send(device, NEWS)
    assert (outcome.state, outcome.status) == (State.FAILED, 403)
    assert "audience" in outcome.detail


async def test_one_signature_serves_all_messages_to_a_push_service_and_another_service_gets_its_own() -> None:
    async with fake_push_service() as one, fake_push_service() as other, channel() as push:
        devices = [one.subscribe(), one.subscribe(), other.subscribe()]
        for device in devices:
            assert (await push.send(device, NEWS)).state is State.SENT
        first = one.received(devices[0])[0].headers["Authorization"]
        assert one.received(devices[1])[0].headers["Authorization"] == first
        assert other.received(devices[2])[0].headers["Authorization"] != first


async def test_a_push_service_that_hangs_does_not_hold_up_the_others() -> None:
    limits = Limits(in_flight=4, in_flight_per_origin=2)
    async with fake_push_service() as slow, fake_push_service() as quick, channel(limits=limits) as push:
        held = [asyncio.create_task(push.send(slow.subscribe(Misbehaviour.HANG), NEWS)) for _ in range(10)]
        async with asyncio.timeout(5):
            await slow.next_arrival()
            await slow.next_arrival()
        try:
            async with asyncio.timeout(5):
                outcomes = await asyncio.gather(*(push.send(quick.subscribe(), NEWS) for _ in range(20)))
        finally:
            for task in held:
                task.cancel()
            await asyncio.gather(*held, return_exceptions=True)
    assert {outcome.state for outcome in outcomes} == {State.SENT}
    assert slow.most_at_once == 2
    assert quick.most_at_once <= 2
