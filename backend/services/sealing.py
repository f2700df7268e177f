"""The chain of the audit log: sealing what waits, by whichever worker comes first, and verifying all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.domain.audit import Block, Head, entry_seal, head_seal, next_block, waiting_seal
from backend.services.collaborators import Collaborators
from backend.store import audit
from backend.store.audit import MalformedError, SealedElsewhereError, Waiting
from backend.store.records import Session

MOST_ENTRIES = 256
MOST_BYTES = 1_000_000
"""What a block may hold: far below the 16 MB of a document, and little to read for one entry in it."""
AT_A_TIME = 4096
"""What a round of sealing reads: looking takes the embedded database as long as all that waits, however little."""
SOON = timedelta(minutes=1)
"""How long an entry may wait for its seal while a worker runs: it is a matter of seconds."""


class BrokenHeadError(Exception):
    """The head of the chain is not as it was sealed, or sealed with another key: nothing can be added behind it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a round came to: how many were sealed, the ids of what cannot be, and whether more may be waiting."""

    count: int
    refused: frozenset[str]
    more: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry's number and seal as somebody wrote them down earlier: a whole log cut back to before it shows."""

    number: int
    seal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification came to; `broken` is the first broken place, in plain words.

    `waiting` have no place in the chain yet, and `late` of them for longer than a running worker leaves them.
    """

    head: Head
    waiting: int
    late: int
    broken: str | None


async def seal_waiting(use: Collaborators) -> Sealed:
    """Give entries that wait a place in the chain, oldest first. Several may do this at once, and be killed.

    What was changed while it waited gets no place: it stays, for `verify` to show.

    Raises: BrokenHeadError.
    """
    await _ensure_head(use)
    found = [one async for one in audit.waiting_entries(use.store, limit=AT_A_TIME)]
    refused = frozenset(one.id for one in found if not is_sound(use.keys.audit, one))
    count = 0
    for entries in _blocks_of([one for one in found if one.id not in refused]):
        try:
            await _seal(use, entries)
        except SealedElsewhereError:
            break
        count += len(entries)
    return Sealed(count, refused, more=len(found) == AT_A_TIME and count > 0)


async def verify(
    use: Collaborators, noted: Noted | None = None, told: Callable[[int, int], object] = lambda _done, _all: None
) -> Verdict:
    """Look for any change, cut, reordering or insertion, from the first entry to the last; nothing is written.

    `told` is called with the entries verified so far and all there are. What is sealed meanwhile is left for next time.
    """
    try:
        sealed = await audit.read_head(use.store)
    except MalformedError:
        sealed = None
    waiting, late, altered = await _look_at_waiting(use)
    if sealed is None or sealed[1] != head_seal(use.keys.audit, sealed[0]):
        return Verdict(Head(), waiting, late, await _what_ails_the_head(use))
    head = sealed[0]
    broken = await _broken_place(use, head, noted, told) or await _beyond(use, head) or altered
    return Verdict(head, waiting, late, broken)


def is_sound(key: bytes, waiting: Waiting) -> bool:
    """Whether an entry is as it was written."""
    if waiting.seal != waiting_seal(key, waiting.content):
        return False
    try:
        return audit.entry_of(waiting.content).id == waiting.id
    except MalformedError:
        return False


async def _ensure_head(use: Collaborators) -> None:
    # A head that is gone is not made again over blocks that are there: that would mend what was cut.
    if await audit.read_head(use.store) is None and await audit.count_blocks(use.store) == 0:
        await audit.begin(use.store, Head(), head_seal(use.keys.audit, Head()))


def _blocks_of(waiting: Sequence[Waiting]) -> list[list[Waiting]]:
    blocks: list[list[Waiting]] = []
    size = 0
    for one in waiting:
        if not blocks or len(blocks[-1]) == MOST_ENTRIES or size + len(one.content) > MOST_BYTES:
            blocks.append([])
            size = 0
        blocks[-1].append(one)
        size += len(one.content)
    return blocks


async def _seal(use: Collaborators, entries: Sequence[Waiting]) -> None:
    contents = tuple(one.content for one in entries)
    about = audit.found_by(contents)

    async def write(session: Session) -> None:
        try:
            sealed = await audit.read_head(use.store, session)
        except MalformedError:
            sealed = None
        if sealed is None or sealed[1] != head_seal(use.keys.audit, sealed[0]):
            raise BrokenHeadError
        block, head = next_block(use.keys.audit, sealed[0], contents, about)
        after = head, head_seal(use.keys.audit, head)
        await audit.add_block(use.store, block, after, [one.id for one in entries], session)

    await use.store.transact(write)


async def _look_at_waiting(use: Collaborators) -> tuple[int, int, str | None]:
    """How many wait, how many of them for too long, and the first that was changed, in words."""
    soon = use.clock() - SOON
    count = late = 0
    altered = None
    async for one in audit.waiting_entries(use.store):
        count += 1
        if not is_sound(use.keys.audit, one):
            altered = altered or f"Entry {one.id}, which waits for its seal, was changed or was not written here."
        elif audit.entry_of(one.content).at < soon:
            late += 1
    return count, late, altered


async def _what_ails_the_head(use: Collaborators) -> str | None:
    if await audit.count_heads(use.store):
        return "The head of the log was changed, or this is not the key that it was sealed with."
    if await audit.count_blocks(use.store):
        return "The head of the log is gone: its end cannot be told."
    if await audit.anything_happened(use.store):
        return "There is no log: it was removed, or no worker has run since this release was installed."
    return None


async def _broken_place(
    use: Collaborators, head: Head, noted: Noted | None, told: Callable[[int, int], object]
) -> str | None:
    """The first place where the blocks are not the chain that ends at the head, in words."""
    chain = _Chain(use.keys.audit, noted)
    after = Head()
    try:
        async for block in audit.read_blocks(use.store, 1, head.blocks):
            broken = chain.break_in(after, block)
            if broken is not None:
                return broken
            after = Head(block.number, after.entries + len(block.entries), block.seals[-1])
            told(after.entries, head.entries)
    except MalformedError as error:
        return f"Block {error} is not of the form that it was written in, behind entry {after.entries}."
    if after != head:
        return f"The end of the log is cut off: {head.entries} entries were sealed, {after.entries} are there."
    if noted is not None and noted.number > head.entries:
        return f"The log was cut back: entry {noted.number} was noted, {head.entries} are there."
    return None


async def _beyond(use: Collaborators, head: Head) -> str | None:
    """Whether there is more than the head tells of; what was sealed since it was read is no more than that."""
    if await audit.count_heads(use.store) != 1:
        return "Something was put beside the head of the log."
    there = await audit.count_blocks(use.store)
    try:
        now = await audit.read_head(use.store)
    except MalformedError:
        now = None
    if now is None or now[1] != head_seal(use.keys.audit, now[0]):
        return await _what_ails_the_head(use)
    if not head.blocks <= there <= now[0].blocks:
        return f"Blocks were put in that were not sealed here: {now[0].blocks} were, {there} are there."
    return None


@dataclass(frozen=True, slots=True)
class _Chain:
    key: bytes
    noted: Noted | None

    def break_in(self, before: Head, block: Block) -> str | None:
        """What is wrong with the block that is to follow `before`, or None."""
        if block.number != before.blocks + 1:
            return f"Entries behind number {before.entries} are gone: block {before.blocks + 1} is not there."
        if block.first != before.entries + 1:
            return f"Block {block.number} says that it begins with entry {block.first}, not {before.entries + 1}."
        return self._break_within(before, block)

    def _break_within(self, before: Head, block: Block) -> str | None:
        previous = before.seal
        for number, (content, seal) in enumerate(zip(block.entries, block.seals, strict=False), block.first):
            previous = entry_seal(self.key, previous, block.number, number, content)
            if seal != previous:
                return f"Entry {number} is not as it was sealed: it was changed, or is not in its place."
            if self.noted is not None and self.noted.number == number and self.noted.seal != seal.hex():
                return f"Entry {number} is not the one that was noted: the log was written anew."
        if not block.entries or len(block.entries) != len(block.seals):
            last = before.entries + min(len(block.entries), len(block.seals))
            return f"Block {block.number} has not one seal for each entry, behind entry {last}."
        if block.about != audit.found_by(block.entries):
            return f"What entries {block.first} to {block.first + len(block.entries) - 1} are found by was changed."
        return None
