"""Messages to browsers: Web Push (RFC 8030), encrypted for the device alone (RFC 8291)."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

import aiohttp
from aiohttp.abc import AbstractResolver
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import WebPusher
from yarl import URL

from notifications.answers import outcome_of, short
from notifications.channel import Outcome, State
from notifications.guard import AddressError, EndpointError, PushPolicy, check_endpoint, guarded_connector
from notifications.messages import Message
from notifications.vapid import VapidHeaders

POINT_BYTES = 65
AUTH_BYTES = 16
LONGEST_ANSWER = 2048
"""Bytes read of an answer; the rest is dropped with its connection."""


class SubscriptionError(ValueError):
    """A subscription's key is not one; `field` names it as browsers do, `p256dh` or `auth`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Subscription:
    """A device as its browser describes it; all three are secrets. Keys are in base64url, padded or not.

    `server_key` is the public key of ours that it subscribed with; empty for the present one.
    """

    endpoint: str
    p256dh: str
    auth: str
    server_key: str = ""

    def validate(self) -> None:
        """Raises `SubscriptionError` unless both keys can be used. The endpoint is `check_endpoint`'s."""
        point = _decode("p256dh", self.p256dh)
        try:
            if len(point) != POINT_BYTES:
                raise ValueError("Only the uncompressed form has this length.")  # noqa: TRY301 - one message for both
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            raise SubscriptionError("p256dh", "The key p256dh is not a point on the curve P-256.") from None
        if len(_decode("auth", self.auth)) != AUTH_BYTES:
            raise SubscriptionError("auth", f"The key auth must have {AUTH_BYTES} bytes.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and for how long. A push service that is down holds its own share alone."""

    in_flight: int = 200
    in_flight_per_origin: int = 50
    timeout: float = 15.0
    """Seconds for one attempt, from opening the connection to the end of the answer."""


def open_session(
    policy: PushPolicy, limits: Limits, *, resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """The pooled session that `WebPush` sends through, with the guard at its sockets; the caller closes it."""
    return aiohttp.ClientSession(
        connector=guarded_connector(policy, limit=limits.in_flight, resolver=resolver),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=limits.timeout),
        # A compressed answer stays as it is, so that a small one cannot grow.
        auto_decompress=False,
    )


class WebPush:
    """The channel to browsers. `session` comes from `open_session` with the same policy and limits."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        vapid: VapidHeaders,
        policy: PushPolicy,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._vapid = vapid
        self._policy = policy
        self._limits = limits
        self._clock = clock
        self._places = asyncio.Semaphore(limits.in_flight)
        # An origin's semaphore lives as long as somebody waits for it or holds it.
        self._places_by_origin: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, target: Subscription, message: Message) -> Outcome:
        """Try once to hand the message to the device's push service."""
        if message.ttl <= 0:
            return Outcome(State.EXPIRED, "The message's life was over before it was sent.")
        try:
            url = check_endpoint(target.endpoint, self._policy)
            target.validate()
        except (EndpointError, SubscriptionError) as refusal:
            return Outcome(State.FAILED, str(refusal))
        # The origin's own queue comes first: who waits there keeps no place from the others.
        async with self._origin_places(str(url.origin())), self._places:
            return await self._post(url, target, message)

    async def _post(self, url: URL, target: Subscription, message: Message) -> Outcome:
        headers = {
            "Authorization": self._vapid.header(str(url.origin()), target.server_key),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl),
            "Urgency": message.urgency.value,
            "Topic": message.topic,
        }
        try:
            async with self._session.post(
                url, data=_encrypt(target, message), headers=headers, allow_redirects=False
            ) as response:
                return outcome_of(
                    status=response.status,
                    retry_after=response.headers.get("Retry-After"),
                    body=await beginning(response.content),
                    ttl=message.ttl,
                    now=self._clock(),
                )
        except aiohttp.ClientConnectorError as error:
            state = State.FAILED if isinstance(error.__cause__, AddressError) else State.RETRY
            return Outcome(state, short(str(error.__cause__ or error)))
        except TimeoutError:
            return Outcome(State.RETRY, f"The push service did not answer within {self._limits.timeout:g} seconds.")
        except (aiohttp.ClientError, OSError) as error:
            return Outcome(State.RETRY, short(f"The connection to the push service broke: {error}"))

    def _origin_places(self, origin: str) -> asyncio.Semaphore:
        places = self._places_by_origin.get(origin)
        if places is None:
            places = self._places_by_origin[origin] = asyncio.Semaphore(self._limits.in_flight_per_origin)
        return places


def _encrypt(target: Subscription, message: Message) -> bytes:
    keys = {"p256dh": target.p256dh, "auth": target.auth}
    encoded = WebPusher({"endpoint": target.endpoint, "keys": keys}).encode(message.encode(), "aes128gcm")
    return bytes(encoded["body"])


async def beginning(content: aiohttp.StreamReader) -> str:
    """The first part of an answer as text."""
    body = b""
    while len(body) < LONGEST_ANSWER and (part := await content.read(LONGEST_ANSWER - len(body))):
        body += part
    return body.decode("utf-8", "replace")


def _decode(field: str, text: str) -> bytes:
    try:
        bare = text.rstrip("=")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SubscriptionError(field, f"The key {field} is not in base64url.") from None
