"""Entering in the audit log: a write in its own transaction, a look before its answer is given; and who looked."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, AuditEntry, Part, concerned, waiting_seal
from backend.domain.errors import DomainError, ErrorCode
from backend.domain.event import OPERATOR, SYSTEM, Event
from backend.services.collaborators import Collaborators
from backend.services.together import Together
from backend.store import audit, events
from backend.store.records import Session
from backend.store.stopping import stop

REFUSALS_SECONDS = 10.0
"""How long a refused look waits for its entry: what a process that is killed forgets of them."""


class Shown(Protocol):
    """A record that somebody was shown."""

    @property
    def id(self) -> str: ...

    @property
    def incident_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Look:
    action: AuditAction
    incident_id: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Looks:
    """What one operation has shown so far, and which parts of it: the same twice is one look."""

    parts: dict[Look, set[Part]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """A record that was shown in part, by its id: such as the two whose values a match's evidence quotes."""

    id: str
    incident_id: str


def gathering(use: Collaborators, reason: str | None) -> Collaborators:
    """Collaborators for one operation: whoever gives its answer calls `enter_looks` before. `reason` is entered too."""
    return replace(use, looks=Looks(), reason=reason)


async def saw(
    use: Collaborators, viewer: Viewer | None, action: AuditAction, part: Part, shown: Iterable[Shown]
) -> None:
    """Say that the viewer is shown a part of these records: called by every use case that shows a person.

    No viewer is a stranger with a signed link; `saw_at_the_console` is for the operator.
    """
    looks = use.looks or Looks()
    _gather(looks, action, part, shown)
    if use.looks is None:
        await _enter(use, _entries_of(use, looks, _by(viewer)))


async def saw_at_the_console(use: Collaborators, action: AuditAction, part: Part, shown: Iterable[Shown]) -> None:
    """Say that a command prints a part of these records."""
    looks = Looks()
    _gather(looks, action, part, shown)
    await _enter(use, _entries_of(use, looks, _Actor(OPERATOR)))


async def enter_looks(use: Collaborators, viewer: Viewer | None) -> None:
    """Enter what was gathered: one entry for all that was looked at in the same way, however many records it was."""
    if use.looks is not None and use.looks.parts:
        await _enter(use, _entries_of(use, use.looks, _by(viewer)))
        use.looks.parts.clear()


def entering_looks(use: Collaborators, viewer: Viewer | None) -> "asyncio.Future[None] | None":
    """Begin to enter what was gathered, which may be shown once that is done; None where it was nothing."""
    if use.looks is None or not use.looks.parts:
        return None
    return _looks_together(use).begin(_sealed(use, _entries_of(use, use.looks, _by(viewer))))


async def enter_looks_of(use: Collaborators, viewer: Viewer | None, shown: Looks | None) -> None:
    """Enter for this viewer what was gathered for an answer that several are given; it stays for the others."""
    if shown is not None and shown.parts:
        await _enter(use, _entries_of(use, shown, _by(viewer)))


@contextmanager
def looking_for(use: Collaborators, viewer: Viewer | None, record_id: str) -> Iterator[None]:
    """Count it where somebody who is signed in is told that a person's record is not there, or not theirs to see.

    The two are counted alike, and entered later (`enter_refusals`): so neither bytes nor time tell them apart.
    """
    try:
        yield
    except DomainError as error:
        if viewer is not None and error.code is ErrorCode.NOT_FOUND:
            use.refusals.count(viewer, record_id, use.reason)
        raise


async def enter_refusals(use: Collaborators) -> None:
    """Enter the looks that were refused since the last time: one entry for each session, however many there were."""
    taken = use.refusals.take()
    entries = [
        replace(
            _entry(use, AuditAction.LOOK_REFUSED, _by(refused.viewer), refused.record_ids),
            reason=refused.reason,
            times=refused.times,
        )
        for refused in taken
    ]
    try:
        await _enter(use, entries)
    except BaseException:
        use.refusals.put_back(taken)
        raise


@asynccontextmanager
async def entering_refusals(use: Collaborators) -> AsyncIterator[None]:
    """Enter refused looks now and then while the context is open, and what is left at its end."""

    async def enter() -> None:
        try:
            await enter_refusals(use)
        except Exception as error:  # noqa: BLE001 (the database may be away: they wait for the next time)
            structlog.get_logger("audit").warning("refusals_not_entered", error=type(error).__name__)

    async def enter_again_and_again() -> None:
        while True:
            await asyncio.sleep(REFUSALS_SECONDS)
            await enter()

    task = asyncio.create_task(enter_again_and_again(), name="audit-refusals")
    try:
        yield
    finally:
        await stop([task])
        await enter()


