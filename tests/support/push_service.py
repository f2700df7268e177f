"""Two push services to test against: npm's web-push-testing, and a fake that answers as it is told."""

import asyncio
import base64
import json
import os
import shutil
import socket
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import aiohttp
import http_ece  # type: ignore[import-untyped]  # the library has no types
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.web_push import Subscription
from tests.support.vapid import vapid_fault

TESTS = Path(__file__).parents[1]
START_SECONDS = 20
LARGEST_BODY = 4096


@dataclass(frozen=True)
class Client:
    """A device that subscribed at the independent service; `hash` is the service's name for it."""

    subscription: Subscription
    hash: str


@dataclass(frozen=True)
class WebPushTesting:
    """The independent service while it runs. It checks signature and expiry, not the audience, and decrypts."""

    address: str
    _session: aiohttp.ClientSession

    async def subscribe(self, application_server_key: str) -> Client:
        data = await self._ask(
            "/subscribe", {"userVisibleOnly": "true", "applicationServerKey": application_server_key}
        )
        keys = data["keys"]
        return Client(Subscription(data["endpoint"], keys["p256dh"], keys["auth"]), data["clientHash"])

    async def messages(self, client: Client) -> list[str]:
        """What the device got, decrypted, oldest first."""
        data = await self._ask("/get-notifications", {"clientHash": client.hash})
        return [str(message) for message in data["messages"]]

    async def expire(self, client: Client) -> None:
        """From now on the service answers 410 for this device."""
        async with self._session.post(f"{self.address}/expire-subscription/{client.hash}") as response:
            response.raise_for_status()

    async def _ask(self, path: str, question: dict[str, str]) -> dict[str, Any]:
        async with self._session.post(self.address + path, json=question) as response:
            answer = await response.json()
        if response.status != 200:
            raise RuntimeError(f"web-push-testing answered {response.status}: {answer}")
        data: dict[str, Any] = answer["data"]
        return data


@asynccontextmanager
async def web_push_testing() -> AsyncIterator[WebPushTesting]:
    """Starts the independent service on the loopback and stops it; raises `RuntimeError` if it cannot run."""
    with tempfile.TemporaryFile() as complaints:
        process = await _start(complaints.fileno())
        try:
            address = await _address(process)
            if not address:
                complaints.seek(0)
                raise RuntimeError(f"web-push-testing did not start: {complaints.read().decode(errors='replace')}")
            async with aiohttp.ClientSession() as session:
                yield WebPushTesting(address, session)
        finally:
            await _stop(process)


def missing_programs() -> str | None:
    """What keeps the independent service from running, and what to do about it; None if nothing does."""
    if shutil.which("node") is None:
        return "Node.js is missing: install version 20 or later, then run `make test`."
    if not (TESTS / "node_modules" / "web-push-testing").is_dir():
        return "The tests' npm packages are missing: run `make test`, or `npm ci` in the folder tests."
    return None


async def _start(complaints: int) -> Process:
    missing = missing_programs()
    if missing is not None:
        raise RuntimeError(missing)
    program = TESTS / "support" / "web_push_service" / "serve.js"
    return await asyncio.create_subprocess_exec("node", str(program), stdin=PIPE, stdout=PIPE, stderr=complaints)


