"""Take-downs: a false report is matched no more; its family may appeal, and another person answers."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.area_alert import AreaAlertEnd
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import ErrorCode, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.match import Match, MatchAction, MatchState
from backend.domain.match import state_after as match_after
from backend.domain.report import Report, ReportStatus
from backend.domain.subject import Side
from backend.domain.take_down import NewTakeDown, TakeDown, TakeDownAction, TakeDownState, state_after
from backend.domain.text import cleaned
from backend.domain.validation import refuse_if_any, take_down_problems, words_problems
from backend.services import matches, reports
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.area_alerts import end_area_alerts
from backend.services.audit import Named, looking_for, saw, tell
from backend.services.changes import require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.links import clusters, matches_of_records, tell_the_others
from backend.services.paging import Page, PageRequest, read_page
from backend.services.parting import part
from backend.services.proofs import require_proof
from backend.services.reviews import count_as_reviewed
from backend.store.duplicates import hold_together
from backend.store.records import Session

_DECIDED_ON = (MatchState.CLAIMED, MatchState.CONFIRMED)
_EVENTS = {
    TakeDownAction.APPEAL: EventKind.TAKE_DOWN_APPEALED,
    TakeDownAction.UPHOLD: EventKind.TAKE_DOWN_UPHELD,
    TakeDownAction.RESTORE: EventKind.REPORT_RESTORED,
}


async def take_down_report(use: Collaborators, viewer: Viewer | None, new: NewTakeDown) -> TakeDown:
    """Take an open report down: it is matched no more, what was confirmed or claimed of it is undone, and it is linked
    with no other. Who asked is identified before.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STEP_UP_NEEDED, INVALID, STALE; CONFLICT for a report
    that is not open, and so is matched no more already.
    """
    report = await use.store.reports.get(new.report_id)
    place = None if report is None else reports.where(report)
    with looking_for(use, viewer, new.report_id):
        known = require_of_record(viewer, Action.TAKE_DOWN_REPORT, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")
    await require_proof(use, known)
    refuse_if_any(take_down_problems(new))
    require_seen(report, new.version)
    if report.status is not ReportStatus.OPEN:
        raise conflict("This report is not open, and so is matched no more already.", "reportId")

    async def write(session: Session) -> TakeDown:
        await _put(use, report, ReportStatus.TAKEN_DOWN, session)
        await end_area_alerts(use, report.id, AreaAlertEnd.TAKEN_DOWN, session, known)
        await part(use, Side.REPORT, report.id, known, session)
        undone = await _undo_matches(use, report, known, session)
        await count_as_reviewed(use, report.id, known, session)
        now = use.clock()
        take_down = TakeDown(
            id=use.new_id(),
            incident_id=report.incident_id,
            report_id=report.id,
            family_id=report.family_id,
            state=TakeDownState.STANDING,
            requester_name=new.requester_name,
            requester_relation=new.requester_relation,
            proof=new.proof,
            proof_note=new.proof_note,
            checked_by=new.checked_by,
            reason=new.reason,
            taken_down_by=known.id,
            undone_match_ids=tuple(match.id for match in undone),
            version=1,
            created_at=now,
            updated_at=now,
        )
        await use.store.take_downs.insert(take_down, session)
        told = _event(use, EventKind.REPORT_TAKEN_DOWN, take_down, known)
        await tell(use, known, session, told, also=[take_down.id], fields=["status"])
        return take_down

    return await use.store.transact(write)


async def appeal_take_down(use: Collaborators, viewer: Viewer | None, report_id: str, text: str) -> Report:
    """Ask for a report that was taken down to be looked at by another person. Once for each time it was taken down.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, CONFLICT.
    """
    report = await use.store.reports.get(report_id)
    place = None if report is None else reports.where(report)
    with looking_for(use, viewer, report_id):
        known = require_of_record(viewer, Action.APPEAL_TAKE_DOWN, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")
    said = cleaned(text)
    refuse_if_any(words_problems(said, "text"))
    take_down = (await _latest(use, [report])).get(report.id)
    if take_down is None:
        raise conflict("This report was not taken down.", "id")
    await _step(use, known, take_down, TakeDownAction.APPEAL, said)
    await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, [report])
    return report


async def answer_take_down(
    use: Collaborators, viewer: Viewer | None, take_down_id: str, version: int, action: TakeDownAction, reason: str
) -> TakeDown:
    """Restore a report, or uphold against an appeal that it was taken down. Never who took it down.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STEP_UP_NEEDED, INVALID, STALE, CONFLICT.
    """
    take_down = await use.store.take_downs.get(take_down_id)
    place = None if take_down is None else Where(incident_id=take_down.incident_id)
    with looking_for(use, viewer, take_down_id):
        known = require_of_record(viewer, Action.TAKE_DOWN_REPORT, Action.TAKE_DOWN_REPORT, place, "take-down")
        if take_down is None:
            raise not_found("take-down")
    if take_down.taken_down_by == known.id:
        raise refusal(ErrorCode.FORBIDDEN, "You took this report down yourself: somebody else must answer.")
    await require_proof(use, known)
    why = cleaned(reason)
    refuse_if_any(words_problems(why, "reason"))
    require_seen(take_down, version)
    return await _step(use, known, take_down, action, why)


async def get_take_down(use: Collaborators, viewer: Viewer | None, take_down_id: str) -> TakeDown:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    take_down = await use.store.take_downs.get(take_down_id)
    place = None if take_down is None else Where(incident_id=take_down.incident_id)
    with looking_for(use, viewer, take_down_id):
        require_of_record(viewer, Action.TAKE_DOWN_REPORT, Action.TAKE_DOWN_REPORT, place, "take-down")
        if take_down is None:
            raise not_found("take-down")
    await _saw(use, viewer, [take_down])
    return take_down


async def list_take_downs(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    states: Sequence[TakeDownState],
    request: PageRequest,
) -> Page[TakeDown]:
    """The take-downs of an incident in any of `states`, newest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.TAKE_DOWN_REPORT, Where(incident_id=incident_id))
    wanted = {"incidentId": incident_id, "state": {"$in": [state.value for state in states]}}
    page = await read_page(use, use.store.take_downs, wanted, request)
    await _saw(use, viewer, page.records)
    return page


