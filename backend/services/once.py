"""A create that a client may send again: the same content under the same id is one record."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from backend.domain.errors import conflict
from backend.services.collaborators import Collaborators
from backend.store.records import Duplicate, Identified, Records, Session

R = TypeVar("R", bound=Identified)


async def insert_once(
    use: Collaborators,
    records: Records[R],
    record: R,
    noun: str,
    *,
    said: str,
    then: Callable[[Session], Awaitable[None]],
) -> bool:
    """Keep a new record with what `then` writes in its transaction; False where it was made of the same before.

    `said` is the digest of what it is made of.

    Raises: DomainError CONFLICT where another record has its id, and what `then` raises.
    """

    async def write(session: Session) -> None:
        await records.insert(record, session, beside={"digest": said})
        await then(session)

    try:
        await use.store.transact(write)
    except Duplicate:
        if not await records.was_said(record.id, said):
            raise conflict(f"Another {noun} has this id.", "id") from None
        await use.store.make_durable()
        return False
    return True
