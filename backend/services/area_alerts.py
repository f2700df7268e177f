"""Area alerts: proposed when a family agrees, sent and widened by a coordinator, stopped by either side."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from backend.domain.account import Viewer
from backend.domain.alert import Alert, AlertKind
from backend.domain.area_alert import (
    AlertArea,
    AreaAlert,
    AreaAlertEnd,
    AreaAlertState,
    AreaProgress,
    AreaRound,
    SentArea,
)
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import conflict, not_found
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.incident import IncidentStatus
from backend.domain.match import MatchState
from backend.domain.report import Report
from backend.domain.review import ReviewState
from backend.domain.validation import refuse_if_any
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.alerts import GOOD_FOR
from backend.services.area_reach import MOST_AREAS, area_problems, reach_of, report_to_tell
from backend.services.audit import looking_for, saw, tell
from backend.services.changes import require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.links import reports_of_found
from backend.services.nearby_places import drawn
from backend.services.paging import Page, PageRequest, read_page
from backend.services.proofs import require_proof
from backend.services.subjects import is_seeking
from backend.store import events
from backend.store.area_alerts import progress_of
from backend.store.records import Session


async def send_area_alert(use: Collaborators, viewer: Viewer | None, report_id: str, area: AlertArea) -> AreaAlert:
    """Tell those in an area that the child of a report is missing. The same again is what it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STEP_UP_NEEDED, INVALID; CONFLICT where the family does
    not agree, where nobody has looked at the report yet, or where its child is being told of already.
    """
    report, known = await report_to_tell(use, viewer, report_id)
    await require_proof(use, known)
    refuse_if_any(area_problems(area))
    reached, sites = await reach_of(use, report.incident_id, drawn(area))

    async def write(session: Session) -> AreaAlert:
        # Of two that send at once, the later finds what the other sent.
        await use.store.reports.hold(report.id, session)
        there = [one for one in await _of_report(use, report.id, session) if one.state is not AreaAlertState.STOPPED]
        going = next((one for one in there if one.state is AreaAlertState.GOING), None)
        if going is not None and going.areas[0].area == area and going.areas[0].sent_by == known.id:
            return going
        if going is not None:
            raise conflict("Those in an area are being told of this child already: widen that area.", "reportId")
        await _require_leave(use, report.id, known, session)
        now = use.clock()
        proposed = there[0] if there else _proposed(use, report, now)
        sent = replace(
            proposed,
            state=AreaAlertState.GOING,
            areas=(SentArea(area, reached.devices, sites, known.id, now),),
            version=proposed.version + 1,
            updated_at=now,
        )
        if not there:
            await use.store.area_alerts.insert(sent, session)
        elif not await use.store.area_alerts.replace(sent, proposed.version, session):
            raise stale()
        await use.store.alerts.insert(_alert(sent, now), session)
        await _queue(use, EventKind.AREA_ALERT_SENT, sent, known, reached.keys, session)
        return sent

    return await use.store.transact(write)


async def widen_area_alert(
    use: Collaborators, viewer: Viewer | None, alert_id: str, version: int, area: AlertArea
) -> AreaAlert:
    """Tell those in a further area too: nobody is told twice. The same again is what it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STEP_UP_NEEDED, INVALID, STALE, CONFLICT.
    """
    alert, known = await _for_change(use, viewer, alert_id)
    await require_proof(use, known)
    refuse_if_any(area_problems(area))
    if alert.version == version + 1 and alert.areas[-1].area == area and alert.areas[-1].sent_by == known.id:
        return alert
    require_seen(alert, version)
    if alert.state is not AreaAlertState.GOING:
        raise conflict("This alert is not going out. Please send it anew.", "id")
    if len(alert.areas) >= MOST_AREAS:
        raise conflict(f"An alert can be widened to {MOST_AREAS} areas.", "area")
    reached, sites = await reach_of(use, alert.incident_id, drawn(area))

    async def write(session: Session) -> AreaAlert:
        await _require_leave(use, alert.report_id, known, session)
        now = use.clock()
        sent = SentArea(area, reached.devices, sites, known.id, now)
        following = replace(alert, areas=(*alert.areas, sent), version=alert.version + 1, updated_at=now)
        if not await use.store.area_alerts.replace(following, alert.version, session):
            raise stale()
        await _queue(use, EventKind.AREA_ALERT_WIDENED, following, known, reached.keys, session)
        return following

    return await use.store.transact(write)


async def stop_area_alert(use: Collaborators, viewer: Viewer | None, alert_id: str) -> AreaAlert:
    """Tell nobody more, and show nothing to those who were told; or decline what was proposed. Stopped again, it is as
    it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    alert, known = await _for_change(use, viewer, alert_id)

    async def write(session: Session) -> AreaAlert:
        # As it is by now: who stops must not be told that somebody has just widened it.
        await _end(use, [await use.store.area_alerts.get(alert.id, session)], AreaAlertEnd.COORDINATOR, session, known)
        return await use.store.area_alerts.get(alert.id, session) or alert

    return await use.store.transact(write)