async def _address(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        return (await process.stdout.readline()).decode().strip()


async def _stop(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(START_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


class Misbehaviour(Enum):
    """Ways of not giving a proper answer: none at all, a broken connection, and a body (status 400) without an end."""

    HANG = "HANG"
    RESET = "RESET"
    ENDLESS = "ENDLESS"


@dataclass(frozen=True)
class Answer:
    """What the fake says to a request that it found in order."""

    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    late: float = 0.0
    """Seconds until it is said."""


@dataclass(frozen=True)
class Received:
    """One request as it came in, whatever was answered."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class _Device:
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    answer: Answer | Misbehaviour
    received: list[Received] = field(default_factory=list)


class FakePushService:
    """A push service on the loopback that holds senders to RFC 8030 and 8292 and then answers what the test says.

    `origin` is what it believes its own address to be, and so the only audience it accepts.
    """

    def __init__(self, address: str, origin: str | None = None) -> None:
        self.address = address
        self.origin = origin or address
        self.most_at_once = 0
        self._at_once = 0
        self._devices: dict[str, _Device] = {}
        self._closing = asyncio.Event()
        self._arrivals: asyncio.Queue[Received] = asyncio.Queue()

    def subscribe(self, answer: Answer | Misbehaviour | None = None) -> Subscription:
        """A new device with keys of its own, for which the fake gives this answer (else 201)."""
        key = ec.generate_private_key(ec.SECP256R1())
        auth = os.urandom(16)
        path = f"/push/{base64.urlsafe_b64encode(os.urandom(12)).decode()}"
        self._devices[path] = _Device(key, auth, answer or Answer())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(self.address + path, _base64url(point), _base64url(auth))

    def answer(self, subscription: Subscription, answer: Answer | Misbehaviour) -> None:
        """From now on, say this for the device."""
        self._device(subscription).answer = answer

    def received(self, subscription: Subscription) -> list[Received]:
        """The requests for the device, oldest first."""
        return self._device(subscription).received

    def messages(self, subscription: Subscription) -> list[str]:
        """What the device got, decrypted with its own keys, oldest first."""
        device = self._device(subscription)
        return [
            bytes(http_ece.decrypt(request.body, private_key=device.key, auth_secret=device.auth)).decode()
            for request in device.received
        ]

    async def next_arrival(self) -> Received:
        """Waits until a request arrives, answered or not."""
        return await self._arrivals.get()

    def close(self) -> None:
        """Lets go of the requests that hang."""
        self._closing.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._respond(request)
        finally:
            self._at_once -= 1

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        device = self._devices.get(request.path)
        if device is None:
            return web.Response(status=404, text="There is no such device.")
        received = Received(request.path, dict(request.headers), await request.read())
        device.received.append(received)
        self._arrivals.put_nowait(received)
        fault = _header_fault(received)
        if fault is not None:
            return web.Response(status=400, text=fault)
        refusal = vapid_fault(received.headers.get("Authorization", ""), self.origin)
        if refusal is not None:
            return web.Response(status=403, text=refusal)
        answer = device.answer
        if isinstance(answer, Answer):
            await asyncio.sleep(answer.late)
            return web.Response(status=answer.status, headers=answer.headers, text=answer.body)
        if answer is Misbehaviour.ENDLESS:
            return await _babble(request)
        if answer is Misbehaviour.RESET:
            assert request.transport is not None
            request.transport.abort()
        else:
            await self._closing.wait()
        return web.Response(status=503)

    def _device(self, subscription: Subscription) -> _Device:
        return self._devices[subscription.endpoint.removeprefix(self.address)]


@asynccontextmanager
async def fake_push_service(origin: str | None = None) -> AsyncIterator[FakePushService]:
    """A fake on a free port of the loopback, for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    fake = FakePushService(f"http://127.0.0.1:{listener.getsockname()[1]}", origin)
    application = web.Application()
    application.router.add_post("/{path:.*}", fake.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield fake
    finally:
        fake.close()
        await runner.cleanup()


async def _babble(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=400)
    await response.prepare(request)
    with suppress(ConnectionError):
        while True:
            await response.write(b"babble\n" * 1000)
    return response


def _header_fault(received: Received) -> str | None:
    headers = received.headers
    if not headers.get("TTL", "").isdecimal():
        return "The TTL header is missing."
    if headers.get("Content-Encoding") != "aes128gcm":
        return "The content is not aes128gcm."
    if len(headers.get("Topic", "")) > 32:
        return "The topic is longer than 32 characters."
    if len(received.body) > LARGEST_BODY:
        return "The body is larger than 4096 bytes."
    return None


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(message: str) -> dict[str, Any]:
    """A decrypted message as the service worker would read it."""
    content: dict[str, Any] = json.loads(message)
    return content
