"""Where a push endpoint, which is a stranger's URL, may not lead: into this network, or to a server without end."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from notifications.channel import State
from notifications.connections import Limits
from notifications.guard import KNOWN_PUSH_SERVICES, PushPolicy, is_public
from notifications.web_push import Subscription
from tests.support.certificates import certificate_of_its_own
from tests.support.push_channel import NEWS, channel, keys_of_a_device


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
        device = Subscription(endpoint.format(port=port), *keys_of_a_device())
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
        outcome = await push.send(Subscription(f"https://fcm.googleapis.com:{port}/send/1", *keys_of_a_device()), NEWS)
    assert (outcome.state, outcome.detail) == (
        State.FAILED,
        "The push endpoint leads to an address that is not public.",
    )
    assert connections == []


async def test_a_name_with_several_inner_addresses_is_refused_at_connect() -> None:
    async with channel(PushPolicy(), resolver=Liar(["127.0.0.1", "::1", "192.168.0.1"])) as push:
        outcome = await push.send(Subscription("https://fcm.googleapis.com/send/1", *keys_of_a_device()), NEWS)
    assert outcome.state is State.FAILED


async def test_a_name_that_was_public_when_it_was_looked_at_is_refused_once_it_leads_inside() -> None:
    liar = Liar(["142.250.74.106"], then=["127.0.0.1"])
    async with (
        counting_server() as (port, connections),
        channel(PushPolicy(usual_port_only=False), resolver=liar) as push,
    ):
        (looked_at,) = await liar.resolve("fcm.googleapis.com")
        assert is_public(looked_at["host"])
        outcome = await push.send(Subscription(f"https://fcm.googleapis.com:{port}/send/1", *keys_of_a_device()), NEWS)
    assert (outcome.state, connections) == (State.FAILED, [])


async def test_the_environment_s_proxy_is_not_asked_to_go_where_the_guard_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with counting_server() as (port, connections), channel(PushPolicy(), resolver=Liar(["10.0.0.1"])) as push:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        outcome = await push.send(Subscription("https://fcm.googleapis.com/send/1", *keys_of_a_device()), NEWS)
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
        outcome = await push.send(Subscription(f"http://127.0.0.1:{port}/push/1", *keys_of_a_device()), NEWS)
    server.close()
    assert outcome.state is State.RETRY
    assert sum(sent) < 10_000_000


async def test_without_the_guard_the_same_lie_would_reach_the_inner_server() -> None:
    policy = PushPolicy(allowed_hosts=KNOWN_PUSH_SERVICES, allow_private=True)
    async with counting_server() as (port, connections), channel(policy, resolver=Liar(["127.0.0.1"])) as push:
        outcome = await push.send(Subscription(f"https://fcm.googleapis.com:{port}/send/1", *keys_of_a_device()), NEWS)
    assert outcome.state is State.RETRY
    assert len(connections) == 1


async def test_a_push_service_with_a_certificate_nobody_vouches_for_gets_no_message(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_of_its_own(tmp_path))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server, channel() as push:
        port = server.sockets[0].getsockname()[1]
        outcome = await push.send(Subscription(f"https://localhost:{port}/push/1", *keys_of_a_device()), NEWS)
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
