"""A push service on the loopback that takes every message, and remembers which it took for which phone."""

import os
import socket
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True, slots=True)
class Phones:
    """`taken` counts, for each device, how often a message of each topic came. One topic shows as one notification."""

    address: str
    public_key: str
    auth_secret: str
    taken: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def subscription(self, device_id: str) -> dict[str, str]:
        """The input of `registerDevice`. All phones share a key: nothing here is read, only counted."""
        return {
            "id": device_id,
            "endpoint": f"{self.address}/{device_id}",
            "publicKey": self.public_key,
            "authSecret": self.auth_secret,
        }

    async def take(self, request: web.Request) -> web.Response:
        self.taken[request.match_info["device"]][request.headers["Topic"]] += 1
        return web.Response(status=201)


@asynccontextmanager
async def phones_online() -> AsyncIterator[Phones]:
    """The push service, on a free port for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    phones = Phones(
        address=f"http://127.0.0.1:{listener.getsockname()[1]}",
        public_key=_base64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
        auth_secret=_base64url(os.urandom(16)),
    )
    application = web.Application()
    application.router.add_post("/{device}", phones.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield phones
    finally:
        await runner.cleanup()


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
