"""What is sent: a kind, an opaque id and a language. The type has no room for anything about a person."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

LONGEST_TTL = 28 * 24 * 3600
"""Seconds. Firebase Cloud Messaging refuses more than four weeks; the other push services take at least as much."""

PAYLOAD_BYTES = 128
"""Every payload has this length, so that the length tells a push service nothing about the kind or the language."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4}){0,2}")


class Kind(StrEnum):
    """What happened; the catalogue has a text for each, and the longest name must fit the payload."""

    REPORT_NEWS = "REPORT_NEWS"
    CHILD_RECHECK = "CHILD_RECHECK"
    MATCH_WAITS = "MATCH_WAITS"
    QUESTION_WAITS = "QUESTION_WAITS"
    RELEASE_WAITS = "RELEASE_WAITS"
    CHILD_MISSING_NEARBY = "CHILD_MISSING_NEARBY"
    CASE_RECOVERED = "CASE_RECOVERED"
    DIGEST = "DIGEST"


class Urgency(StrEnum):
    """How much a phone may save its battery before it shows the message (RFC 8030, section 5.3)."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class MessageError(ValueError):
    """The message holds something that must not or cannot be sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one device, which fetches the rest after sign-in.

    `kind` is one of `Kind`; `id` is a UUID in its usual form; `language` is a BCP 47 tag such as `es` or `pt-BR`;
    `ttl` is what is left of the message's life in seconds, and with nothing left it is not sent at all.
    Raises `MessageError` for anything else: a name or a place does not fit in here.
    """

    kind: str
    id: str
    language: str
    urgency: Urgency = Urgency.HIGH
    ttl: int = 24 * 3600

    def __post_init__(self) -> None:
        if self.kind not in set(Kind):
            raise MessageError("The kind of a message must be one that the catalogue has a text for.")
        if not _is_uuid(self.id):
            raise MessageError("The id of a message must be a UUID.")
        if not _LANGUAGE.fullmatch(self.language):
            raise MessageError("The language of a message must be a BCP 47 tag, such as 'es' or 'pt-BR'.")
        if self.ttl > LONGEST_TTL:
            raise MessageError("A message may wait for 28 days at most.")

    @property
    def topic(self) -> str:
        """The same for each message of this kind about this id, so that a newer one replaces an older.

        32 characters of the URL-safe base64 alphabet, the most that RFC 8030, section 5.4, allows.
        """
        digest = hashlib.sha256(f"{self.kind} {self.id}".encode()).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode("ascii")

    def encode(self) -> bytes:
        """JSON with `kind`, `id` and `language`, followed by blanks up to `PAYLOAD_BYTES`."""
        content = {"kind": self.kind, "id": self.id, "language": self.language}
        return json.dumps(content, separators=(",", ":")).encode("ascii").ljust(PAYLOAD_BYTES)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
