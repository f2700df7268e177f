"""Questions to a family: staff asks about its report, the family answers in its case, the answer joins the report."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.asking import (
    Answer,
    AskedKind,
    AskedState,
    Asking,
    asking_problems,
    described,
    telling_problems,
)
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import ErrorCode, Problem, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.giving_away import Secret, said
from backend.domain.person import Place
from backend.domain.question import NewQuestion, Question
from backend.domain.report import Report, ReportChanges
from backend.domain.subject import Side
from backend.domain.validation import refuse_if_any, report_change_problems
from backend.services import reports
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.asking import answered, as_shown, drop, keep_next, names_in
from backend.services.audit import Named, looking_for, saw, tell
from backend.services.changes import changed, names_said
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.links import matches_of_records
from backend.services.matches import get_match
from backend.services.once import insert_once
from backend.services.paging import Page, PageRequest, read_page
from backend.services.subjects import as_of, is_seeking
from backend.store.codec import digest
from backend.store.records import Session

MOST_OPEN = 10
"""Questions that a family has before it at a time: more is no question but an interrogation."""


async def ask_family(use: Collaborators, viewer: Viewer | None, new: NewQuestion) -> Question:
    """Ask a family about its report; it is told that there is news. The same again under the same id gives the same.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID; CONFLICT where the report is no longer open, or
    too much is asked already.
    """
    report = await use.store.reports.get(new.report_id)
    where = None if report is None else reports.where(report)
    with looking_for(use, viewer, new.report_id):
        known = require_of_record(viewer, Action.ASK_FAMILY, Action.READ_QUESTION, where, "report")
        if report is None:
            raise not_found("report")
    asking = Asking(new.kind, new.body_site, new.text)
    refuse_if_any(asking_problems(asking, AskedKind))
    if new.match_id is not None and (await get_match(use, known, new.match_id)).report_id != report.id:
        raise refusal(ErrorCode.INVALID, "This match is of another report.", "matchId")
    refuse_if_any(await _telling_problems(use, report, asking))
    now = use.clock()
    question = Question(
        id=given_or_new(use, new.id),
        incident_id=report.incident_id,
        family_id=report.family_id,
        report_id=report.id,
        match_id=new.match_id,
        asking=asking,
        state=AskedState.OPEN,
        asked_by=known.id,
        answer=None,
        answered_by=None,
        answered_at=None,
        version=1,
        created_at=now,
        updated_at=now,
    )

    async def then(session: Session) -> None:
        await use.store.reports.hold(report.id, session)
        present = await use.store.reports.get(report.id, session)
        if present is None or not is_seeking(present):
            raise conflict("This report is no longer open.", "reportId")
        asked = await use.store.questions.find({"reportId": report.id}, session=session)
        if sum(one.state is AskedState.OPEN for one in asked) > MOST_OPEN:
            raise conflict(f"The family has {MOST_OPEN} questions before it already.", "reportId")
        await tell(use, known, session, _event(use, EventKind.QUESTION_ASKED, question, known.id))

    if await insert_once(use, use.store.questions, question, "question", said=digest(known.id, new), then=then):
        return question
    return await get_question(use, known, question.id)


async def drop_question(use: Collaborators, viewer: Viewer | None, question_id: str) -> Question:
    """Take a question back that nobody has answered. Taken back again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    question, known = await _of_record(use, viewer, question_id, Action.ASK_FAMILY)
    return await drop(
        use, known, use.store.questions, question, lambda it: _event(use, EventKind.QUESTION_DROPPED, it, known.id)
    )


async def answer_question(use: Collaborators, viewer: Viewer | None, question_id: str, answer: Answer) -> Question:
    """Answer, once. What the answer says of the child changes the report, as the family's own change would.

    The same answer again by the same person gives the same.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID; CONFLICT for who comes too late, and where the
    report is no longer open.
    """
    question, known = await _of_record(use, viewer, question_id, Action.ANSWER_QUESTION)
    following = await answered(use, known, question, answer, question.report_id)
    if following is None:
        return as_shown(known, question)

    async def write(session: Session) -> None:
        await keep_next(use.store.questions, following, session)
        told = [_event(use, EventKind.QUESTION_ANSWERED, following, known.id)]
        report = await use.store.reports.get(question.report_id, session)
        if report is None or not is_seeking(report):
            raise conflict("This report is no longer open.", "id")
        changes = _changes(report, question.asking, answer, use)
        if names_said(changes):
            after = changed(report, changes, version=report.version + 1, updated_at=following.updated_at)
            await reports.keep_changed(use, after, report.version, session)
            told.append(reports.event(use, EventKind.REPORT_UPDATED, after, known.id))
        await tell(use, known, session, *told, also=[question.id], fields=["answer"])

    await use.store.transact(write)
    return as_shown(known, following)


