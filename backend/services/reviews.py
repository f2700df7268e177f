"""Reviews: reports filed by strangers wait until somebody has looked at them. Matching does not wait for that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import compress

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import not_found
from backend.domain.event import Event, EventKind
from backend.domain.report import Report
from backend.domain.review import Review, ReviewState
from backend.services import reports
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import looking_for, saw, tell
from backend.services.collaborators import Collaborators
from backend.services.paging import Page, PageRequest, read_page
from backend.store.records import Session


async def review_report(use: Collaborators, viewer: Viewer | None, report_id: str) -> Report:
    """Say that one has looked at a report. One that waits for no review, or no longer, stays as it is.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    report = await use.store.reports.get(report_id)
    place = None if report is None else reports.where(report)
    with looking_for(use, viewer, report_id):
        known = require_of_record(viewer, Action.REVIEW_REPORT, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")

    async def write(session: Session) -> None:
        if await count_as_reviewed(use, report.id, known, session):
            told = Event(
                id=use.new_id(),
                kind=EventKind.REPORT_REVIEWED,
                subject_id=report.id,
                actor_id=known.id,
                at=use.clock(),
                incident_id=report.incident_id,
                report_id=report.id,
            )
            await tell(use, known, session, told)

    await use.store.transact(write)
    await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, [report])
    return report


async def count_as_reviewed(use: Collaborators, report_id: str, viewer: Viewer, session: Session) -> bool:
    """Settle the review of a report that waits for one; False where none does, and where somebody objected to what
    became of its case. A decision on a match of it is one.
    """
    there = await use.store.reviews.get(report_id, session)
    if there is None or there.state is ReviewState.DONE or there.objected_at is not None:
        return False
    return await use.store.reviews.replace(_done(there, viewer, use.clock()), there.version, session)


def _done(review: Review, viewer: Viewer, now: datetime) -> Review:
    return replace(
        review,
        state=ReviewState.DONE,
        reviewed_by=viewer.id,
        reviewed_at=now,
        version=review.version + 1,
        updated_at=now,
    )


async def reports_to_review(
    use: Collaborators, viewer: Viewer | None, incident_id: str, request: PageRequest
) -> Page[Report]:
    """The reports of an incident that nobody has looked at yet, newest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    known = require(viewer, Action.REVIEW_REPORT, Where(incident_id=incident_id))
    wanted = {"incidentId": incident_id, "state": ReviewState.WAITING.value}
    page = await read_page(use, use.store.reviews, wanted, request)
    found = await use.store.reports.get_many(review.id for review in page.records)
    there = [review.id in found for review in page.records]
    shown = tuple(found[review.id] for review in compress(page.records, there))
    await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, shown)
    return Page(shown, tuple(compress(page.cursors, there)), page.more)


async def reviews_of(use: Collaborators, viewer: Viewer | None, reports_: Sequence[Report]) -> list[Review | None]:
    """The review of each report; None for one that never needed any, and for whoever may not know."""
    asked = [report for report in reports_ if may(viewer, Action.REVIEW_REPORT, reports.where(report))]
    found = await use.store.reviews.get_many(report.id for report in asked) if asked else {}
    return [found.get(report.id) for report in reports_]
