"""Messages to other systems: signed as Standard Webhooks (standardwebhooks.com) has it, so that libraries verify it."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import aiohttp
from yarl import URL

from notifications.answers import outcome_of, short
from notifications.channel import Outcome, State
from notifications.guard import AddressError, EndpointError, PushPolicy, check_endpoint
from notifications.messages import Message
from notifications.web_push import beginning

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
    """The channel to other systems. `session` comes from `open_session` with the same policy."""

    def __init__(self, *, session: aiohttp.ClientSession, policy: PushPolicy, clock: Callable[[], datetime]) -> None:
        self._session = session
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
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.__cause__, AddressError):
                return Outcome(State.FAILED, "The webhook leads to an address that is not public.")
            detail = short(str(error.__cause__ or error))
        except TimeoutError:
            detail = "The webhook did not answer in time."
        except (aiohttp.ClientError, OSError) as error:
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
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            outcome = outcome_of(
                status=response.status,
                retry_after=response.headers.get("Retry-After"),
                body=await beginning(response.content),
                ttl=message.ttl,
                now=self._clock(),
                who="webhook",
            )
        # A receiver says 410 to be told no more; 404 is rather an address that was mistyped.
        return replace(outcome, state=State.FAILED) if outcome.status == _NOT_FOUND else outcome
