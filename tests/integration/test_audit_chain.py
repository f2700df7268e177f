"""The chain of the audit log: sealed by many at once and killed, and whatever is done to it afterwards is found."""

import asyncio
import copy
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.account import Role, Viewer
from backend.domain.audit import AuditAction, Head, Part, head_seal, waiting_seal
from backend.services import sealing
from backend.services.audit import Named, entries_about, saw
from backend.services.collaborators import Collaborators
from backend.services.sealing import SOON, BrokenHeadError, Noted, Verdict, seal_waiting, verify
from backend.store.audit import BLOCKS, HEAD, WAITING
from backend.worker import Worker, running_worker
from tests.support.house import running_house
from tests.support.sealing import with_key
from tests.support.sending import silent_sender

VIEWER = Viewer("a", Role.OFFICER, "", frozenset(), frozenset(), None, "s")
NO_LOG = "There is no log: it was removed, or no worker has run since this release was installed."
STORED = {
    BLOCKS: {"_id", "first", "entries", "seals", "about"},
    HEAD: {"_id", "blocks", "entries", "last", "seal"},
    WAITING: {"_id", "entry", "seal"},
}
"""Every field of what is stored."""
Raw = dict[str, list[dict[str, Any]]]


@pytest.fixture
async def use(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[Collaborators]:
    """A house without a worker: nothing is sealed but by the test."""
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        yield house.use


async def look(use: Collaborators, count: int = 1) -> None:
    for number in range(count):
        await saw(use, VIEWER, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, [Named(f"r{number}", "i")])


async def a_chain(use: Collaborators) -> None:
    """Three blocks of two entries, and one entry that waits."""
    for _ in range(3):
        await look(use, 2)
        await seal_waiting(use)
    await look(use)


async def raw(use: Collaborators) -> Raw:
    database = use.store.database
    return {name: [one async for one in database[name].find().sort("_id", 1)] for name in (BLOCKS, HEAD, WAITING)}


async def put(use: Collaborators, kept: Raw) -> None:
    """Make the log what somebody with the database's password would make of it."""
    for name, documents in kept.items():
        await use.store.database[name].delete_many({})
        if documents:
            await use.store.database[name].insert_many(copy.deepcopy(documents))


async def sound(use: Collaborators) -> Verdict:
    verdict = await verify(use)
    assert verdict.broken is None, verdict.broken
    return verdict


async def test_what_was_sealed_is_whole(use: Collaborators) -> None:
    await a_chain(use)
    verdict = await sound(use)
    assert (verdict.head.blocks, verdict.head.entries, verdict.waiting, verdict.late) == (3, 6, 1, 0)
    again = await sound(use)
    assert again == verdict


async def test_progress_is_told_up_to_the_last_entry(use: Collaborators) -> None:
    await a_chain(use)
    told: list[tuple[int, int]] = []
    await verify(use, told=lambda done, total: told.append((done, total)))
    assert told == [(2, 6), (4, 6), (6, 6)]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a document."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def flipped(value: Any) -> Iterator[Any]:
    """The value with one bit of one byte another, for each of its bytes."""
    if isinstance(value, int):
        yield value ^ 1
    elif isinstance(value, str):
        for at in range(len(value)):
            yield value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    else:
        for at in range(len(value)):
            yield value[:at] + bytes([value[at] ^ (1 << at % 8)]) + value[at + 1 :]


def changed(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    result = copy.deepcopy(document)
    inner: Any = result
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return result


@pytest.mark.parametrize("name", [BLOCKS, HEAD, WAITING])
async def test_one_flipped_byte_anywhere_is_found(use: Collaborators, name: str) -> None:
    await look(use)
    await seal_waiting(use)
    await look(use)
    collection = use.store.database[name]
    (document,) = (await raw(use))[name]
    tried = 0
    assert {path[0] for path in leaves(document)} == STORED[name]
    for path in leaves(document):
        for value in flipped(_at(document, path)):
            await collection.delete_one({"_id": document["_id"]})
            other = changed(document, path, value)
            await collection.insert_one(other)
            assert (await verify(use)).broken is not None, (path, value)
            await collection.delete_one({"_id": other["_id"]})
            await collection.insert_one(document)
            tried += 1
    assert tried >= 70
    await sound(use)


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def without_a_block(kept: Raw) -> None:
    del kept[BLOCKS][1]


def without_the_last_block(kept: Raw) -> None:
    kept[BLOCKS].pop()


def without_all_blocks(kept: Raw) -> None:
    kept[BLOCKS].clear()


def without_the_head(kept: Raw) -> None:
    kept[HEAD].clear()


def without_the_last_entry(kept: Raw) -> None:
    for name in ("entries", "seals"):
        kept[BLOCKS][2][name].pop()


def with_a_head_that_fits_the_cut(kept: Raw) -> None:
    kept[BLOCKS].pop()
    kept[HEAD][0] |= {"blocks": 2, "entries": 4, "last": kept[BLOCKS][1]["seals"][1]}


def with_two_blocks_swapped(kept: Raw) -> None:
    one, other = kept[BLOCKS][0], kept[BLOCKS][1]
    one["_id"], other["_id"] = other["_id"], one["_id"]


def with_two_blocks_swapped_and_renumbered(kept: Raw) -> None:
    with_two_blocks_swapped(kept)
    one, other = kept[BLOCKS][0], kept[BLOCKS][1]
    one["first"], other["first"] = other["first"], one["first"]


def with_two_entries_swapped(kept: Raw) -> None:
    kept[BLOCKS][1]["entries"].reverse()


def with_two_entries_and_their_seals_swapped(kept: Raw) -> None:
    for name in ("entries", "seals"):
        kept[BLOCKS][1][name].reverse()


def with_an_entry_twice(kept: Raw) -> None:
    for name in ("entries", "seals"):
        kept[BLOCKS][2][name].append(kept[BLOCKS][2][name][1])


def with_a_block_behind_the_last(kept: Raw) -> None:
    kept[BLOCKS].append({**kept[BLOCKS][2], "_id": 4, "first": 7})


def with_a_block_that_is_never_counted(kept: Raw) -> None:
    kept[BLOCKS].append({**kept[BLOCKS][2], "_id": "3"})


def with_a_second_head(kept: Raw) -> None:
    kept[HEAD].append({**kept[HEAD][0], "_id": "other"})


def with_a_block_hidden_from_who_asks(kept: Raw) -> None:
    kept[BLOCKS][1]["about"] = ["a", "r1"]


def with_a_field_more(kept: Raw) -> None:
    kept[BLOCKS][1]["note"] = "x"


def with_an_entry_slipped_in(kept: Raw) -> None:
    content = kept[WAITING][0]["entry"]
    kept[WAITING].append({"_id": "forged", "entry": content, "seal": waiting_seal(b"a guess", content)})


def with_a_waiting_entry_twice(kept: Raw) -> None:
    kept[WAITING].append({**kept[WAITING][0], "_id": "again"})


def with_nothing_left(kept: Raw) -> None:
    for documents in kept.values():
        documents.clear()


TAMPERING = [
    without_a_block,
    without_the_last_block,
    without_all_blocks,
    without_the_head,
    without_the_last_entry,
    with_a_head_that_fits_the_cut,
    with_two_blocks_swapped,
    with_two_blocks_swapped_and_renumbered,
    with_two_entries_swapped,
    with_two_entries_and_their_seals_swapped,
    with_an_entry_twice,
    with_a_block_behind_the_last,
    with_a_block_that_is_never_counted,
    with_a_second_head,
    with_a_block_hidden_from_who_asks,
    with_a_field_more,
    with_an_entry_slipped_in,
    with_a_waiting_entry_twice,
    with_nothing_left,
]


@pytest.mark.usefixtures("something_happened")
async def test_cutting_inserting_and_reordering_are_found(use: Collaborators) -> None:
    await a_chain(use)
    kept = await raw(use)
    for tampering in TAMPERING:
        other = copy.deepcopy(kept)
        tampering(other)
        await put(use, other)
        broken = (await verify(use)).broken
        assert broken is not None, tampering.__name__
        assert broken.endswith("."), tampering.__name__
    await put(use, kept)
    await sound(use)


@pytest.fixture
async def something_happened(use: Collaborators) -> None:
    """An event, so that there must be a log."""
    await use.store.events.collection.insert_one({"_id": "1", "kind": "SITE_ADDED"})


async def test_a_whole_log_that_is_put_back_to_an_earlier_day_is_found_by_what_was_noted(use: Collaborators) -> None:
    await look(use)
    await seal_waiting(use)
    earlier = await raw(use)
    await look(use, 3)
    await seal_waiting(use)
    head = (await sound(use)).head
    noted = Noted(head.entries, head.seal.hex())
    assert (await verify(use, noted)).broken is None
    await put(use, earlier)
    await sound(use)
    assert (await verify(use, noted)).broken == "The log was cut back: entry 4 was noted, 1 are there."
    await look(use, 3)
    await seal_waiting(use)
    await sound(use)
    assert (await verify(use, noted)).broken == "Entry 4 is not the one that was noted: the log was written anew."


async def test_many_sealers_beside_each_other_make_one_chain(
    use: Collaborators, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_ENTRIES", 3)
    writing = True

    async def seal() -> None:
        while writing:
            await seal_waiting(use)

    sealers = [asyncio.create_task(seal()) for _ in range(4)]
    await asyncio.gather(*(look(use, 15) for _ in range(4)))
    writing = False
    await asyncio.gather(*sealers)
    await seal_waiting(use)
    verdict = await sound(use)
    assert (verdict.head.entries, verdict.waiting) == (60, 0)
    entries = [entry for block in (await raw(use))[BLOCKS] for entry in block["entries"]]
    assert len(set(entries)) == 60


@pytest.mark.usefixtures("something_happened")
async def test_a_verification_beside_sealers_raises_no_false_alarm(use: Collaborators) -> None:
    for _ in range(30):
        await put(use, {BLOCKS: [], HEAD: [], WAITING: []})
        await look(use, 2)

        async def seal() -> None:
            await seal_waiting(use)
            await look(use)
            await seal_waiting(use)

        async def watch() -> list[str | None]:
            return [(await verify(use)).broken for _ in range(4)]

        _, _, *seen = await asyncio.gather(seal(), seal(), watch(), watch(), watch())
        # Until the first of them has begun, there is no log at all.
        assert {one for some in seen for one in some} <= {None, NO_LOG}


async def test_workers_seal_what_was_entered_within_seconds(use: Collaborators) -> None:
    await look(use, 5)
    lease = timedelta(seconds=30)
    worker = Worker(use=use, sender=silent_sender(use, lease), concurrency=1, lease=lease)
    async with asyncio.timeout(15), running_worker(worker), running_worker(replace(worker)):
        while (await sound(use)).head.entries < 5:  # noqa: ASYNC110 (nobody tells when it was sealed)
            await asyncio.sleep(0.05)


async def test_a_sealer_that_is_killed_loses_nothing_and_breaks_nothing(
    use: Collaborators, database_uri: str, database_name: str
) -> None:
    key = b"a key that a process can be given"
    use = with_key(use, key)
    writing = asyncio.create_task(look(use, 400))
    for pause in (0.05, 0.2, 0.35):
        program = (sys.executable, "-m", "tests.support.sealing", database_uri, database_name, key.decode())
        process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        await asyncio.sleep(pause)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert (await sound(use)).late == 0
    await writing
    while (await sound(use)).waiting:
        await seal_waiting(use)
    assert (await sound(use)).head.entries == 400
    entries = [entry for block in (await raw(use))[BLOCKS] for entry in block["entries"]]
    assert len(set(entries)) == 400


async def test_what_was_changed_while_it_waited_is_not_sealed_and_keeps_nothing_else_waiting(
    use: Collaborators,
) -> None:
    await look(use, 3)
    (first, _, _) = (await raw(use))[WAITING]
    forged = first["entry"].replace(b"OFFICER", b"ADMIN")
    await use.store.database[WAITING].update_one({"_id": first["_id"]}, {"$set": {"entry": forged}})
    sealed = await seal_waiting(use)
    assert (sealed.count, sealed.refused) == (2, frozenset({first["_id"]}))
    verdict = await verify(use)
    assert (verdict.head.entries, verdict.waiting) == (2, 1)
    assert verdict.broken == f"Entry {first['_id']}, which waits for its seal, was changed or was not written here."


async def test_what_waits_for_long_is_told(use: Collaborators) -> None:
    await look(use, 2)
    later = replace(use, clock=lambda: use.clock() + SOON + timedelta(seconds=5))
    assert (await verify(use)).late == 0
    assert (await verify(later)).late == 2


async def test_who_has_another_key_can_neither_seal_nor_verify(use: Collaborators) -> None:
    await a_chain(use)
    other = with_key(use, b"another key")
    await look(other)
    with pytest.raises(BrokenHeadError):
        await seal_waiting(other)
    assert "not the key" in str((await verify(other)).broken)
    sealed = await seal_waiting(use)
    assert (sealed.count, len(sealed.refused)) == (1, 1)


@pytest.mark.parametrize("step", ["remove_waiting", "move_head"])
async def test_who_comes_next_goes_on_where_a_sealer_was_cut_off(
    use: Collaborators, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await a_chain(use)

    async def cut_off(*_arguments: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(f"backend.services.sealing.audit.{step}", cut_off)
        with pytest.raises(ConnectionError):
            await seal_waiting(use)
    assert (await sound(use)).head.blocks == 3
    assert len(await entries_about(use, "r0")) == 4
    await look(use)
    assert (await seal_waiting(use)).count == 1
    verdict = await sound(use)
    assert (verdict.head.blocks, verdict.head.entries, verdict.waiting) == (5, 8, 0)


async def test_nothing_is_sealed_behind_a_block_that_was_slipped_in(use: Collaborators) -> None:
    await a_chain(use)
    kept = await raw(use)
    with_a_block_behind_the_last(kept)
    await put(use, kept)
    with pytest.raises(BrokenHeadError):
        await seal_waiting(use)
    assert (await raw(use)) == kept


async def test_a_head_that_is_gone_is_not_made_anew_over_what_is_there(use: Collaborators) -> None:
    await a_chain(use)
    await use.store.database[HEAD].delete_many({})
    with pytest.raises(BrokenHeadError):
        await seal_waiting(use)
    assert "gone" in str((await verify(use)).broken)
    forged = Head()
    document = {"blocks": 0, "entries": 0, "last": forged.seal, "seal": head_seal(b"a guess", forged)}
    await use.store.database[HEAD].insert_one({"_id": "head", **document})
    with pytest.raises(BrokenHeadError):
        await seal_waiting(use)


async def test_an_empty_house_has_nothing_to_find(use: Collaborators) -> None:
    assert (await sound(use)).head == Head()
    await seal_waiting(use)
    assert (await sound(use)).head == Head()


async def test_blocks_hold_no_more_than_can_be_read_at_once(
    use: Collaborators, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_BYTES", 700)
    await look(use, 7)
    assert (await seal_waiting(use)).count == 7
    blocks = (await raw(use))[BLOCKS]
    assert len(blocks) > 3
    assert all(sum(map(len, block["entries"])) <= 700 for block in blocks)
    await sound(use)
