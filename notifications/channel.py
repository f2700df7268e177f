"""What every way of telling somebody has in common: a message goes in, an outcome comes out, nothing is raised."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from notifications.messages import Message


class State(StrEnum):
    """What became of one attempt, and so what the sender does next."""

    SENT = "SENT"
    """The service took it over."""
    RETRY = "RETRY"
    """Try again, after `retry_after` seconds if the service named a time."""
    GONE = "GONE"
    """The device is no longer there: forget it."""
    FAILED = "FAILED"
    """Trying again would not help: an operator should read `detail`."""
    EXPIRED = "EXPIRED"
    """Too late: the message's life is over, or will be before the service wants to hear of it again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`detail` is for an operator, bounded in length; `status` is the HTTP status if there was an answer."""

    state: State
    detail: str = ""
    retry_after: float | None = None
    status: int | None = None


Target_contra = TypeVar("Target_contra", contravariant=True)


class Channel(Protocol[Target_contra]):
    """A way to reach a target: a subscription for Web Push, anything at all for the console."""

    async def send(self, target: Target_contra, message: Message) -> Outcome:
        """Try once. A failure is an `Outcome` too."""
