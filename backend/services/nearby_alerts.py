"""What those are shown who were told that a child is missing near them: enough to recognise it, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.domain.account import Viewer
from backend.domain.area_alert import AreaAlert, AreaAlertState, NearbyChild
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import not_found
from backend.domain.photo import Photo
from backend.services.access import Action, Where, may, require_of_record, signed_in
from backend.services.area_alerts import reports_told_of
from backend.services.area_reach import as_shown_nearby, photos_shown
from backend.services.audit import Named, looking_for, saw
from backend.services.collaborators import Collaborators
from backend.services.nearby_places import drawn, is_near

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class NearbyAlert:
    """`child` is None once it is over: found, or not to be told of any more."""

    id: str
    incident_id: str
    sent_at: datetime
    child: NearbyChild | None
    photos: tuple[Photo, ...] = ()


async def nearby_alert(use: Collaborators, viewer: Viewer | None, alert_id: str) -> NearbyAlert:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    alert = await use.store.area_alerts.get(alert_id)
    # Of an alert that is not there, too, so that it takes as long as one that is not the viewer's to see.
    there = None if viewer is None else await _where(use, viewer, alert)
    where = there if alert is not None and alert.areas else None
    with looking_for(use, viewer, alert_id):
        known = require_of_record(viewer, Action.READ_NEARBY_ALERT, Action.READ_NEARBY_ALERT, where, "alert")
        if alert is None:
            raise not_found("alert")
    return (await _shown(use, known, [alert]))[0]


async def nearby_alerts(use: Collaborators, viewer: Viewer | None) -> list[NearbyAlert]:
    """The children who are missing near the viewer now, newest first, in any incident that it works in.

    Raises: DomainError UNAUTHENTICATED.
    """
    known = signed_in(viewer)
    found = []
    for incident_id in sorted(known.incident_ids):
        wanted = {"incidentId": incident_id, "state": AreaAlertState.GOING.value}
        found += await use.store.area_alerts.find(wanted, order=[("_id", -1)], limit=MOST_SHOWN)
    near = [one for one in found if may(known, Action.READ_NEARBY_ALERT, await _where(use, known, one))]
    shown = await _shown(use, known, sorted(near, key=lambda one: one.id, reverse=True))
    return [one for one in shown if one.child is not None]


async def _where(use: Collaborators, viewer: Viewer, alert: AreaAlert | None) -> Where:
    """Where an alert lies for somebody: near, or not."""
    incident_id = None if alert is None else alert.incident_id
    areas = [] if alert is None else [drawn(sent.area) for sent in alert.areas]
    near = await is_near(use, viewer, incident_id, areas) and incident_id in viewer.incident_ids
    return Where(incident_id, near_id=viewer.id if near else None)


async def _shown(use: Collaborators, viewer: Viewer, alerts: Sequence[AreaAlert]) -> list[NearbyAlert]:
    reports = await reports_told_of(use, alerts)
    shown, told_of = [], []
    for alert in alerts:
        report = reports.get(alert.id)
        if report is None:
            shown.append(NearbyAlert(alert.id, alert.incident_id, alert.areas[0].sent_at, None))
            continue
        photos = tuple(await photos_shown(use, report))
        child = as_shown_nearby(report, use.clock())
        shown.append(NearbyAlert(alert.id, alert.incident_id, alert.areas[0].sent_at, child, photos))
        told_of += [Named(alert.id, alert.incident_id), Named(report.id, report.incident_id)]
    await saw(use, viewer, AuditAction.READ_REPORT, Part.FOR_THOSE_NEARBY, told_of)
    return shown