async def get_area_alert(use: Collaborators, viewer: Viewer | None, alert_id: str) -> AreaAlert:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    alert = await use.store.area_alerts.get(alert_id)
    where = None if alert is None else Where(incident_id=alert.incident_id)
    with looking_for(use, viewer, alert_id):
        require_of_record(viewer, Action.READ_AREA_ALERT, Action.READ_AREA_ALERT, where, "area alert")
        if alert is None:
            raise not_found("area alert")
    return alert


async def list_area_alerts(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    states: Sequence[AreaAlertState],
    request: PageRequest,
) -> Page[AreaAlert]:
    """The area alerts of an incident in any of `states`, newest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.READ_AREA_ALERT, Where(incident_id=incident_id))
    wanted = {"incidentId": incident_id, "state": {"$in": [state.value for state in states]}}
    return await read_page(use, use.store.area_alerts, wanted, request)


async def areas_of(use: Collaborators, viewer: Viewer | None, alert: AreaAlert) -> tuple[SentArea, ...]:
    """The areas of an alert that the viewer was given: about where a child was last seen. Who only follows how far the
    telling has come asks for them once, and is entered once.
    """
    await saw(use, viewer, AuditAction.READ_AREA_ALERT, Part.PLACE, [alert])
    return alert.areas


async def progress_of_alerts(
    use: Collaborators, viewer: Viewer | None, alerts: Sequence[AreaAlert]
) -> list[AreaProgress | None]:
    """How far each has come; None for one that is not the viewer's to see."""
    seen = [one.id for one in alerts if may(viewer, Action.READ_AREA_ALERT, Where(incident_id=one.incident_id))]
    found = await progress_of(use.store, seen) if seen else {}
    return [found.get(one.id) for one in alerts]


async def propose(use: Collaborators, reports: Sequence[Report], session: Session) -> None:
    """Propose to tell those nearby of children whose families agree to it, unless that was done already."""
    for report in reports:
        if report.nearby.alert and is_seeking(report):
            there = await _of_report(use, report.id, session) if report.version > 1 else []
            if all(one.state is AreaAlertState.STOPPED for one in there):
                await use.store.area_alerts.insert(_proposed(use, report, use.clock()), session)


async def end_of_found(use: Collaborators, told_of: Event, session: Session) -> None:
    """Stop what is told of a report whose child, by a confirmed match, or one of a report linked with it, was found."""
    match = await use.store.matches.get(told_of.subject_id, session)
    if match is not None and match.state is MatchState.CONFIRMED and told_of.report_id is not None:
        await end_area_alerts(use, told_of.report_id, AreaAlertEnd.FOUND, session)


async def end_area_alerts(
    use: Collaborators, report_id: str, because: AreaAlertEnd, session: Session, viewer: Viewer | None = None
) -> None:
    """Stop what is going out or was proposed of a report, in the transaction of what is the reason for it."""
    await _end(use, await _of_report(use, report_id, session), because, session, viewer)


async def _end(
    use: Collaborators,
    alerts: Sequence[AreaAlert | None],
    because: AreaAlertEnd,
    session: Session,
    viewer: Viewer | None,
) -> None:
    for alert in alerts:
        if alert is None or alert.state is AreaAlertState.STOPPED:
            continue
        actor_id = SYSTEM if viewer is None else viewer.id
        stopped = _stopped(alert, actor_id, because, use.clock())
        if not await use.store.area_alerts.replace(stopped, alert.version, session):
            raise stale()
        told = _event(use, EventKind.AREA_ALERT_STOPPED, stopped, actor_id)
        if viewer is None:
            await events.append(use.store, session, told)
        else:
            await tell(use, viewer, session, told, fields=["state"])


async def are_going(use: Collaborators, alert_ids: Sequence[str]) -> set[str]:
    """Those of these alerts that are still to be told of."""
    if not alert_ids:
        return set()
    alerts = (await use.store.area_alerts.get_many(alert_ids)).values()
    return set(await reports_told_of(use, alerts))


