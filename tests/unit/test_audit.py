"""The chain itself, without a database: what a seal depends on, and the bytes of an entry."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.domain.audit import AuditEntry, Head, entry_seal, head_seal, next_block, waiting_seal
from backend.store.audit import MalformedError, content_of, entry_of, found_by

KEY = b"a key of a test"
ENTRY = AuditEntry(
    id="1",
    at=datetime(2026, 9, 2, 12, 30, 5, 250_000, UTC),
    action="READ_REGISTRATION",
    actor_id="account",
    role="VOLUNTEER",
    session_id="session",
    record_ids=("b", "a"),
    fields=("DESCRIPTION",),
    incident_id="incident",
)


def test_an_entry_comes_back_from_its_bytes_as_it_was() -> None:
    assert entry_of(content_of(ENTRY)) == ENTRY


def test_an_entry_of_a_later_release_can_be_read() -> None:
    later = content_of(ENTRY)[:-1] + b',"custody":"of a later release"}'
    assert entry_of(later) == ENTRY


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"id":1,"at":"x","action":2}'])
def test_what_is_no_entry_is_told(content: bytes) -> None:
    with pytest.raises(MalformedError):
        entry_of(content)


def test_entries_are_found_by_every_record_and_by_who_it_was() -> None:
    stranger = replace(ENTRY, actor_id=None, record_ids=("c", "a"))
    assert found_by(map(content_of, (ENTRY, stranger))) == ("a", "account", "b", "c")


def test_a_seal_depends_on_the_key_the_place_what_is_before_and_every_byte() -> None:
    content = content_of(ENTRY)
    seals = {
        entry_seal(KEY, bytes(32), 1, 1, content),
        entry_seal(KEY + b"2", bytes(32), 1, 1, content),
        entry_seal(KEY, b"\1" * 32, 1, 1, content),
        entry_seal(KEY, bytes(32), 2, 1, content),
        entry_seal(KEY, bytes(32), 1, 2, content),
        waiting_seal(KEY, content),
        *(
            entry_seal(KEY, bytes(32), 1, 1, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            for at in range(len(content))
        ),
    }
    assert len(seals) == 6 + len(content)


def test_nobody_makes_a_head_of_an_earlier_seal_without_the_key() -> None:
    _, one = next_block(KEY, Head(), (b"first",), ())
    block, two = next_block(KEY, one, (b"second", b"third"), ())
    assert (two.blocks, two.entries, two.seal) == (2, 3, block.seals[-1])
    assert (block.number, block.first) == (2, 2)
    assert len({head_seal(KEY, head) for head in (Head(), one, two)} | {head_seal(b"another", two)}) == 4
