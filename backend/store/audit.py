"""The audit log as it is kept: entries that wait for their seal, blocks of sealed ones, and the head of the chain.

An entry is kept as the very bytes that were sealed, so that fields of a later release change nothing. Blocks are added
and never changed. A thousand entries are read as four documents, which makes a million of them a matter of seconds.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from pymongo.errors import DuplicateKeyError

from backend.domain.audit import AuditEntry, Block, Head, concerned
from backend.store.codec import Document
from backend.store.database import Store
from backend.store.records import Session

WAITING, BLOCKS, HEAD = "auditWaiting", "auditBlocks", "auditHead"
BLOCKS_A_PAGE = 200
_THE_HEAD = "head"
_HEAD_FIELDS = ("blocks", "entries", "last", "seal")
_BLOCK_FIELDS = ("_id", "first", "entries", "seals", "about")


class SealedElsewhereError(Exception):
    """Another sealer was faster: nothing of this was kept."""


class MalformedError(Exception):
    """A document of the log is not of the form that it was written in."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that waits for its place: its bytes, and the seal that it was written with."""

    id: str
    content: bytes
    seal: bytes


def content_of(entry: AuditEntry) -> bytes:
    """The bytes of an entry, which are what is sealed: JSON, so that they can be read without this program."""
    return msgspec.json.encode(entry)


def entry_of(content: bytes) -> AuditEntry:
    """The entry of these bytes; fields that this release does not know are passed over.

    Raises: MalformedError.
    """
    try:
        return _decoder().decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(str(error)) from error


@cache
def _decoder() -> "msgspec.json.Decoder[AuditEntry]":
    return msgspec.json.Decoder(AuditEntry)


def found_by(contents: Iterable[bytes]) -> tuple[str, ...]:
    """The ids that a block of these entries is found by, in order. Raises MalformedError."""
    return tuple(sorted({one for content in contents for one in concerned(entry_of(content))}))


async def add_waiting(store: Store, entries: Sequence[Waiting], session: Session | None = None) -> None:
    """Write entries, in the transaction of what they tell of where there is one."""
    documents = [{"_id": one.id, "entry": one.content, "seal": one.seal} for one in entries]
    collection = store.database[WAITING]
    if len(documents) == 1:
        await collection.insert_one(documents[0], session=session)
    elif documents:
        await collection.insert_many(documents, session=session)


async def waiting_entries(store: Store, after: str = "", limit: int = 0) -> AsyncIterator[Waiting]:
    """Entries that have no place yet, oldest id first; at most `limit` where it is not 0.

    What is not of the form of an entry comes with an empty seal, which is nobody's.
    """
    async for found in store.database[WAITING].find({"_id": {"$gt": after}}).sort("_id", 1).limit(limit):
        content, seal = found.get("entry"), found.get("seal")
        if type(content) is bytes and type(seal) is bytes and len(found) == len(("_id", "entry", "seal")):
            yield Waiting(found["_id"], content, seal)
        else:
            yield Waiting(found["_id"], b"", b"")


async def read_head(store: Store) -> tuple[Head, bytes] | None:
    """The head with the seal on it, or None where there is none.

    Raises: MalformedError.
    """
    found = await store.database[HEAD].find_one({"_id": _THE_HEAD})
    if found is None:
        return None
    values: list[Any] = [found.get(name) for name in _HEAD_FIELDS]
    blocks, entries, last, seal = values
    sound = _is_count(blocks) and _is_count(entries) and _all_of([last, seal], bytes)
    if not sound or len(found) != len(("_id", *_HEAD_FIELDS)):
        raise MalformedError(HEAD)
    return Head(blocks, entries, last), seal


async def begin(store: Store, head: Head, seal: bytes) -> None:
    """Write the first head; where another did, that one stands."""
    with suppress(DuplicateKeyError):
        await store.database[HEAD].insert_one({"_id": _THE_HEAD, **_head_fields(head, seal)})


async def insert_block(store: Store, block: Block) -> None:
    """Add a block to the chain: from then on its entries have their places.

    Raises: SealedElsewhereError where another has this number.
    """
    document = {
        "_id": block.number,
        "first": block.first,
        "entries": list(block.entries),
        "seals": list(block.seals),
        "about": list(block.about),
    }
    try:
        await store.database[BLOCKS].insert_one(document)
    except DuplicateKeyError as error:
        raise SealedElsewhereError from error


async def remove_waiting(store: Store, entry_ids: Sequence[str]) -> None:
    await store.database[WAITING].delete_many({"_id": {"$in": list(entry_ids)}})


async def move_head(store: Store, head: Head, seal: bytes) -> None:
    """Let the head follow by one block, unless somebody has done so already."""
    wanted = {"_id": _THE_HEAD, "blocks": head.blocks - 1}
    await store.database[HEAD].update_one(wanted, {"$set": _head_fields(head, seal)})


async def read_blocks(store: Store, first: int, last: int) -> AsyncIterator[Block]:
    """Blocks by number, in order, from the first to the last; those that are missing are passed over.

    Raises: MalformedError, with the number of the block.
    """
    for begin_at in range(first, last + 1, BLOCKS_A_PAGE):
        # Both ends are named: the embedded database reads all that fit before it sorts them.
        wanted = {"$gte": begin_at, "$lt": min(begin_at + BLOCKS_A_PAGE, last + 1)}
        async for document in store.database[BLOCKS].find({"_id": wanted}).sort("_id", 1):
            yield _block_of(document)


async def read_block(store: Store, number: int) -> Block | None:
    """The block of this number. Raises MalformedError."""
    found = await store.database[BLOCKS].find_one({"_id": number})
    return None if found is None else _block_of(found)


async def blocks_about(store: Store, one_id: str) -> AsyncIterator[Block]:
    """The blocks in which an id is named, in no order. Raises MalformedError."""
    async for document in store.database[BLOCKS].find({"about": one_id}):
        yield _block_of(document)


async def count_blocks(store: Store) -> int:
    return int(await store.database[BLOCKS].count_documents({}))


async def count_heads(store: Store) -> int:
    return int(await store.database[HEAD].count_documents({}))


async def anything_happened(store: Store) -> bool:
    """Whether there is an event: then there must be entries, since whoever made it came in by an invite."""
    return await store.events.collection.find_one({}, {"_id": 1}) is not None


def _head_fields(head: Head, seal: bytes) -> Document:
    return {"blocks": head.blocks, "entries": head.entries, "last": head.seal, "seal": seal}


def _block_of(document: Document) -> Block:
    number, first, entries, seals, about = (document.get(name) for name in _BLOCK_FIELDS)
    # bytes of another kind (a UUID, a user-defined binary) are not those that were written.
    sound = (
        len(document) == len(_BLOCK_FIELDS)
        and _is_count(number)
        and _is_count(first)
        and _all_of(entries, bytes)
        and _all_of(seals, bytes)
        and _all_of(about, str)
    )
    if not sound:
        raise MalformedError(str(number))
    return Block(document["_id"], document["first"], *(tuple(document[name]) for name in _BLOCK_FIELDS[2:]))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and type(value) is not bool and value >= 0


def _all_of(values: Any, kind: type) -> bool:
    return type(values) is list and all(type(value) is kind for value in values)
