"""The channel for Web Push as a test may use it: it may call this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp.abc import AbstractResolver

from notifications.channel import Channel
from notifications.connections import Connections, Limits
from notifications.guard import PushPolicy
from notifications.messages import Kind, Message
from notifications.vapid import VapidHeaders, read_private_key
from notifications.web_push import Subscription, WebPush
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
    async with Connections(policy, limits, resolver=resolver) as connections:
        yield WebPush(connections=connections, vapid=vapid, policy=policy, limits=limits, clock=now)


def keys_of_a_device() -> tuple[str, str]:
    """Of nobody: what is refused before it is sent needs no browser."""
    return new_key_pair().public_key, "A" * 22
