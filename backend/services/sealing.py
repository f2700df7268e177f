"""The chain of the audit log: sealing what waits, by whichever worker comes first, and verifying all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.domain.audit import Block, Head, entry_seal, head_seal, next_block, waiting_seal
from backend.services.collaborators import Collaborators
from backend.store import audit
from backend.store.audit import MalformedError, SealedElsewhereError, Waiting

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

    A block is added, its entries are taken from those that wait, and then the head follows, in this order: whoever
    reads a head can so be sure that nothing before it waits still. Whoever finds a block behind the head goes on where
    somebody was cut off. There is no transaction that one who is killed could leave open, and keep all others out.

    Raises: BrokenHeadError.
    """
    head = await _present_head(use)
    found = [one async for one in audit.waiting_entries(use.store, limit=AT_A_TIME)]
    refused = frozenset(one.id for one in found if not is_sound(use.keys.audit, one))
    count = 0
    for entries in _blocks_of([one for one in found if one.id not in refused]):
        contents = tuple(one.content for one in entries)
        block, following = next_block(use.keys.audit, head, contents, audit.found_by(contents))
        try:
            await audit.insert_block(use.store, block)
        except SealedElsewhereError:
            break
        await _follow(use, block, following)
        head = following
        count += len(entries)
    return Sealed(count, refused, more=len(found) == AT_A_TIME and count > 0)


async def verify(
    use: Collaborators, noted: Noted | None = None, told: Callable[[int, int], object] = lambda _done, _all: None
) -> Verdict:
    """Look for any change, cut, reordering or insertion, from the first entry to the last; nothing is written.

    `told` is called with the entries verified so far and all there are. What is sealed meanwhile is left for next time.
    """
    head = await _sound_head(use)
    waiting, late, altered = await _look_at_waiting(use)
    if head is None:
        return Verdict(Head(), waiting, late, await _what_ails_the_head(use))
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


async def _present_head(use: Collaborators) -> Head:
    """The end of the chain, once every block is counted that somebody added and did not live to count.

    Raises: BrokenHeadError.
    """
    head = await _sound_head(use)
    if head is None:
        # A head that is gone is not made again over blocks that are there: that would mend what was cut.
        if not await audit.count_heads(use.store) and not await audit.count_blocks(use.store):
            await audit.begin(use.store, Head(), head_seal(use.keys.audit, Head()))
        head = await _sound_head(use)  # by now another may have made it, too
    while head is not None:
        try:
            block = await audit.read_block(use.store, head.blocks + 1)
        except MalformedError:
            break
        if block is None:
            return head
        if _Chain(use.keys.audit, None).break_in(head, block) is not None:
            break
        following = _head_after(head, block)
        await _follow(use, block, following)
        head = following
    raise BrokenHeadError


async def _sound_head(use: Collaborators) -> Head | None:
    """The head as it was sealed here; None for any other, and for none."""
    try:
        sealed = await audit.read_head(use.store)
    except MalformedError:
        return None
    return None if sealed is None or sealed[1] != head_seal(use.keys.audit, sealed[0]) else sealed[0]


def _head_after(head: Head, block: Block) -> Head:
    return Head(block.number, head.entries + len(block.entries), block.seals[-1])


async def _follow(use: Collaborators, block: Block, head: Head) -> None:
    await audit.remove_waiting(use.store, [audit.entry_of(content).id for content in block.entries])
    await audit.move_head(use.store, head, head_seal(use.keys.audit, head))


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
    # In the order opposite to that in which they are made: a log that begins just now ails nothing.
    blocks, heads = await audit.count_blocks(use.store), await audit.count_heads(use.store)
    if await _sound_head(use) is not None:
        return None
    if heads:
        return "The head of the log was changed, or this is not the key that it was sealed with."
    if blocks:
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
            after = _head_after(after, block)
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
    now = await _sound_head(use)
    if now is None:
        return await _what_ails_the_head(use)
    uncounted = there - now.blocks
    if uncounted == 1:
        # Somebody may be about to count it: then it fits.
        try:
            block = await audit.read_block(use.store, now.blocks + 1)
        except MalformedError:
            block = None
        if block is not None and _Chain(use.keys.audit, None).break_in(now, block) is None:
            uncounted = 0
    if uncounted > 0 or there < head.blocks:
        return f"Blocks were put in that were not sealed here: {now.blocks} were, {there} are there."
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
