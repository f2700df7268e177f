"""Web Push against an independent push service, and against a fake that gives every answer there is."""

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from notifications.channel import Channel, State
from notifications.guard import KNOWN_PUSH_SERVICES, PushPolicy, is_public
from notifications.messages import Kind, Message, Urgency
from notifications.vapid import VapidHeaders, public_key_of, read_private_key
from notifications.web_push import Limits, Subscription, WebPush, open_session
from tests.support import push_service
from tests.support.push_service import (
    Answer,
    FakePushService,
    Misbehaviour,
    WebPushTesting,
    fake_push_service,
    web_push_testing,
)
from tests.support.vapid import new_key_pair

LOOPBACK = PushPolicy(allowed_hosts=("127.0.0.1", "localhost"), allow_private=True)
KEY = read_private_key(new_key_pair().private_pem)
REPORT = "0197c0de-0000-7000-8000-000000000001"
NEWS = Message(Kind.REPORT_NEWS, REPORT, "es")


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def channel(
    policy: PushPolicy = LOOPBACK, *, limits: Limits | None = None, resolver: AbstractResolver | None = None
) -> AsyncIterator[Channel[Subscription]]:
    limits = limits or Limits()
    vapid = VapidHeaders(KEY, "mailto:operator@example.org", now)
    async with open_session(policy, limits, resolver=resolver) as session:
        yield WebPush(session=session, vapid=vapid, policy=policy, limits=limits, clock=now)


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


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:{port}/push/1",
        "https://127.0.0.1:{port}/push/1",
        "https://localhost:{port}/push/1",
        "https://10.0.0.1/push/1",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]:{port}/push/1",
        "https://example.org/push/1",
    ],
)
async def test_by_default_a_stranger_s_endpoint_is_refused_before_any_connection(endpoint: str) -> None:
    async with counting_server() as (port, connections):
        device = Subscription(endpoint.format(port=port), *_keys())
        async with channel(PushPolicy()) as push:
            outcome = await push.send(device, NEWS)
    assert outcome.state is State.FAILED
    assert connections == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1"])
async def test_a_known_name_that_resolves_to_an_inner_address_is_refused_at_connect(address: str) -> None:
    async with (
        counting_server() as (port, connections),
        channel(PushPolicy(usual_port_only=False), resolver=Liar([address])) as push,
    ):
        outcome = await push.send(Subscription(f"https://fcm.googleapis.com:{port}/send/1", *_keys()), NEWS)
    assert (outcome.state, outcome.detail) == (
        State.FAILED,
        "The push endpoint leads to an address that is not public.",
    )
    assert connections == []


async def test_a_name_with_several_inner_addresses_is_refused_at_connect() -> None:
    async with channel(PushPolicy(), resolver=Liar(["127.0.0.1", "::1", "192.168.0.1"])) as push:
        outcome = await push.send(Subscription("https://fcm.googleapis.com/send/1", *_keys()), NEWS)
    assert outcome.state is State.FAILED


async def test_a_name_that_was_public_when_it_was_looked_at_is_refused_once_it_leads_inside() -> None:
    liar = Liar(["142.250.74.106"], then=["127.0.0.1"])
    async with (
        counting_server() as (port, connections),
        channel(PushPolicy(usual_port_only=False), resolver=liar) as push,
    ):
        (looked_at,) = await liar.resolve("fcm.googleapis.com")
        assert is_public(looked_at["host"])
        outcome = await push.send(Subscription(f"https://fcm.googleapis.com:{port}/send/1", *_keys()), NEWS)
    assert (outcome.state, connections) == (State.FAILED, [])


async def test_the_environment_s_proxy_is_not_asked_to_go_where_the_guard_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with counting_server() as (port, connections), channel(PushPolicy(), resolver=Liar(["10.0.0.1"])) as push:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        outcome = await push.send(Subscription("https://fcm.googleapis.com/send/1", *_keys()), NEWS)
    assert (outcome.state, connections) == (State.FAILED, [])


@pytest.mark.parametrize(
    ("began", "piece", "pause"),
    [
        (b"HTTP/1.1 201 Created\r\n", b"x: " + b"y" * 4_000 + b"\r\n", 0.0),
        (b"HTTP/1.1 201 Created\r\nx: ", b"y", 0.01),
        (b"HTTP/1.1 ", b"1", 0.01),
    ],
    ids=["headers without end", "a header that drips", "a status that drips"],
)
async def test_what_never_comes_to_an_end_before_the_answer_s_body_is_given_up(
    began: bytes, piece: bytes, pause: float
) -> None:
    sent: list[int] = []

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(began)
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(piece)
                sent.append(len(piece))
                await writer.drain()
                await asyncio.sleep(pause)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with channel(limits=Limits(timeout=0.5)) as push:
        port = server.sockets[0].getsockname()[1]
        outcome = await push.send(Subscription(f"http://127.0.0.1:{port}/push/1", *_keys()), NEWS)
    server.close()
    assert outcome.state is State.RETRY
    assert sum(sent) < 10_000_000


async def test_without_the_guard_the_same_lie_would_reach_the_inner_server() -> None:
    policy = PushPolicy(allowed_hosts=KNOWN_PUSH_SERVICES, allow_private=True)
    async with counting_server() as (port, connections), channel(policy, resolver=Liar(["127.0.0.1"])) as push:
        outcome = await push.send(Subscription(f"https://fcm.googleapis.com:{port}/send/1", *_keys()), NEWS)
    assert outcome.state is State.RETRY
    assert len(connections) == 1


async def test_a_push_service_with_a_certificate_nobody_vouches_for_gets_no_message(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_of_its_own(tmp_path))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server, channel() as push:
        port = server.sockets[0].getsockname()[1]
        outcome = await push.send(Subscription(f"https://localhost:{port}/push/1", *_keys()), NEWS)
    assert outcome.state is State.RETRY
    assert "certificate" in outcome.detail


class Liar(AbstractResolver):
    """A name server under a stranger's control; after its first answer it may give another one."""

    def __init__(self, addresses: list[str], then: list[str] | None = None) -> None:
        self._addresses = addresses
        self._then = addresses if then is None else then

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        addresses, self._addresses = self._addresses, self._then
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def counting_server() -> AsyncIterator[tuple[int, list[str]]]:
    """A server on the loopback that notes each connection made to it and hangs up."""
    connections: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)

    async def accept() -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, address = await loop.sock_accept(listener)
            connections.append(str(address))
            connection.close()

    task = asyncio.create_task(accept())
    try:
        yield listener.getsockname()[1], connections
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        listener.close()


def certificate_of_its_own(folder: Path) -> Path:
    """A file with a key and a certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    return path


def _keys() -> tuple[str, str]:
    return new_key_pair().public_key, "A" * 22
