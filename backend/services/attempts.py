"""Guessing slowed down: failures in a row are counted in the database, and lock what is guessed at for a while."""

from backend.domain.credential import one_more
from backend.services.collaborators import Collaborators
from backend.store.records import Duplicate

_ROUNDS = 20


async def may_try(use: Collaborators, attempts_id: str) -> bool:
    """Count an attempt before its outcome is known, so that many at once are no more than one after the other; False
    while it is locked. `forget` takes the count back after a right one.
    """
    for _ in range(_ROUNDS):
        there = await use.store.attempts.get(attempts_id)
        counted = one_more(there, attempts_id, use.clock())
        if counted is None:
            return False
        if there is not None:
            if await use.store.attempts.replace(counted, there.version):
                return True
            continue
        try:
            await use.store.attempts.insert(counted)
        except Duplicate:
            continue  # somebody tried at the same moment
        return True
    return False


async def forget(use: Collaborators, attempts_id: str) -> None:
    await use.store.attempts.delete(attempts_id)
