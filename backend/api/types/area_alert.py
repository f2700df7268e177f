"""Area alerts for coordinators, and what those nearby are shown."""

from datetime import datetime

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api
from backend.api.types.person import Item, Point, PointInput
from backend.api.types.photo import Photo, show_photo
from backend.domain import area_alert as domain
from backend.domain.area_alert import AreaAlertEnd, AreaAlertState
from backend.domain.person import Communication, Sex
from backend.services import area_reach, nearby_alerts
from backend.services.area_alerts import areas_of

_CENTRE = "The middle of a circle."
_RADIUS = "Its radius in kilometres, 0.1 to 200."
_OUTLINE = "Or a ring of 3 to 500 points around the area."


@strawberry.input(description="An area: a circle, or an outline.")
class AreaInput:
    centre: PointInput | None = strawberry.field(default=None, description=_CENTRE)
    radius_km: float | None = strawberry.field(default=None, description=_RADIUS)
    outline: list[PointInput] | None = strawberry.field(default=None, description=_OUTLINE)


@strawberry.type(
    description="What helps to recognise a missing child, and nothing that its family is asked to prove itself by."
)
class NearbyChild:
    name: str | None = strawberry.field(description="The given name, or what the child calls itself.")
    age_from: int | None = strawberry.field(description="At least so many full years old.")
    age_to: int | None = strawberry.field(description="At most so many full years old.")
    sex: Sex | None = strawberry.field(description="As the family said.")
    hair: str | None = strawberry.field(description="Colour of the hair, in a word.")
    eyes: str | None = strawberry.field(description="Colour of the eyes, in a word.")
    height_cm: float | None = strawberry.field(description="Height in centimetres.")
    clothing: list[Item] = strawberry.field(description="What the child wore.")
    languages: list[str] = strawberry.field(description="Languages as BCP 47 tags, such as `es`.")
    communication: Communication | None = strawberry.field(description="How the child makes itself understood.")
    last_seen_at: datetime | None = strawberry.field(description="When the child was last seen.")
    near: Point | None = strawberry.field(
        description="About where the child was last seen: the middle of a cell about 6 km across."
    )


@strawberry.type(description="Whom an area would reach, and what they would be shown. Nothing of it is kept.")
class AreaReach:
    devices: int = strawberry.field(description="Devices whose owners are there.")
    new_devices: int = strawberry.field(description="Those of them that are not near to what was told already.")
    sites: int = strawberry.field(description="Open sites that lie there.")
    child: NearbyChild = strawberry.field(description="What would be shown of the child.")
    photos: list[Photo] = strawberry.field(description="The photos that the family agreed to have shown.")


def show_area_reach(reach: area_reach.AreaReach) -> AreaReach:
    return AreaReach(
        devices=reach.devices,
        new_devices=reach.new_devices,
        sites=reach.sites,
        child=to_api(NearbyChild, reach.child),
        photos=[show_photo(photo) for photo in reach.photos],
    )


@strawberry.type(description="An area that was told.")
class SentArea:
    centre: Point | None = strawberry.field(description=_CENTRE)
    radius_km: float | None = strawberry.field(description=_RADIUS)
    outline: list[Point] = strawberry.field(description=_OUTLINE)
    devices: int = strawberry.field(description="Devices that it reached when it was sent.")
    sites: int = strawberry.field(description="Sites that it reached when it was sent.")
    sent_by: ID = strawberry.field(description="The account that sent it.")
    sent_at: datetime = strawberry.field(description="When it was sent.")


@strawberry.type(description="How far the telling has come, in devices and webhooks.")
class AreaProgress:
    queued: int = strawberry.field(description="Still to be told, or to be tried again.")
    sent: int = strawberry.field(description="Told.")
    failed: int = strawberry.field(description="Not told: refused, or too late.")
    gone: int = strawberry.field(description="Taken off, or not told since it was stopped before.")


@strawberry.type(description="That a child is missing, told to those in one area or several.")
class AreaAlert:
    record: strawberry.Private[domain.AreaAlert]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    report_id: ID = strawberry.field(description="The report of the child.")
    state: AreaAlertState = strawberry.field(description="Where it stands.")
    ended_because: AreaAlertEnd | None = strawberry.field(description="Why it was stopped.")
    ended_by: ID | None = strawberry.field(description="Who stopped it: an account, the family, or `system`.")
    ended_at: datetime | None = strawberry.field(description="When it was stopped.")
    version: int = strawberry.field(description="Counts the changes; a change names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was proposed or sent.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="What was told, the first area first; none while proposed.")
    async def areas(self, info: Info) -> list[SentArea]:
        return [_show_sent(sent) for sent in await areas_of(info.context.use, info.context.viewer, self.record)]

    @strawberry.field(description="How far the telling has come. Ask again to follow it.")
    async def progress(self, info: Info) -> AreaProgress | None:
        progress = await info.context.loaders.area_progress.load(self.record)
        return None if progress is None else to_api(AreaProgress, progress)


def show_area_alert(alert: domain.AreaAlert) -> AreaAlert:
    return AreaAlert(
        record=alert,
        id=ID(alert.id),
        incident_id=ID(alert.incident_id),
        report_id=ID(alert.report_id),
        state=alert.state,
        ended_because=alert.ended_because,
        ended_by=None if alert.ended_by is None else ID(alert.ended_by),
        ended_at=alert.ended_at,
        version=alert.version,
        created_at=alert.created_at,
        updated_at=alert.updated_at,
    )


def _show_sent(sent: domain.SentArea) -> SentArea:
    area = sent.area
    return SentArea(
        centre=None if area.centre is None else to_api(Point, area.centre),
        radius_km=area.radius_km,
        outline=[to_api(Point, point) for point in area.outline],
        devices=sent.devices,
        sites=sent.sites,
        sent_by=ID(sent.sent_by),
        sent_at=sent.sent_at,
    )


@strawberry.type(description="That a child is missing near you.")
class NearbyAlert:
    id: ID = strawberry.field(description="Its id, which the message to your device holds.")
    incident_id: ID = strawberry.field(description="The incident, to say there whether the child was seen.")
    sent_at: datetime = strawberry.field(description="When it was first sent.")
    child: NearbyChild | None = strawberry.field(description="The child; null once the search nearby is over.")
    photos: list[Photo] = strawberry.field(description="Photos that the family agreed to have shown.")


def show_nearby_alert(alert: nearby_alerts.NearbyAlert) -> NearbyAlert:
    return NearbyAlert(
        id=ID(alert.id),
        incident_id=ID(alert.incident_id),
        sent_at=alert.sent_at,
        child=None if alert.child is None else to_api(NearbyChild, alert.child),
        photos=[show_photo(photo) for photo in alert.photos],
    )


@strawberry.input(description="Of which report those in an area are to be told.")
class SendAreaAlertInput:
    report_id: ID = strawberry.field(description="The report.")
    area: AreaInput = strawberry.field(description="The area.")


@strawberry.input(description="A further area to tell: nobody is told twice.")
class WidenAreaAlertInput:
    id: ID = strawberry.field(description="The area alert.")
    version: int = strawberry.field(description="The version that was seen.")
    area: AreaInput = strawberry.field(description="The further area, which may hold the first.")
