"""The areas in which people are being told of a missing child, for the map."""

from dataclasses import dataclass

from backend.domain.account import Viewer
from backend.domain.area_alert import AlertArea, AreaAlertState
from backend.domain.audit import AuditAction, Part
from backend.domain.person import Point
from backend.services.access import Action, Where, may
from backend.services.area_alerts import reports_told_of
from backend.services.audit import saw
from backend.services.collaborators import Collaborators
from backend.services.nearby_places import drawn
from geo.areas import around
from geo.bounds import Bounds

MOST_ALERTS = 200
"""The latest of those that are going out; more would cover the map."""


@dataclass(frozen=True, slots=True)
class MapArea:
    """One area of an area alert, by the alert's id: `radius_km` around `centre`, or within `outline`."""

    id: str
    report_id: str
    centre: Point | None
    radius_km: float | None
    outline: tuple[Point, ...]


async def areas_told(
    use: Collaborators, viewer: Viewer | None, incident_id: str, bounds: Bounds
) -> tuple[MapArea, ...]:
    """The areas of what is still told, about those that reach into the bounds; nothing where the viewer may not see
    area alerts.
    """
    if not may(viewer, Action.READ_AREA_ALERT, Where(incident_id=incident_id)):
        return ()
    going = await use.store.area_alerts.find(
        {"incidentId": incident_id, "state": AreaAlertState.GOING.value}, order=(("_id", -1),), limit=MOST_ALERTS
    )
    told_of = await reports_told_of(use, going) if going else {}
    here = {
        alert.id: [sent.area for sent in alert.areas if around(drawn(sent.area)).meet(bounds)]
        for alert in going
        if alert.id in told_of
    }
    shown = [alert for alert in going if here.get(alert.id)]
    await saw(use, viewer, AuditAction.READ_AREA_ALERT, Part.PLACE, shown)
    return tuple(_shown(alert.id, alert.report_id, area) for alert in shown for area in here[alert.id])


def _shown(alert_id: str, report_id: str, area: AlertArea) -> MapArea:
    return MapArea(alert_id, report_id, area.centre, area.radius_km, area.outline)