async def tell(
    use: Collaborators,
    viewer: Viewer | None,
    session: Session,
    *told: Event,
    also: Iterable[str] = (),
    fields: Iterable[str] = (),
    began: str | None = None,
) -> None:
    """Write the events of a change that a person made, and enter it in the audit log, in the change's transaction.

    `also` are ids that the change concerns and no event names, `fields` the names of what was changed, and `began` the
    session that began with it. What a stranger did has no actor.
    """
    await events.append(use.store, session, *told)
    kinds = dict.fromkeys(event.kind for event in told)
    entries = []
    for kind in kinds:
        of_a_kind = [event for event in told if event.kind is kind]
        first = of_a_kind[0]
        named = [one for event in of_a_kind for one in (event.subject_id, event.report_id, event.match_id) if one]
        entry = _entry(use, kind.value, _by(viewer, first.actor_id, began), [*named, *also])
        entries.append(
            replace(entry, incident_id=first.incident_id, site_id=first.site_id, fields=tuple(sorted(fields)))
        )
    await _enter(use, entries, session)


async def came_or_went(
    use: Collaborators,
    action: AuditAction,
    viewer: Viewer | None,
    session: Session,
    *,
    owner_id: str,
    began: str | None = None,
) -> None:
    """Enter a sign-in or a sign-out, in its transaction."""
    await _enter(use, [_entry(use, action.value, _by(viewer, began=began), [owner_id])], session)


async def entries_about(use: Collaborators, one_id: str) -> list[AuditEntry]:
    """Every entry that concerns a record, or that an account or a family made, the oldest first.

    Raises: MalformedError where the log is damaged: `verify` says where.
    """
    sealed = [
        entry
        async for block in audit.blocks_about(use.store, one_id)
        for entry in map(audit.entry_of, block.entries)
        if one_id in concerned(entry)
    ]
    waiting = [audit.entry_of(one.content) async for one in audit.waiting_entries(use.store) if one.content]
    found = {entry.id: entry for entry in (*sealed, *waiting) if one_id in concerned(entry)}
    return sorted(found.values(), key=lambda entry: (entry.at, entry.id))


@dataclass(frozen=True, slots=True)
class _Actor:
    """Who it is: None for a stranger. `session_id` is the device."""

    id: str | None = None
    role: str | None = None
    session_id: str | None = None


def _by(viewer: Viewer | None, event_actor: str | None = None, began: str | None = None) -> _Actor:
    if viewer is not None:
        return _Actor(viewer.id, viewer.role.value, viewer.session_id)
    # An event names whom a stranger's act brought about, too: a family, or an account.
    return _Actor(event_actor if event_actor in (OPERATOR, SYSTEM) else None, None, began)


def _gather(looks: Looks, action: AuditAction, part: Part, shown: Iterable[Shown]) -> None:
    for record in shown:
        looks.parts.setdefault(Look(action, record.incident_id, record.id), set()).add(part)


def _entries_of(use: Collaborators, looks: Looks, actor: _Actor) -> list[AuditEntry]:
    alike: dict[tuple[AuditAction, str, tuple[str, ...]], list[str]] = {}
    for look, parts in looks.parts.items():
        fields = tuple(sorted(part.value for part in parts))
        alike.setdefault((look.action, look.incident_id, fields), []).append(look.record_id)
    return [
        replace(_entry(use, action.value, actor, ids), incident_id=incident_id, fields=fields)
        for (action, incident_id, fields), ids in alike.items()
    ]


def _entry(use: Collaborators, action: str, actor: _Actor, record_ids: Iterable[str]) -> AuditEntry:
    return AuditEntry(
        id=use.new_id(),
        at=use.clock(),
        action=action,
        actor_id=actor.id,
        role=actor.role,
        session_id=actor.session_id,
        record_ids=tuple(dict.fromkeys(record_ids)),
        reason=use.reason,
    )


async def _enter(use: Collaborators, entries: Sequence[AuditEntry], session: Session | None = None) -> None:
    sealed = _sealed(use, entries)
    if session is None:
        await _looks_together(use).begin(sealed)
    else:
        await audit.add_waiting(use.store, sealed, session)


def _sealed(use: Collaborators, entries: Sequence[AuditEntry]) -> list[audit.Waiting]:
    contents = [(entry.id, audit.content_of(entry)) for entry in entries]
    return [audit.Waiting(entry_id, content, waiting_seal(use.keys.audit, content)) for entry_id, content in contents]


def _looks_together(use: Collaborators) -> "Together[Sequence[audit.Waiting], None]":
    if use.together.looks is None:
        use.together.looks = Together(lambda asked: _enter_looks_of_many(use, asked))
    return use.together.looks


async def _enter_looks_of_many(use: Collaborators, looks: Sequence[Sequence[audit.Waiting]]) -> list[None]:
    """What many are about to be shown at the same time is entered at once."""
    await audit.add_waiting(use.store, [one for of_one in looks for one in of_one])
    return [None] * len(looks)
