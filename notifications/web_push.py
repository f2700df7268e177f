"""Messages to browsers: Web Push (RFC 8030), encrypted for the device alone (RFC 8291)."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from yarl import URL

from notifications.answers import outcome_of, short
from notifications.channel import Outcome, State
from notifications.connections import BrokenConnectionError, Connections, Limits
from notifications.encryption import AUTH_BYTES, POINT_BYTES, DeviceKeys, encrypt
from notifications.guard import AddressError, EndpointError, PushPolicy, check_endpoint
from notifications.messages import Message
from notifications.vapid import VapidHeaders


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

    def keys(self) -> DeviceKeys:
        """Raises `SubscriptionError` unless both keys can be used. The endpoint is `check_endpoint`'s."""
        point, auth = _decode("p256dh", self.p256dh), _decode("auth", self.auth)
        if len(auth) != AUTH_BYTES:
            raise SubscriptionError("auth", f"The key auth must have {AUTH_BYTES} bytes.")
        try:
            if len(point) != POINT_BYTES:
                raise ValueError("Only the uncompressed form has this length.")  # noqa: TRY301 - one message for both
            return DeviceKeys.of(point, auth)
        except ValueError:
            raise SubscriptionError("p256dh", "The key p256dh is not a point on the curve P-256.") from None


class WebPush:
    """The channel to browsers. `connections` are of the same policy and limits."""

    def __init__(
        self,
        *,
        connections: Connections,
        vapid: VapidHeaders,
        policy: PushPolicy,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._connections = connections
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
            keys = target.keys()
        except (EndpointError, SubscriptionError) as refusal:
            return Outcome(State.FAILED, str(refusal))
        # The origin's own queue comes first: who waits there keeps no place from the others.
        async with self._origin_places(str(url.origin())), self._places:
            return await self._post(url, keys, target.server_key, message)

    async def _post(self, url: URL, keys: DeviceKeys, server_key: str, message: Message) -> Outcome:
        headers = {
            "Authorization": self._vapid.header(str(url.origin()), server_key),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl),
            "Urgency": message.urgency.value,
            "Topic": message.topic,
        }
        try:
            answer = await self._connections.post(url, headers, encrypt(message.encode(), keys))
        except AddressError as error:
            return Outcome(State.FAILED, str(error))
        except TimeoutError:
            return Outcome(State.RETRY, f"The push service did not answer within {self._limits.timeout:g} seconds.")
        except BrokenConnectionError as error:
            return Outcome(State.RETRY, short(f"The connection to the push service broke: {error}"))
        return outcome_of(answer, ttl=message.ttl, now=self._clock())

    def _origin_places(self, origin: str) -> asyncio.Semaphore:
        places = self._places_by_origin.get(origin)
        if places is None:
            places = self._places_by_origin[origin] = asyncio.Semaphore(self._limits.in_flight_per_origin)
        return places


def _decode(field: str, text: str) -> bytes:
    try:
        bare = text.rstrip("=")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SubscriptionError(field, f"The key {field} is not in base64url.") from None
