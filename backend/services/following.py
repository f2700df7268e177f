"""Following what changes, live: each change is read anew for the follower at the moment of telling.

What is told is told in batches (`backend/services/live.py`), each with the cursor that a follower who was cut off goes
on from.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.event import Event, EventKind
from backend.domain.match import Match
from backend.domain.question import Question
from backend.domain.recheck import Recheck
from backend.domain.registration import Registration
from backend.domain.report import NextStep, Report
from backend.domain.take_down import TakeDownState
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import entering_looks, gathering, saw
from backend.services.collaborators import Collaborators
from backend.services.live import Batch, batches, cursor_of, place_of
from backend.services.matches import get_matches
from backend.services.progress import next_steps
from backend.services.questions import questions_of_reports
from backend.services.rechecks import get_rechecks
from backend.services.registrations import where as located
from backend.services.take_downs import take_downs_of
from backend.services.together import Together


class Versioned(Protocol):
    """What is followed: a record that counts its changes."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


Followed = TypeVar("Followed", bound=Versioned)

_NEWS = frozenset({
    EventKind.REPORT_FILED,
    EventKind.REPORT_UPDATED,
    EventKind.REPORT_WITHDRAWN,
    EventKind.REPORT_TAKEN_DOWN,
    EventKind.TAKE_DOWN_APPEALED,
    EventKind.TAKE_DOWN_UPHELD,
    EventKind.REPORT_RESTORED,
    EventKind.MATCH_LIKELY,
    EventKind.MATCH_CONFIRMED,
    EventKind.MATCH_REJECTED,
    EventKind.MATCH_UNDONE,
    EventKind.DECISION_SHARED,
    EventKind.QUESTION_ASKED,
    EventKind.QUESTION_ANSWERED,
    EventKind.QUESTION_DROPPED,
})  # fmt: skip
"""What changes a report or its next step, for the family."""

_AT_SITES = frozenset({
    EventKind.PERSON_REGISTERED,
    EventKind.REGISTRATION_UPDATED,
    EventKind.REGISTRATION_MOVED,
    EventKind.REGISTRATION_CONFIRMED,
    EventKind.REGISTRATION_DISMISSED,
    EventKind.REGISTRATION_RESTORED,
    EventKind.PHOTO_ADDED,
})  # fmt: skip
"""What changes the list of those who are at a site."""

