"""What a family may know of the matches of its report: only what to do next."""

from collections.abc import Sequence

from backend.domain.account import Viewer
from backend.domain.match import MatchState
from backend.domain.report import NextStep, Report, ReportStatus
from backend.domain.subject import Side
from backend.services.access import Action, may
from backend.services.collaborators import Collaborators
from backend.services.links import as_counted, clusters, matches_of_records
from backend.services.reports import where


async def next_steps(use: Collaborators, viewer: Viewer | None, reports: Sequence[Report]) -> list[NextStep]:
    """The next step for each report, in order; WAIT for a report that is not the viewer's to see."""
    seen = [report for report in reports if may(viewer, Action.READ_REPORT, where(report))]
    linked = await clusters(use, Side.REPORT, [report.id for report in seen])
    confirmed: set[str] = set()
    likely: set[str] = set()
    for match in await as_counted(use, await matches_of_records(use, Side.REPORT, linked)):
        if match.state is MatchState.CONFIRMED:
            confirmed |= linked[match.report_id]
        elif match.alerted_at is not None and match.state is not MatchState.REJECTED:
            # A match that was told and has faded counts too: only a person takes news back. If a change of the last
            # seen place did, the family's screen would say how far away the child is.
            likely.add(match.report_id)
    return [_next_step(report, confirmed, likely) for report in reports]


def _next_step(report: Report, confirmed: set[str], likely: set[str]) -> NextStep:
    if report.status is not ReportStatus.OPEN:
        return NextStep.NONE
    if report.id in confirmed:
        return NextStep.CONTACT_CENTRE
    return NextStep.STAY_REACHABLE if report.id in likely else NextStep.WAIT
