"""Something that somebody must be told, and each attempt to tell it: to one device, mailbox or webhook."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class AlertKind(StrEnum):
    REPORT_NEWS = "REPORT_NEWS"
    CHILD_RECHECK = "CHILD_RECHECK"
    MATCH_WAITS = "MATCH_WAITS"
    QUESTION_WAITS = "QUESTION_WAITS"
    RELEASE_WAITS = "RELEASE_WAITS"
    CHILD_MISSING_NEARBY = "CHILD_MISSING_NEARBY"
    CASE_RECOVERED = "CASE_RECOVERED"
    DIGEST = "DIGEST"


@dataclass(frozen=True, slots=True)
class Manner:
    """`urgent`: it goes through quiet hours. `first`: it goes before all that is queued, since few are told of it."""

    urgent: bool
    first: bool


MANNERS: Mapping[AlertKind, Manner] = MappingProxyType({
    # A family that has waited for days is woken; so is who stands between a child and its family at a desk.
    AlertKind.REPORT_NEWS: Manner(urgent=True, first=True),
    AlertKind.RELEASE_WAITS: Manner(urgent=True, first=True),
    # Whoever has the case now may be somebody else.
    AlertKind.CASE_RECOVERED: Manner(urgent=True, first=True),
    # The first hours count, and those nearby are many.
    AlertKind.CHILD_MISSING_NEARBY: Manner(urgent=True, first=False),
    # The child sleeps too; a match is reviewed by whoever is on duty.
    AlertKind.CHILD_RECHECK: Manner(urgent=False, first=False),
    AlertKind.MATCH_WAITS: Manner(urgent=False, first=False),
    AlertKind.QUESTION_WAITS: Manner(urgent=False, first=False),
    AlertKind.DIGEST: Manner(urgent=False, first=False),
})  # fmt: skip
"""What may wait for the morning, and what may not."""


class ChannelKind(StrEnum):
    WEB_PUSH = "WEB_PUSH"
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"


class DeliveryState(StrEnum):
    QUEUED = "QUEUED"
    SENT = "SENT"
    RETRYING = "RETRYING"
    GONE = "GONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Alert:
    """`key` is unique: what happened, so that nobody is told of it twice. `owner_id` is the family or account told.

    `match_id` is the match that it tells of, `of_confirmation` whether that was confirmed and not just likely.
    Where several are told of the same, webhooks are told by one of their alerts (`to_webhooks`).
    """

    id: str
    key: str
    kind: AlertKind
    incident_id: str
    owner_id: str
    subject_id: str
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    match_id: str | None = None
    of_confirmation: bool = False
    to_webhooks: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert to one device, mailbox or webhook, for ever one row.

    `device_id` is the id of what is told; of a mailbox, that of its owner. `lane` names the server that it goes by:
    each is worked off by itself, so that one that is down holds up no other. `answer` is that server's own word, for an
    operator.
    """

    id: str
    alert_id: str
    device_id: str
    lane: str
    state: DeliveryState
    answer: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    channel: ChannelKind = ChannelKind.WEB_PUSH


@dataclass(frozen=True, slots=True)
class Lane:
    """A server that deliveries go by: `id` is the channel and, where there are several, the server's origin."""

    id: str


@dataclass(frozen=True, slots=True)
class ParkedDeliveries:
    """Deliveries that were refused for good: so many by one server (a lane), with one answer, the first `since`."""

    channel: ChannelKind
    server: str
    reason: str
    count: int
    since: datetime
