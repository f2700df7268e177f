"""What questions to families and re-checks of children have in common. Who may ask and answer, they say themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from backend.domain.account import Viewer
from backend.domain.asking import Answer, Asked, AskedState, answer_problems, closed
from backend.domain.errors import ErrorCode, refusal
from backend.domain.event import Event
from backend.domain.person import Person
from backend.domain.validation import refuse_if_any
from backend.services.access import Action, Where, may
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.store.records import Records, Session

A = TypeVar("A", bound=Asked)


async def drop(use: Collaborators, viewer: Viewer, records: Records[A], asked: A, event: Callable[[A], Event]) -> A:
    """Take back what nobody has answered. Taken back again, it is as it was.

    Raises: DomainError CONFLICT.
    """
    if asked.state is AskedState.DROPPED:
        return asked
    if asked.state is not AskedState.OPEN:
        raise closed(asked.state)
    dropped = replace(asked, state=AskedState.DROPPED, version=asked.version + 1, updated_at=use.clock())

    async def write(session: Session) -> None:
        await keep_next(records, dropped, session)
        await tell(use, viewer, session, event(dropped), fields=["state"])

    await use.store.transact(write)
    return dropped


async def answered(use: Collaborators, viewer: Viewer, asked: A, answer: Answer, record_id: str) -> A | None:
    """What was asked of a record, with its answer, to be kept; None where the same person said the same before.

    Raises: DomainError INVALID; CONFLICT for who comes too late.
    """
    if asked.state is AskedState.ANSWERED and (asked.answered_by, asked.answer) == (viewer.id, answer):
        await use.store.make_durable()
        return None
    if asked.state is not AskedState.OPEN:
        raise closed(asked.state)
    refuse_if_any(answer_problems(asked.asking.kind, answer))
    if answer.photo_id is not None:
        photo = await use.store.photos.get(answer.photo_id)
        if photo is None or photo.record_id != record_id:
            raise refusal(ErrorCode.INVALID, "This photo is not of this child. Please add it first.", "photoId")
    now = use.clock()
    return replace(
        asked,
        state=AskedState.ANSWERED,
        answer=answer,
        answered_by=viewer.id,
        answered_at=now,
        version=asked.version + 1,
        updated_at=now,
    )


async def keep_next(records: Records[A], following: A, session: Session) -> None:
    """Raises: DomainError CONFLICT where somebody else was faster."""
    if not await records.replace(following, following.version - 1, session):
        raise closed(AskedState.ANSWERED)


def as_shown(viewer: Viewer | None, asked: A) -> A:
    """For which match it is asked, and by whom, is for those who review matches."""
    if may(viewer, Action.READ_MATCH, Where(incident_id=asked.incident_id)):
        return asked
    return replace(asked, match_id=None, asked_by="")


def names_in(person: Person) -> list[str | None]:
    """Every name that a description holds: the person's own, and those of relatives."""
    names = person.names
    return [
        names.full,
        names.given,
        names.family,
        f"{names.family} {names.given}" if names.family and names.given else None,
        names.as_said,
        *names.others,
        *(one.name for one in person.relatives),
    ]
