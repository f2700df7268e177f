"""Messages to other systems: signed as Standard Webhooks (standardwebhooks.com) has it, so that libraries verify it."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from yarl import URL

from notifications.answers import outcome_of, short
from notifications.channel import Outcome, State
from notifications.connections import BrokenConnectionError, Connections
from notifications.guard import AddressError, EndpointError, PushPolicy, check_endpoint
from notifications.messages import Message

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a webhook leads, and the secret that its receiver knows. `key` is the same each time the same is sent."""

    url: str
    secret: bytes
    key: str


def signature(secret: bytes, key: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of id, time and body: nobody without the secret can make one, or move it to another time."""
    digest = hmac.digest(secret, f"{key}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


class Webhook:
    """The channel to other systems. `connections` are of the same policy."""

    def __init__(self, *, connections: Connections, policy: PushPolicy, clock: Callable[[], datetime]) -> None:
        self._connections = connections
        self._policy = policy
        self._clock = clock

    async def send(self, target: Hook, message: Message) -> Outcome:
        """Try once to hand the message over. Kind, id and time, and nothing of a person."""
        if message.ttl <= 0:
            return Outcome(State.EXPIRED, "The message's life was over before it was sent.")
        try:
            url = check_endpoint(target.url, self._policy)
        except EndpointError:
            return Outcome(State.FAILED, "The webhook's address may not be called.")
        try:
            return await self._post(url, target, message)
        except AddressError:
            return Outcome(State.FAILED, "The webhook leads to an address that is not public.")
        except TimeoutError:
            detail = "The webhook did not answer in time."
        except BrokenConnectionError as error:
            detail = short(f"The connection to the webhook broke: {error}")
        return Outcome(State.RETRY, detail)

    async def _post(self, url: URL, target: Hook, message: Message) -> Outcome:
        now = self._clock()
        timestamp = int(now.timestamp())
        content = {"type": message.kind, "timestamp": now.isoformat(), "data": {"id": message.id}}
        body = json.dumps(content, separators=(",", ":")).encode("ascii")
        headers = {
            "Content-Type": "application/json",
            "webhook-id": target.key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(target.secret, target.key, timestamp, body),
        }
        answer = await self._connections.post(url, headers, body)
        outcome = outcome_of(answer, ttl=message.ttl, now=self._clock(), who="webhook")
        # A receiver says 410 to be told no more; 404 is rather an address that was mistyped.
        return replace(outcome, state=State.FAILED) if outcome.status == _NOT_FOUND else outcome