async def reports_told_of(use: Collaborators, alerts: Collection[AreaAlert]) -> dict[str, Report]:
    """The reports of those alerts, by the alerts' ids, that are still to be told and shown: going out, in an incident
    that is not closed, of a report that is open, whose family agrees by another word than that of who sent it, and of a
    child who is not found.
    """
    reports = await use.store.reports.get_many({one.report_id for one in alerts})
    incidents = await use.store.incidents.get_many({one.incident_id for one in alerts})
    told_of = {}
    for alert in alerts:
        report, incident = reports.get(alert.report_id), incidents.get(alert.incident_id)
        if alert.state is not AreaAlertState.GOING or report is None or incident is None:
            continue
        agreed = report.nearby.alert and report.nearby_said_by not in {sent.sent_by for sent in alert.areas}
        if is_seeking(report) and agreed and incident.status is not IncidentStatus.CLOSED:
            told_of[alert.id] = report
    found = await reports_of_found(use, {report.id for report in told_of.values()}) if told_of else set()
    return {alert_id: report for alert_id, report in told_of.items() if report.id not in found}


async def _require_leave(use: Collaborators, report_id: str, viewer: Viewer, session: Session) -> None:
    """Raises: DomainError CONFLICT unless the report is open and was looked at, and its family agrees as somebody else
    than the viewer wrote down.
    """
    report = await use.store.reports.get(report_id, session)
    if report is None or not is_seeking(report):
        raise conflict("This report is not open any more.", "reportId")
    incident = await use.store.incidents.get(report.incident_id, session)
    if incident is None or incident.status is IncidentStatus.CLOSED:
        raise conflict("This incident is closed.", "reportId")
    if not report.nearby.alert:
        raise conflict("The family has not agreed that those nearby are told.", "reportId")
    if report.nearby_said_by == viewer.id:
        raise conflict("You wrote down yourself that the family agrees: somebody else must send this.", "reportId")
    review = await use.store.reviews.get(report_id, session)
    if review is not None and review.state is ReviewState.WAITING:
        raise conflict("Nobody has looked at this report yet. Please review it first.", "reportId")
    if await reports_of_found(use, [report_id], session):
        raise conflict("This child has been found: a match was confirmed.", "reportId")


async def _for_change(use: Collaborators, viewer: Viewer | None, alert_id: str) -> tuple[AreaAlert, Viewer]:
    alert = await use.store.area_alerts.get(alert_id)
    where = None if alert is None else Where(incident_id=alert.incident_id)
    with looking_for(use, viewer, alert_id):
        known = require_of_record(viewer, Action.SEND_AREA_ALERT, Action.READ_AREA_ALERT, where, "area alert")
        if alert is None:
            raise not_found("area alert")
    return alert, known


async def _of_report(use: Collaborators, report_id: str, session: Session) -> list[AreaAlert]:
    return await use.store.area_alerts.find({"reportId": report_id}, session=session)


def _proposed(use: Collaborators, report: Report, now: datetime) -> AreaAlert:
    return AreaAlert(
        id=use.new_id(),
        incident_id=report.incident_id,
        report_id=report.id,
        family_id=report.family_id,
        state=AreaAlertState.PROPOSED,
        areas=(),
        version=1,
        created_at=now,
        updated_at=now,
    )


def _stopped(alert: AreaAlert, by: str, because: AreaAlertEnd, now: datetime) -> AreaAlert:
    return replace(
        alert,
        state=AreaAlertState.STOPPED,
        ended_by=by,
        ended_because=because,
        ended_at=now,
        version=alert.version + 1,
        updated_at=now,
    )


def _alert(sent: AreaAlert, now: datetime) -> Alert:
    """What its deliveries are of. Nobody is its owner: it is told to many."""
    return Alert(
        id=sent.id,
        key=f"{AlertKind.CHILD_MISSING_NEARBY.value}:{sent.id}",
        kind=AlertKind.CHILD_MISSING_NEARBY,
        incident_id=sent.incident_id,
        owner_id="",
        subject_id=sent.id,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + GOOD_FOR,
    )


async def _queue(
    use: Collaborators, kind: EventKind, alert: AreaAlert, viewer: Viewer, keys: tuple[str, ...], session: Session
) -> None:
    event = _event(use, kind, alert, viewer.id)
    first = kind is EventKind.AREA_ALERT_SENT
    await use.store.area_rounds.insert(AreaRound(event.id, alert.id, keys, first), session)
    await tell(use, viewer, session, event, fields=["areas"])


def _event(use: Collaborators, kind: EventKind, alert: AreaAlert, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=alert.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=alert.incident_id,
        family_id=alert.family_id,
        report_id=alert.report_id,
    )
