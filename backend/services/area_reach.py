"""Whom an area would reach, before it is told, and what they would be shown: nothing of it is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.domain.account import Viewer
from backend.domain.area_alert import AlertArea, AreaAlertState, NearbyChild
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import ErrorCode, Problem, not_found
from backend.domain.person import Item, Point
from backend.domain.photo import Photo
from backend.domain.report import Report
from backend.domain.validation import point_problems, refuse_if_any
from backend.matching.ages import born, year_of
from backend.services.access import Action, Where, require_of_record
from backend.services.audit import looking_for, saw
from backend.services.collaborators import Collaborators
from backend.services.nearby_places import drawn, keys_within, sites_within
from backend.store.area_alerts import Reached, devices_near
from geo.areas import COARSE, MOST_AREA_KM2, MOST_RADIUS_KM, Area, Outline
from geo.bounds import centre_of
from geo.cells import cell

LEAST_RADIUS_KM = 0.1
MOST_CORNERS = 500
MOST_AREAS = 20


@dataclass(frozen=True, slots=True)
class AreaReach:
    """`new_devices` were not near to what was told already. `child` and `photos` are what they would be shown."""

    devices: int
    new_devices: int
    sites: int
    child: NearbyChild
    photos: tuple[Photo, ...]


async def area_reach(use: Collaborators, viewer: Viewer | None, report_id: str, area: AlertArea) -> AreaReach:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID."""
    report, known = await report_to_tell(use, viewer, report_id)
    refuse_if_any(area_problems(area))
    going = await use.store.area_alerts.find({"reportId": report.id})
    told = [drawn(sent.area) for one in going if one.state is AreaAlertState.GOING for sent in one.areas]
    reached, sites = await reach_of(use, report.incident_id, drawn(area), told)
    await saw(use, known, AuditAction.READ_REPORT, Part.FOR_THOSE_NEARBY, [report])
    photos = tuple(await photos_shown(use, report))
    return AreaReach(reached.devices, reached.new, sites, as_shown_nearby(report, use.clock()), photos)


async def reach_of(use: Collaborators, incident_id: str, area: Area, told: Sequence[Area] = ()) -> tuple[Reached, int]:
    """The devices that an area reaches, and at how many sites."""
    sites = await sites_within(use, incident_id, [area])
    wanted = keys_within(use, incident_id, [area], sites)
    before = keys_within(use, incident_id, told, await sites_within(use, incident_id, told)) if told else set()
    return await devices_near(use.store, wanted, before), len(sites)


async def report_to_tell(use: Collaborators, viewer: Viewer | None, report_id: str) -> tuple[Report, Viewer]:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN."""
    report = await use.store.reports.get(report_id)
    where = None if report is None else Where(report.incident_id, family_id=report.family_id)
    with looking_for(use, viewer, report_id):
        known = require_of_record(viewer, Action.SEND_AREA_ALERT, Action.READ_REPORT, where, "report")
        if report is None:
            raise not_found("report")
    return report, known


async def photos_shown(use: Collaborators, report: Report) -> list[Photo]:
    """Those of a report that its family agreed to have shown to volunteers nearby."""
    return await use.store.photos.find({"recordId": report.id}) if report.nearby.photos else []


def as_shown_nearby(report: Report, now: datetime) -> NearbyChild:
    person = report.person
    oldest = born(person.age, report.created_at)
    ages = None if oldest is None else (year_of(now) - oldest.latest, year_of(now) - oldest.earliest)
    if ages is not None and person.age.birth_date is None:
        # Of an age in years, `earliest` is a year before: five stands for anything up to six.
        ages = (ages[0], max(ages[0], ages[1] - 1))
    return NearbyChild(
        name=person.names.given or person.names.as_said,
        age_from=None if ages is None else max(0, int(ages[0])),
        age_to=None if ages is None else max(0, int(ages[1])),
        sex=person.sex,
        hair=person.hair,
        eyes=person.eyes,
        height_cm=person.height_cm,
        clothing=tuple(Item(item.kind, item.colour) for item in person.clothing),
        languages=person.languages,
        communication=person.communication,
        last_seen_at=report.last_seen_at,
        near=_coarsely(report.last_seen_place.point),
    )


def _coarsely(point: Point | None) -> Point | None:
    return None if point is None else Point(*centre_of(cell(point.latitude, point.longitude, COARSE)))


def area_problems(area: AlertArea) -> Iterator[Problem]:
    """What is wrong with an area as it was drawn."""
    circle = area.centre is not None and area.radius_km is not None
    if circle == bool(area.outline) or (area.centre is None) != (area.radius_km is None):
        yield _invalid("An area is a centre with a radius, or an outline.", "area")
    elif area.centre is not None and area.radius_km is not None:
        yield from point_problems(area.centre, "area.centre")
        if not LEAST_RADIUS_KM <= area.radius_km <= MOST_RADIUS_KM:
            yield _invalid(f"A radius is {LEAST_RADIUS_KM:g} to {MOST_RADIUS_KM:g} km.", "area.radiusKm")
    else:
        yield from _outline_problems(area.outline)


def _outline_problems(outline: Sequence[Point]) -> Iterator[Problem]:
    wrong = [one for index, point in enumerate(outline) for one in point_problems(point, f"area.outline.{index}")]
    if wrong:
        yield from wrong
    elif not 3 <= len(set(outline)) <= len(outline) <= MOST_CORNERS:  # noqa: PLR2004 (a triangle is the smallest area)
        yield _invalid(f"An outline has 3 to {MOST_CORNERS} different points.", "area.outline")
    else:
        ring = Outline(tuple((point.latitude, point.longitude) for point in outline))
        if ring.crosses_itself:
            yield _invalid("The outline crosses itself. Please draw it again.", "area.outline")
        elif ring.area_km2 > MOST_AREA_KM2:
            yield _invalid("This area is too large. Please draw a smaller one.", "area.outline")


def _invalid(message: str, field: str) -> Problem:
    return Problem(ErrorCode.INVALID, message, field)