_ASKED_AT_SITES = frozenset({
    EventKind.RECHECK_ASKED, EventKind.RECHECK_ANSWERED, EventKind.RECHECK_DROPPED, EventKind.RECHECK_MOVED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class News(Generic[Followed]):
    """What changed, as it is now, and the ids of what is no longer there to be followed. `cursor` is where to go on.

    `rechecks` are those of a site that were asked, answered or taken back. News that have the same `alike` say the same
    to all who are told them: the same records of the same moment, each of which the follower may see. None where they
    are of one follower alone. Nothing of it may be shown before the look is `entered`.
    """

    cursor: str
    records: Sequence[Followed]
    gone: Sequence[str] = ()
    rechecks: Sequence[Recheck] = ()
    alike: Hashable = None
    entered: Awaitable[None] | None = None


@dataclass(frozen=True, slots=True)
class _AsShown:
    """All that a family is shown of a report."""

    report: Report
    next_step: NextStep
    take_down: TakeDownState | None
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class _Read(Generic[Followed]):
    """What the follower may see of what a batch is about, and what is gone."""

    records: Sequence[Followed] = ()
    gone: Sequence[str] = ()
    rechecks: Sequence[Recheck] = ()


Reading = Callable[[Collaborators, Batch], Awaitable[_Read[Followed] | None]]
"""Reads what a batch is about; None where nothing is to be told."""


async def follow_own_reports(
    use: Collaborators, viewer: Viewer | None, after: str | None = None
) -> AsyncGenerator[News[Report], None]:
    """The reports of the viewer's family, first as they are, then those of which something changed that it may know.

    Most of what is decided of its matches is not the family's to know, and that a message came would tell of it. So
    what stands as it was told is not told again; and who goes on from a cursor is told of all reports anew.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN; INVALID for a cursor that is none; STALE where the follower must
    read the present state anew.
    """
    family_id = viewer.family_id if viewer is not None else None
    known = require(viewer, Action.READ_REPORT, Where(family_id=family_id))
    told: dict[str, _AsShown] = {}

    def concerns(event: Event) -> bool:
        return event.family_id == family_id and event.kind in _NEWS and event.report_id is not None

    async def read(use: Collaborators, batch: Batch) -> _Read[Report] | None:
        if told and not batch.events:
            return _Read()
        if told:
            found = list((await use.store.reports.get_many(_once(event.report_id for event in batch.events))).values())
        else:
            found = await use.store.reports.find({"familyId": family_id})
        shown = await _as_shown(use, known, found)
        changed = {one.report.id: one for one in shown if told.get(one.report.id) != one}
        if not changed and told:
            return None
        told.update(changed)
        reports = [one.report for one in changed.values()]
        await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, reports)
        return _Read(reports)

    return _follow(use, known, f"reports {family_id}", family_id, concerns, after, read)


async def follow_matches(
    use: Collaborators, viewer: Viewer | None, incident_id: str, after: str | None = None
) -> AsyncGenerator[News[Match], None]:
    """The matches of an incident as they are proposed or change; at once, with none, where it begins.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN; INVALID for a cursor that is none; STALE where the follower must
    read the present state anew.
    """
    known = require(viewer, Action.READ_MATCH, Where(incident_id=incident_id))

    def concerns(event: Event) -> bool:
        return event.incident_id == incident_id and event.match_id is not None

    async def read(use: Collaborators, batch: Batch) -> _Read[Match]:
        found = await get_matches(use, known, _once(event.match_id for event in batch.events))
        return _Read([match for match in found if match is not None])

    return _follow(use, known, f"matches {incident_id}", incident_id, concerns, after, read)


async def follow_site(
    use: Collaborators, viewer: Viewer | None, site_id: str, after: str | None = None
) -> AsyncGenerator[News[Registration], None]:
    """The registrations of a site as people come and change, and the ids of those who are there no more.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND; INVALID for a cursor that is none; STALE where the follower must
    read the present state anew.
    """
    site = await use.store.sites.get(site_id)
    where = None if site is None else Where(incident_id=site.incident_id, site_id=site.id)
    known = require_of_record(viewer, Action.READ_REGISTRATION, Action.READ_REGISTRATION, where, "site")

    def concerns(event: Event) -> bool:
        return event.kind in _AT_SITES | _ASKED_AT_SITES and site_id in (event.site_id, event.from_site_id)

    async def read(use: Collaborators, batch: Batch) -> _Read[Registration]:
        asked = _once(event.subject_id for event in batch.events if event.kind in _ASKED_AT_SITES)
        changed = (event for event in batch.events if event.kind in _AT_SITES)
        ids = _once(event.registration_id or event.subject_id for event in changed)
        here = [
            one
            for one in (await _registrations(use, ids)).values()
            if one.site_id == site_id and may(known, Action.READ_REGISTRATION, located(one))
        ]
        await saw(use, known, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, here)
        there = {one.id for one in here}
        rechecks = await get_rechecks(use, known, asked) if asked else ()
        return _Read(here, [one for one in ids if one not in there], rechecks)

    return _follow(use, known, f"site {site_id}", site_id, concerns, after, read)


async def _follow(
    use: Collaborators,
    viewer: Viewer,
    scope: str,
    about: str | None,
    concerns: Callable[[Event], bool],
    after: str | None,
    read: Reading[Followed],
) -> AsyncGenerator[News[Followed], None]:
    place = place_of(use, scope, after)
    async with aclosing(batches(use, about, concerns, place)) as found:
        async for batch in found:
            news = await _news(use, viewer, scope, batch, read)
            if news is not None:
                yield news
            del news  # it may be hours until there is more, and it is of people


async def _news(
    use: Collaborators, viewer: Viewer, scope: str, batch: Batch, read: Reading[Followed]
) -> News[Followed] | None:
    looking = gathering(use, use.reason)  # each telling is a look of its own
    found = await read(looking, batch)
    if found is None:
        return None
    seen = tuple((one.id, one.version) for one in found.records)
    # What tells that nothing happened at all is another each time (`cursor_of`); of a re-check a volunteer is shown
    # less than a coordinator.
    alone = batch.is_first or found.rechecks
    return News(
        cursor_of(use, scope, batch.heard),
        found.records,
        found.gone,
        found.rechecks,
        None if alone else (scope, batch.heard, seen, tuple(found.gone)),
        entering_looks(looking, viewer),
    )


async def _registrations(use: Collaborators, ids: Sequence[str]) -> dict[str, Registration]:
    """Registrations as they are now, by id; for all who follow a site they are read once."""
    if not ids:
        return {}
    if use.together.registrations is None:
        use.together.registrations = Together(lambda asked: _registrations_of_many(use, asked))
    return await use.together.registrations.ask(ids)


async def _registrations_of_many(use: Collaborators, asked: Sequence[Sequence[str]]) -> list[dict[str, Registration]]:
    found = await use.store.registrations.get_many(dict.fromkeys(one for ids in asked for one in ids))
    return [{one: found[one] for one in ids if one in found} for ids in asked]


def _once(ids: Iterable[str | None]) -> list[str]:
    """Each id once."""
    return list(dict.fromkeys(one for one in ids if one is not None))


async def _as_shown(use: Collaborators, viewer: Viewer, reports: Sequence[Report]) -> list[_AsShown]:
    steps = await next_steps(use, viewer, reports)
    latest = await take_downs_of(use, viewer, reports)
    asked = await questions_of_reports(use, viewer, reports)
    return [
        _AsShown(report, step, None if take_down is None else take_down.state, tuple(questions))
        for report, step, take_down, questions in zip(reports, steps, latest, asked, strict=True)
    ]
