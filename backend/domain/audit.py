"""The audit log: who wrote and who looked, in ids alone, and the chain of seals that shows every later change of it."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NOTHING_YET = bytes(32)
"""What stands in the place of a seal before the first one."""


class AuditAction(StrEnum):
    """What no event tells of: looking, coming and going. A write bears the name of its event."""

    READ_REGISTRATION = "READ_REGISTRATION"
    READ_REPORT = "READ_REPORT"
    READ_MATCH = "READ_MATCH"
    READ_DUPLICATE = "READ_DUPLICATE"
    READ_SIGHTING = "READ_SIGHTING"
    READ_RECHECK = "READ_RECHECK"
    READ_QUESTION = "READ_QUESTION"
    READ_PHOTO = "READ_PHOTO"
    READ_TAKE_DOWN = "READ_TAKE_DOWN"
    READ_AREA_ALERT = "READ_AREA_ALERT"
    READ_AUDIT = "READ_AUDIT"
    LOOK_REFUSED = "LOOK_REFUSED"
    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"


class Part(StrEnum):
    """The part of a record that was shown; of a write, the log has the names of the fields."""

    DESCRIPTION = "DESCRIPTION"
    PLACE = "PLACE"
    FOR_THOSE_NEARBY = "FOR_THOSE_NEARBY"
    MEDICAL_NOTES = "MEDICAL_NOTES"
    EVIDENCE = "EVIDENCE"
    PHOTO_LINKS = "PHOTO_LINKS"
    PIXELS = "PIXELS"
    WHO_LOOKED = "WHO_LOOKED"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did, to one record or to a page of them: ids and names of fields, never a value.

    `actor_id` and `role` are None for a stranger. `session_id` names the device: the session that it came by, or that
    began here. `action` is an AuditAction, or the kind of the event that tells of the same. `reason` is why the client
    said that it asked. `times` is how many looks were refused; `record_ids` are then some of those that were asked for,
    be they there or not.
    """

    id: str
    at: datetime
    action: str
    actor_id: str | None = None
    role: str | None = None
    session_id: str | None = None
    record_ids: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    incident_id: str | None = None
    site_id: str | None = None
    reason: str | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Entries that were sealed together, as the bytes that they were written in, with the seal of each.

    `first` is the number of its first entry, counted from 1, as blocks are. `about` is what they are found by.
    """

    number: int
    first: int
    entries: tuple[bytes, ...]
    seals: tuple[bytes, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: how many blocks and entries there are, and the last seal. Shows a tail that was cut off."""

    blocks: int = 0
    entries: int = 0
    seal: bytes = NOTHING_YET


def entry_seal(key: bytes, previous: bytes, block: int, number: int, content: bytes) -> bytes:
    """HMAC-SHA256 of an entry in its place: behind the entry that has the seal `previous`, in this block."""
    place = block.to_bytes(8, "big") + number.to_bytes(8, "big")
    return hmac.digest(key, b"entry\0" + previous + place + content, "sha256")


def waiting_seal(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA256 of an entry that has no place yet: nobody without the key can change it, or slip one in."""
    return hmac.digest(key, b"waiting\0" + content, "sha256")


def head_seal(key: bytes, head: Head) -> bytes:
    """HMAC-SHA256 of the head. Seals of entries can be read by whoever can cut the log, so that it needs its own."""
    counts = head.blocks.to_bytes(8, "big") + head.entries.to_bytes(8, "big")
    return hmac.digest(key, b"head\0" + counts + head.seal, "sha256")


def next_block(key: bytes, head: Head, contents: tuple[bytes, ...], about: tuple[str, ...]) -> tuple[Block, Head]:
    """The block that follows a head, and the head after it."""
    number, seals, previous = head.blocks + 1, [], head.seal
    for place, content in enumerate(contents, head.entries + 1):
        previous = entry_seal(key, previous, number, place, content)
        seals.append(previous)
    block = Block(number, head.entries + 1, contents, tuple(seals), about)
    return block, Head(number, head.entries + len(contents), previous)


def concerned(entry: AuditEntry) -> tuple[str, ...]:
    """The ids that an entry is found by: of every record, and of who did it."""
    return entry.record_ids if entry.actor_id is None else (*entry.record_ids, entry.actor_id)
