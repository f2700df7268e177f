"""Sightings: recorded by whoever saw or heard something, linked with a report or dismissed by staff, and undone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.domain.account import Role, Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import DomainError, ErrorCode, conflict, forbidden, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.incident import IncidentStatus
from backend.domain.report import Report, ReportStatus
from backend.domain.sighting import (
    NewSighting,
    Sighting,
    SightingAction,
    SightingSource,
    SightingState,
    Witness,
    overtaken,
    state_after,
)
from backend.domain.text import cleaned
from backend.domain.validation import reason_problems, refuse_if_any, sighting_problems
from backend.services import reports
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import looking_for, saw, tell
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.once import insert_once
from backend.services.paging import Page, PageRequest, read_page
from backend.services.rates import asker, count_filing
from backend.services.subjects import as_of, fields_of_report
from backend.store.codec import digest
from backend.store.profiles import keep_beside
from backend.store.records import Session
from backend.store.sightings import linked_sightings

_SOURCES = {Role.VOLUNTEER: SightingSource.FIELD, Role.FAMILY: SightingSource.WEB}
_EVENTS = {
    SightingAction.LINK: EventKind.SIGHTING_LINKED,
    SightingAction.DISMISS: EventKind.SIGHTING_DISMISSED,
    SightingAction.REOPEN: EventKind.SIGHTING_REOPENED,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """`sighting` is None for whoever may record one and not read it: a stranger, or a family."""

    id: str
    sighting: Sighting | None


async def record_sighting(use: Collaborators, viewer: Viewer | None, new: NewSighting, *, address: str) -> Recorded:
    """Write a sighting down, with or without an account. The same again under the same id gives the same answer.

    Raises: DomainError RATE_LIMITED, NOT_FOUND, FORBIDDEN, CONFLICT, INVALID.
    """
    count_filing(use.rates, asker(viewer, address))
    incident = await use.store.incidents.get(new.incident_id)
    if incident is None:
        raise refusal(ErrorCode.NOT_FOUND, "There is no such incident.", "incidentId")
    if viewer is not None:
        require(viewer, Action.RECORD_SIGHTING, Where(incident_id=incident.id))
    if incident.status is IncidentStatus.CLOSED:
        raise conflict("This incident is closed. Please call the centre.", "incidentId")
    now = use.clock()
    refuse_if_any(sighting_problems(new, now))
    sighting = Sighting(
        id=given_or_new(use, new.id),
        incident_id=incident.id,
        state=SightingState.OPEN,
        source=SightingSource.WEB if viewer is None else _SOURCES.get(viewer.role, SightingSource.HOTLINE),
        person=as_of(new.person, now),
        what=new.what,
        place=new.place,
        seen_at=new.seen_at,
        witness=new.witness,
        recorded_by=None if viewer is None else viewer.id,
        report_id=None,
        decided_by=None,
        decided_at=None,
        reason=None,
        synthetic=incident.synthetic,
        version=1,
        created_at=now,
        updated_at=now,
    )

    async def then(session: Session) -> None:
        told = _event(use, EventKind.SIGHTING_RECORDED, sighting, sighting.recorded_by or sighting.id)
        await tell(use, viewer, session, told)

    said = digest(None if viewer is None else viewer.id, new)
    await insert_once(use, use.store.sightings, sighting, "sighting", said=said, then=then)
    if not may(viewer, Action.READ_SIGHTING, _where(sighting)):
        return Recorded(sighting.id, None)
    return Recorded(sighting.id, await get_sighting(use, viewer, sighting.id))


def as_shown(viewer: Viewer | None, sighting: Sighting) -> Sighting:
    """Who saw it, and what became of it and why, is for staff; a volunteer sees what they wrote down of the child."""
    if may(viewer, Action.DECIDE_SIGHTING, _where(sighting)):
        return sighting
    return replace(sighting, witness=Witness(), report_id=None, decided_by=None, decided_at=None, reason=None)


async def get_sighting(use: Collaborators, viewer: Viewer | None, sighting_id: str) -> Sighting:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    sighting = await use.store.sightings.get(sighting_id)
    where = None if sighting is None else _where(sighting)
    with looking_for(use, viewer, sighting_id):
        require_of_record(viewer, Action.READ_SIGHTING, Action.READ_SIGHTING, where, "sighting")
        if sighting is None:
            raise not_found("sighting")
    await saw(use, viewer, AuditAction.READ_SIGHTING, Part.DESCRIPTION, [sighting])
    return as_shown(viewer, sighting)


async def list_sightings(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    states: Sequence[SightingState],
    request: PageRequest,
) -> Page[Sighting]:
    """The sightings of an incident in any of `states`, newest first; for a volunteer, those that they recorded.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    own = Where(incident_id=incident_id, owner_id=None if viewer is None else viewer.id)
    known = require(viewer, Action.READ_SIGHTING, own)
    wanted: dict[str, object] = {"incidentId": incident_id, "state": {"$in": [state.value for state in states]}}
    if not may(known, Action.READ_SIGHTING, Where(incident_id=incident_id)):
        wanted["recordedBy"] = known.id
    page = await read_page(use, use.store.sightings, wanted, request)
    await saw(use, known, AuditAction.READ_SIGHTING, Part.DESCRIPTION, page.records)
    return replace(page, records=tuple(as_shown(known, sighting) for sighting in page.records))


