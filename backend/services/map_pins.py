"""What a record is on the map: read anew from the record as it is now, so that counting it twice changes nothing.

A further layer is one more function here and its collection in `_PINS`, its events in `MAPPED`
(`backend/store/map.py`), and its name in `MapLayer`.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from backend.domain.map import MapLayer, Pin
from backend.domain.match import Match, MatchState
from backend.domain.person import Point
from backend.domain.registration import CareStatus, Confirmation, Registration, RegistrationStatus
from backend.domain.report import Report
from backend.domain.sighting import SightingState
from backend.domain.site import Site
from backend.matching.ages import born, year_of
from backend.services.subjects import is_seeking
from backend.store.database import Store
from backend.store.records import Session
from geo.bounds import FINEST
from geo.cells import cell
from geo.hiding import band_of_age

Found = dict[str, Pin]
# A record that does not open is left out, as in lists: it must not keep all others off the map.
Making = Callable[[Store, Sequence[str], Session | None], Awaitable[Found]]


async def make_pins(
    store: Store, source: str, record_ids: Iterable[str], session: Session | None = None
) -> dict[str, Pin | None]:
    """The pin of each record of a collection; None for one that is not on the map, or not there at all."""
    ids = list(dict.fromkeys(record_ids))
    found = await _PINS[source](store, ids, session) if ids else {}
    return {one: found.get(one) for one in ids}


def point_of_report(report: Report) -> Point | None:
    """Where the child was last seen; its home where nobody knows."""
    return report.last_seen_place.point or report.person.home.point


def point_of_found(registration: Registration, site: Site | None) -> Point | None:
    """Where the child was found; the site where nobody knows."""
    return registration.found_place.point or (None if site is None else site.point)


async def _sites(store: Store, ids: Sequence[str], session: Session | None) -> Found:
    found = await store.sites.find({"_id": {"$in": list(ids)}}, session=session)
    return {
        site.id: Pin(
            id=site.id,
            incident_id=site.incident_id,
            layer=MapLayer.SITES,
            state="OPEN" if site.open else "CLOSED",
            cell=_cell(site.point),
            since=site.created_at if site.version == 1 else site.updated_at,
        )
        for site in found
    }


async def _registrations(store: Store, ids: Sequence[str], session: Session | None) -> Found:
    found = await store.registrations.find_readable({"_id": {"$in": list(ids)}}, session=session)
    here = [one for one in found if one.status is RegistrationStatus.IN_CARE]
    sites = await _sites_of(store, here, session)
    return {
        one.id: Pin(
            id=one.id,
            incident_id=one.incident_id,
            layer=MapLayer.IN_CARE,
            state=state_of(one),
            cell=_cell(sites[one.site_id].point if one.site_id in sites else None),
            since=one.created_at if one.version == 1 else one.updated_at,
            site_id=one.site_id,
            age_band=None if one.held_back else _age_band(one),
            about=(one.site_id,),
        )
        for one in here
    }


def state_of(registration: Registration) -> str:
    """What somebody in care counts as. Whom nobody stands for yet counts apart, and in no figure: there may be any
    number of them.
    """
    unconfirmed = registration.confirmation is Confirmation.UNCONFIRMED
    return Confirmation.UNCONFIRMED.value if unconfirmed else registration.care_status.value


async def _reports(store: Store, ids: Sequence[str], session: Session | None) -> Found:
    found = await store.reports.find_readable({"_id": {"$in": list(ids)}}, session=session)
    return {
        one.id: Pin(
            id=one.id,
            incident_id=one.incident_id,
            layer=MapLayer.REPORTS,
            state=one.status.value,
            cell=_cell(point_of_report(one)),
            since=one.created_at if one.version == 1 else one.updated_at,
        )
        for one in found
        if is_seeking(one)
    }


async def _matches(store: Store, ids: Sequence[str], session: Session | None) -> Found:
    found = await store.matches.find_readable({"_id": {"$in": list(ids)}}, session=session)
    confirmed = [match for match in found if match.state is MatchState.CONFIRMED]
    if not confirmed:
        return {}
    reports, registrations = await sides_of(store, confirmed, session)
    sites = await _sites_of(store, registrations.values(), session)
    return {
        match.id: Pin(
            id=match.id,
            incident_id=match.incident_id,
            layer=MapLayer.MATCHES,
            state=match.state.value,
            cell=_cell(point_of_report(report)),
            to_cell=_cell(point_of_found(registration, sites.get(registration.site_id))),
            since=match.decided_at or match.updated_at,
            about=(report.id, registration.id, registration.site_id),
        )
        for match in confirmed
        if (report := reports.get(match.report_id)) and (registration := registrations.get(match.registration_id))
    }


async def _sightings(store: Store, ids: Sequence[str], session: Session | None) -> Found:
    found = await store.sightings.find_readable({"_id": {"$in": list(ids)}}, session=session)
    return {
        one.id: Pin(
            id=one.id,
            incident_id=one.incident_id,
            layer=MapLayer.SIGHTINGS,
            state=one.state.value,
            cell=_cell(one.place.point),
            since=one.created_at if one.version == 1 else one.updated_at,
        )
        for one in found
        if one.state is not SightingState.DISMISSED
    }


async def sides_of(
    store: Store, matches: Iterable[Match], session: Session | None = None
) -> tuple[dict[str, Report], dict[str, Registration]]:
    """The reports and the registrations of matches, by id."""
    all_of_them = list(matches)
    reports = await store.reports.find_readable(
        {"_id": {"$in": [one.report_id for one in all_of_them]}}, session=session
    )
    registrations = await store.registrations.find_readable(
        {"_id": {"$in": [one.registration_id for one in all_of_them]}}, session=session
    )
    return {one.id: one for one in reports}, {one.id: one for one in registrations}


async def _sites_of(store: Store, registrations: Iterable[Registration], session: Session | None) -> dict[str, Site]:
    ids = sorted({one.site_id for one in registrations})
    return {one.id: one for one in await store.sites.find({"_id": {"$in": ids}}, session=session)} if ids else {}


def _cell(point: Point | None) -> str | None:
    return None if point is None else cell(point.latitude, point.longitude, FINEST)


def _age_band(registration: Registration) -> int | None:
    """Of children in care alone: how old they were when found."""
    if registration.care_status is CareStatus.ADULT:
        return None
    age = born(registration.person.age, registration.created_at)
    if age is None or not age.dated:
        return None
    return band_of_age(year_of(registration.found_at) - (age.earliest + age.latest) / 2)


_PINS: Mapping[str, Making] = MappingProxyType({
    "sites": _sites,
    "registrations": _registrations,
    "reports": _reports,
    "matches": _matches,
    "sightings": _sightings,
})  # fmt: skip
"""By the collection that a record is in."""

SOURCE_OF = MappingProxyType({
    MapLayer.SITES: "sites",
    MapLayer.IN_CARE: "registrations",
    MapLayer.REPORTS: "reports",
    MapLayer.MATCHES: "matches",
    MapLayer.SIGHTINGS: "sightings",
})  # fmt: skip
