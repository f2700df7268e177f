"""Finding the reports that a caller may mean: by what is said of the child, however it is spelt."""

from backend.domain.account import Viewer
from backend.domain.person import Person
from backend.domain.report import Report
from backend.domain.subject import Side, Subject
from backend.domain.validation import person_problems, refuse_if_any
from backend.matching.compare import compare
from backend.matching.profile import profile
from backend.matching.ranking import AT_ONCE
from backend.services.access import Action, Where, require
from backend.services.collaborators import Collaborators
from backend.services.models import rules_of
from backend.services.reports import get_reports
from backend.services.subjects import as_of
from backend.store.candidates import Candidate, candidates_by_key

MOST_FOUND = 10


async def find_reports(use: Collaborators, viewer: Viewer | None, incident_id: str, person: Person) -> list[Report]:
    """Open reports of an incident that what is known of a child, or of who asks for it (as its relative), may mean: the
    likeliest first. Found as the matcher finds them, by sound and by pet name too; nothing is kept of the question.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID.
    """
    require(viewer, Action.READ_REPORT, Where(incident_id=incident_id))
    now = use.clock()
    refuse_if_any(person_problems(person, now, "person."))
    rules = await rules_of(use, incident_id)
    if rules is None:
        return []
    described = profile(Subject(Side.REGISTRATION, "", as_of(person, now), recorded_at=now))
    asked = Candidate(
        id="",
        version=1,
        incident_id=incident_id,
        owner_id="",
        group_id=None,
        profile=described,
        is_open=True,
    )
    found = await candidates_by_key(use.store.reports, use.store.key_indexes, [asked], bounds=AT_ONCE)
    compared = [(compare(one.profile, described, rules.context), one.id) for one in found[asked.id]]
    # What speaks against a report altogether is none that the caller means.
    meant = [pair for pair in compared if sum(piece.bits for piece in pair[0].evidence) > 0]
    meant.sort(key=lambda pair: (-pair[0].bits, pair[1]))
    shown = await get_reports(use, viewer, [report_id for _, report_id in meant[:MOST_FOUND]])
    return [report for report in shown if report is not None]