def _changes(report: Report, asking: Asking, answer: Answer, use: Collaborators) -> ReportChanges:
    """What an answer changes in the report.

    Raises: DomainError INVALID for an answer that no report could hold.
    """
    now = use.clock()
    person = described(report.person, asking, answer, by_the_child=False, now=now)
    changes = ReportChanges(person=None if person == report.person else as_of(person, now))
    if answer.last_seen_at is not None:
        changes = replace(changes, last_seen_at=answer.last_seen_at)
    if answer.last_seen_place != Place():
        changes = replace(changes, last_seen_place=answer.last_seen_place)
    refuse_if_any(report_change_problems(changes, now))
    return changes


async def get_question(use: Collaborators, viewer: Viewer | None, question_id: str) -> Question:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    question, known = await _of_record(use, viewer, question_id, Action.READ_QUESTION)
    await _saw(use, known, [question])
    return as_shown(known, question)


async def list_questions(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    states: Sequence[AskedState],
    request: PageRequest,
) -> Page[Question]:
    """The questions of an incident in any of `states`, newest first; for a family, those that it was asked.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    family_id = viewer.family_id if viewer is not None else None
    known = require(viewer, Action.READ_QUESTION, Where(incident_id=incident_id, family_id=family_id))
    wanted: dict[str, object] = {"incidentId": incident_id, "state": {"$in": [state.value for state in states]}}
    if family_id is not None:
        wanted["familyId"] = family_id
    page = await read_page(use, use.store.questions, wanted, request)
    await _saw(use, known, page.records)
    return replace(page, records=tuple(as_shown(known, one) for one in page.records))


async def questions_of_reports(
    use: Collaborators, viewer: Viewer | None, records: Sequence[Report]
) -> list[list[Question]]:
    """For each report, what was asked about it, oldest first; nothing where the viewer may not see it."""
    seen = [one.id for one in records if may(viewer, Action.READ_QUESTION, reports.where(one))]
    found = await use.store.questions.find_readable({"reportId": {"$in": seen}}) if seen else []
    await _saw(use, viewer, found)
    return [[as_shown(viewer, one) for one in found if one.report_id == record.id] for record in records]


async def _of_record(
    use: Collaborators, viewer: Viewer | None, question_id: str, action: Action
) -> tuple[Question, Viewer]:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN."""
    question = await use.store.questions.get(question_id)
    where = None if question is None else Where(incident_id=question.incident_id, family_id=question.family_id)
    with looking_for(use, viewer, question_id):
        known = require_of_record(viewer, action, Action.READ_QUESTION, where, "question")
        if question is None:
            raise not_found("question")
    return question, known


async def _telling_problems(use: Collaborators, report: Report, asking: Asking) -> Iterator[Problem]:
    """Where the question names a child that was taken in, or where it is, in words that the report does not hold."""
    matches = await matches_of_records(use, Side.REPORT, [report.id])
    children = await use.store.registrations.get_many({match.registration_id for match in matches})
    sites = await use.store.sites.get_many({child.site_id for child in children.values()})
    places = [word for site in sites.values() for word in (site.name, site.address)]
    secret = Secret(
        names=said(name for child in children.values() for name in names_in(child.person)),
        others=said([*places, *(child.found_place.text for child in children.values())]),
    )
    return telling_problems(
        asking, secret, [*names_in(report.person), report.reporter.name, report.last_seen_place.text]
    )


async def _saw(use: Collaborators, viewer: Viewer | None, shown: Sequence[Question]) -> None:
    named = [Named(one_id, one.incident_id) for one in shown for one_id in (one.id, one.report_id)]
    await saw(use, viewer, AuditAction.READ_QUESTION, Part.DESCRIPTION, named)


def _event(use: Collaborators, kind: EventKind, question: Question, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=question.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=question.incident_id,
        family_id=question.family_id,
        report_id=question.report_id,
        match_id=question.match_id,
    )
