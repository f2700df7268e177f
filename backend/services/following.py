"""Following what changes, live: each change is read anew for the follower at the moment of telling."""

from collections.abc import AsyncGenerator, Sequence

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import ErrorCode, refusal
from backend.domain.event import Event, EventKind
from backend.domain.match import Match
from backend.domain.report import Report
from backend.services.access import Action, Where, require
from backend.services.audit import at_once, saw
from backend.services.collaborators import Collaborators
from backend.services.matches import get_match
from backend.services.reports import get_report
from backend.store.feed import Listener, TooFarBehindError

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
})  # fmt: skip
"""What changes a report or its next step, for the family."""


async def follow_own_reports(use: Collaborators, viewer: Viewer | None) -> AsyncGenerator[Report, None]:
    """Each report of the viewer's family, first as it is and then after each change.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN; STALE where the follower must read the present state anew.
    """
    family_id = viewer.family_id if viewer is not None else None
    known = require(viewer, Action.READ_REPORT, Where(family_id=family_id))
    use = at_once(use)  # each telling is a look of its own
    async with use.feed.listen() as listener:
        for report in await _own_reports(use, known):
            yield report
        while True:
            event = await _next(listener)
            if event.family_id == known.family_id and event.kind in _NEWS and event.report_id is not None:
                yield await get_report(use, known, event.report_id)


async def _next(listener: Listener) -> Event:
    """Raises: DomainError STALE where the follower is too far behind to be told everything."""
    try:
        return await listener.next()
    except TooFarBehindError:
        raise refusal(ErrorCode.STALE, "Too much has happened to tell it all. Please load this again.") from None


async def _own_reports(use: Collaborators, viewer: Viewer) -> Sequence[Report]:
    found = await use.store.reports.find({"familyId": viewer.family_id})
    await saw(use, viewer, AuditAction.READ_REPORT, Part.DESCRIPTION, found)
    return found


async def follow_matches(use: Collaborators, viewer: Viewer | None, incident_id: str) -> AsyncGenerator[Match, None]:
    """Each match of an incident as it is proposed or changes.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN; STALE where the follower must read the present state anew.
    """
    known = require(viewer, Action.READ_MATCH, Where(incident_id=incident_id))
    use = at_once(use)  # each telling is a look of its own
    async with use.feed.listen() as listener:
        while True:
            event = await _next(listener)
            if event.incident_id == incident_id and event.match_id is not None:
                yield await get_match(use, known, event.match_id)