async def take_downs_of(use: Collaborators, viewer: Viewer | None, reports_: Sequence[Report]) -> list[TakeDown | None]:
    """The latest take-down of each report, of those that the viewer may read. What of it is shown to whom, the caller
    knows: a family never learns who asked, nor why.
    """
    seen = [report for report in reports_ if may(viewer, Action.READ_REPORT, reports.where(report))]
    found = await _latest(use, seen)
    return [found.get(report.id) for report in reports_]


async def _latest(use: Collaborators, of: Sequence[Report]) -> dict[str, TakeDown]:
    """The latest of each report, which is the one that still counts."""
    if not of:
        return {}
    found = await use.store.take_downs.find({"reportId": {"$in": [report.id for report in of]}})
    return {take_down.report_id: take_down for take_down in found}


async def _step(
    use: Collaborators, viewer: Viewer, take_down: TakeDown, action: TakeDownAction, words: str
) -> TakeDown:
    following = replace(
        take_down,
        state=state_after(take_down.state, action),
        version=take_down.version + 1,
        updated_at=(now := use.clock()),
    )
    if action is TakeDownAction.APPEAL:
        following = replace(following, appeal=words, appealed_by=viewer.id, appealed_at=now)
    else:
        following = replace(following, answer=words, answered_by=viewer.id, answered_at=now)

    async def write(session: Session) -> None:
        if not await use.store.take_downs.replace(following, take_down.version, session):
            raise stale()
        if action is TakeDownAction.RESTORE:
            report = await use.store.reports.get(take_down.report_id, session)
            if report is None:
                raise not_found("report")
            await _put(use, report, ReportStatus.OPEN, session)
        told = _event(use, _EVENTS[action], following, viewer)
        await tell(use, viewer, session, told, also=[following.id], fields=["state"])

    await use.store.transact(write)
    return following


async def _put(use: Collaborators, report: Report, status: ReportStatus, session: Session) -> None:
    following = replace(report, status=status, version=report.version + 1, updated_at=use.clock())
    await reports.keep_changed(use, following, report.version, session)


async def _undo_matches(use: Collaborators, report: Report, viewer: Viewer, session: Session) -> list[Match]:
    """What was decided for the report is undone, so that its true family can be confirmed; what was rejected stays.

    What was decided for reports that it was linked with stays theirs: they may be of the true family.
    """
    undone = []
    for match in await matches_of_records(use, Side.REPORT, [report.id], session):
        if match.state not in _DECIDED_ON:
            continue
        opened = replace(
            match,
            state=match_after(match.state, MatchAction.UNDO),
            claimed_by=None,
            decided_by=None,
            decided_at=None,
            reason=None,
            version=match.version + 1,
            updated_at=use.clock(),
        )
        if not await use.store.matches.replace(opened, match.version, session):
            raise stale()
        beyond = (await clusters(use, Side.REGISTRATION, [match.registration_id], session))[match.registration_id]
        await hold_together(use.store.duplicates, beyond, session)
        shared = await tell_the_others(use, opened, (frozenset({report.id}), beyond), viewer.id, session)
        told = matches.event(use, EventKind.MATCH_UNDONE, opened, viewer.id)
        await tell(use, viewer, session, told, *shared, also=[opened.registration_id], fields=["state"])
        undone.append(opened)
    return undone


async def _saw(use: Collaborators, viewer: Viewer | None, shown: Sequence[TakeDown]) -> None:
    named = [Named(one, take_down.incident_id) for take_down in shown for one in (take_down.id, take_down.report_id)]
    await saw(use, viewer, AuditAction.READ_TAKE_DOWN, Part.DESCRIPTION, named)


def _event(use: Collaborators, kind: EventKind, take_down: TakeDown, viewer: Viewer) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=take_down.report_id,
        actor_id=viewer.id,
        at=use.clock(),
        incident_id=take_down.incident_id,
        family_id=take_down.family_id,
        report_id=take_down.report_id,
    )