async def sightings_of_reports(
    use: Collaborators, viewer: Viewer | None, records: Sequence[Report]
) -> list[list[Sighting] | DomainError]:
    """For each report, the sightings that are linked with it, oldest first."""
    allowed = [may(viewer, Action.DECIDE_SIGHTING, Where(incident_id=report.incident_id)) for report in records]
    seen = [report.id for report, is_allowed in zip(records, allowed, strict=True) if is_allowed]
    linked = await linked_sightings(use.store, seen) if seen else {}
    shown = [sighting for found in linked.values() for sighting in found]
    await saw(use, viewer, AuditAction.READ_SIGHTING, Part.DESCRIPTION, shown)
    return [
        linked.get(report.id, []) if is_allowed else forbidden()
        for report, is_allowed in zip(records, allowed, strict=True)
    ]


async def link_sighting(
    use: Collaborators, viewer: Viewer | None, sighting_id: str, version: int, report_id: str
) -> Sighting:
    """Say that it was the child of this report who was seen: from now on the sighting is evidence of place and time.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID; CONFLICT for who comes too late, and where the
    report is no longer open.
    """
    sighting, known = await _for_decision(use, viewer, sighting_id)
    report = await reports.get_report(use, known, report_id)
    if report.incident_id != sighting.incident_id:
        raise refusal(ErrorCode.INVALID, "The sighting and the report are of two incidents.", "reportId")
    if report.status is not ReportStatus.OPEN:
        raise conflict("This report is closed already.", "reportId")
    return await _decide(use, known, sighting, version, SightingAction.LINK, report_id=report.id)


async def dismiss_sighting(
    use: Collaborators, viewer: Viewer | None, sighting_id: str, version: int, reason: str
) -> Sighting:
    """Say that nothing is to be made of it, and why.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, CONFLICT.
    """
    sighting, known = await _for_decision(use, viewer, sighting_id)
    why = cleaned(reason)
    refuse_if_any(reason_problems(why))
    return await _decide(use, known, sighting, version, SightingAction.DISMISS, reason=why)


async def reopen_sighting(use: Collaborators, viewer: Viewer | None, sighting_id: str, version: int) -> Sighting:
    """Take a link or a dismissal back: the sighting waits again, and is evidence of nothing.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    sighting, known = await _for_decision(use, viewer, sighting_id)
    return await _decide(use, known, sighting, version, SightingAction.REOPEN)


async def _for_decision(use: Collaborators, viewer: Viewer | None, sighting_id: str) -> tuple[Sighting, Viewer]:
    sighting = await use.store.sightings.get(sighting_id)
    where = None if sighting is None else _where(sighting)
    with looking_for(use, viewer, sighting_id):
        known = require_of_record(viewer, Action.DECIDE_SIGHTING, Action.READ_SIGHTING, where, "sighting")
        if sighting is None:
            raise not_found("sighting")
    return sighting, known


async def _decide(
    use: Collaborators,
    known: Viewer,
    sighting: Sighting,
    version: int,
    action: SightingAction,
    *,
    report_id: str | None = None,
    reason: str | None = None,
) -> Sighting:
    following = state_after(sighting.state, action)
    if sighting.version != version:
        raise overtaken()
    now = use.clock()
    decided = replace(
        sighting,
        state=following,
        report_id=report_id,
        decided_by=known.id,
        decided_at=now,
        reason=reason,
        version=version + 1,
        updated_at=now,
    )
    concerned = report_id or sighting.report_id

    async def write(session: Session) -> None:
        if not await use.store.sightings.replace(decided, version, session):
            raise overtaken()
        family_id = None if concerned is None else await _keep_evidence(use, concerned, session)
        told = _event(use, _EVENTS[action], decided, known.id)
        told = replace(told, report_id=concerned, family_id=family_id)
        await tell(use, known, session, told, fields=["state"])

    await use.store.transact(write)
    return decided


async def _keep_evidence(use: Collaborators, report_id: str, session: Session) -> str | None:
    """Derive the report's profile anew. The report itself, and its version, stay: its family sees nothing of it.

    Returns the report's family.
    """
    # Whoever changes the report at this moment meets this transaction, and reads the sightings after it.
    await use.store.reports.hold(report_id, session)
    report = await use.store.reports.get(report_id, session)
    if report is None:
        return None
    linked = await linked_sightings(use.store, [report_id], session)
    fields = fields_of_report(report, use.clock(), linked.get(report_id, ()))
    await keep_beside(use.store.reports, {report_id: fields}, session)
    return report.family_id


def _where(sighting: Sighting) -> Where:
    return Where(incident_id=sighting.incident_id, owner_id=sighting.recorded_by)


def _event(use: Collaborators, kind: EventKind, sighting: Sighting, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=sighting.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=sighting.incident_id,
    )
