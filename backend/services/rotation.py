"""Exchanging the key that what is kept of people is encrypted under, while servers and workers go on."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

from backend.domain.errors import conflict
from backend.services.collaborators import Collaborators
from backend.store.data_keys import KeyInUse, forget_all_but, is_everywhere, keys_in_use, use_present_key
from backend.store.renewing import Renewal, extent, renew

MOST_LOOKS = 20
SETTLED = timedelta(minutes=2)
"""Twice as long as a transaction may last that began to write under the key of before."""


async def begin_rotation(use: Collaborators, make_key: Callable[[], object]) -> KeyInUse:
    """The key to encrypt everything under: the present one, where that is not done yet, else a new one.

    Raises: whatever `make_key` raises where no key can be made here.
    """
    present = await use_present_key(use.store, use.clock())
    if present.everywhere:
        make_key()
        present = await use_present_key(use.store, use.clock())
    return present


async def work_off_rotation(use: Collaborators) -> AsyncIterator[Renewal]:
    """Encrypt anew whatever is not under the present key, look after look, until one finds nothing more.

    What it yields last says what that one found. It may be stopped at any moment and begun again.
    """
    for _ in range(MOST_LOOKS):
        found = Renewal()
        async for found in renew(use.store, use.new_id, use.clock()):
            yield found
        if not found.renewed:
            if not found.unreadable:
                await is_everywhere(use.store, use.store.cipher.present_id)
            return


async def records_to_look_at(use: Collaborators) -> int:
    return await extent(use.store)


async def list_keys(use: Collaborators) -> list[KeyInUse]:
    """The keys that values may bear, the newest first."""
    return await keys_in_use(use.store)


async def drop_old_keys(use: Collaborators, drop: Callable[[], object]) -> AsyncIterator[Renewal]:
    """Make sure that nothing bears an old key any more, then let `drop` take the old keys away.

    Raises: DomainError CONFLICT where something still bears one, or may come to.
    """
    present = await use_present_key(use.store, use.clock())
    if not present.everywhere:
        raise conflict("Not everything is under the newest key yet. Run `reunify keys rotate` first.")
    waiting = present.since + SETTLED - use.clock()
    if waiting > timedelta(0):
        raise conflict(
            f"What was being written when the key was exchanged may still bear the old one: "
            f"try again in {waiting.total_seconds():.0f} seconds."
        )
    found = Renewal()
    async for found in renew(use.store, use.new_id, use.clock()):
        yield found
    if found.unreadable:
        raise conflict("Something does not open, and may need an old key: `reunify keys rotate` says what.")
    if found.renewed:
        raise conflict(
            f"{found.renewed} records were written under an old key since, and are encrypted anew now. "
            "Make sure that every process has the new key, then run this again."
        )
    # First here, then where the keys are kept: stopped between the two, everything can still be read.
    await forget_all_but(use.store, present.id)
    drop()
