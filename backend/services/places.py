"""Places looked for by name, with or without a geocoder, and points in words. Candidates are offered, never chosen."""

import asyncio
import gc
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from threading import Lock

from rapidfuzz import fuzz

from backend.domain.account import Viewer
from backend.domain.errors import ErrorCode, conflict, refusal
from backend.domain.incident import Incident, IncidentStatus
from backend.domain.person import Point
from backend.domain.place import FoundPlace, FoundPlaces, MapTown, PlaceAnswer, PlaceSource
from backend.domain.site import Site
from backend.domain.validation import bounds_problems, look_up_problems, point_problems, refuse_if_any
from backend.matching.text import latin, words
from backend.services.access import Action, Where, may, require
from backend.services.collaborators import Collaborators
from backend.services.rates import asker, count_look_up
from backend.services.secrets import keyed_hash
from backend.store.records import Duplicate
from geo.bounds import Bounds
from geo.distance import distance_km
from geo.geocoder import Box, Geocoder, GeocoderError
from geo.spoken import spoken
from geo.towns import Script, Town, Towns, read_towns, telling

GOOD_FOR = timedelta(days=7)
"""How long an answer of the geocoder is kept."""
MOST_OFFERED = 10
MOST_TOWNS = 60
"""More names would cover what a screen is to show."""
SITE_MEANT = 85.0
"""How alike, of 100, a text must be to the name of a site."""
ONE_TOWN_KM = 5.0
"""A town is not offered beside an address of the same name that is no further from it."""


async def find_places(
    use: Collaborators, viewer: Viewer | None, incident_id: str, text: str, *, language: str | None, address: str
) -> FoundPlaces:
    """Places that may be meant by `text`, for whoever registers or reports: with or without an account.

    A site is offered to who may see it alone: to others, its name finds what anybody could look up. What is typed
    leaves the server only where the operator has named a geocoder, and is kept nowhere but in a keyed hash.

    Raises: DomainError RATE_LIMITED, NOT_FOUND, FORBIDDEN, CONFLICT, INVALID.
    """
    count_look_up(use.rates, asker(viewer, address))
    incident = await use.store.incidents.get(incident_id)
    if incident is None:
        raise refusal(ErrorCode.NOT_FOUND, "There is no such incident.", "incidentId")
    if viewer is not None:
        require(viewer, Action.FIND_PLACE, Where(incident_id=incident.id))
    if incident.status is IncidentStatus.CLOSED:
        raise conflict("This incident is closed.", "incidentId")
    refuse_if_any(look_up_problems(text, language))
    within = _box(incident)
    towns = await _towns(use)
    sites = await _sites_meant(use, viewer, incident, text)
    found, complete = await _addresses(use, viewer, incident, text, language, within, address)
    near = None if within is None else within.middle
    named = [_town(town) for town in await asyncio.to_thread(towns.find, text, near=near)]
    others = [town for town in named if not any(_is_same(town, place) for place in found)]
    return FoundPlaces(tuple([*sites, *found, *others][:MOST_OFFERED]), complete)


async def name_of_place(
    use: Collaborators, viewer: Viewer | None, point: Point, *, language: str | None, address: str
) -> str | None:
    """Where a point is, in words to read out, such as `2 km north-west of Houma`. No point leaves the server.

    Raises: DomainError RATE_LIMITED, INVALID.
    """
    count_look_up(use.rates, asker(viewer, address))
    refuse_if_any(point_problems(point, "point"))
    nearby = (await _towns(use)).nearest((point.latitude, point.longitude))
    return None if nearby is None else spoken(nearby, language)


async def towns_within(
    use: Collaborators, viewer: Viewer | None, incident_id: str, bounds: Bounds, *, address: str
) -> list[MapTown]:
    """The largest towns of a part of a map, for whoever shows on one where somebody was: with or without an account.

    Raises: DomainError RATE_LIMITED, FORBIDDEN, INVALID.
    """
    where = Where(incident_id=incident_id)
    if viewer is not None:
        require(viewer, Action.FIND_PLACE, where)
    if not may(viewer, Action.READ_MAP, where):
        count_look_up(use.rates, asker(viewer, address))
    refuse_if_any(bounds_problems(bounds, "bounds"))
    largest = await asyncio.to_thread((await _towns(use)).largest_within, bounds, MOST_TOWNS)
    return [MapTown(town.name, Point(*town.place), town.population) for town in largest]


async def names_of_places(use: Collaborators, asked: Sequence[tuple[Point, str | None]]) -> list[str | None]:
    """Where points are, in words of the language beside each, for who has been shown them."""
    towns = await _towns(use)

    def name() -> list[str | None]:
        near = ((towns.nearest((point.latitude, point.longitude)), language) for point, language in asked)
        return [None if one is None else spoken(one, language) for one, language in near]

    return await asyncio.to_thread(name)


async def _towns(use: Collaborators) -> Towns:
    if shipped_towns.cache_info().currsize:
        return shipped_towns()
    return await asyncio.to_thread(_read_once, use.reading_towns)


def _read_once(reading: Lock) -> Towns:
    # A request that gives up leaves its thread reading: who comes next waits for that one.
    with reading:
        return shipped_towns()


@cache
def shipped_towns() -> Towns:
    """The towns of the world, read at the first call: a second or two."""
    # They live as long as the process. Were the collector to go through them while they are read, and again and again
    # after that, reading would take a third longer.
    gc.disable()
    try:
        towns = read_towns(Script(words, latin))
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
    return towns


def _box(incident: Incident) -> Box | None:
    ring = incident.area
    if not ring:
        return None
    latitudes, longitudes = [point.latitude for point in ring], [point.longitude for point in ring]
    return Box((min(latitudes), min(longitudes)), (max(latitudes), max(longitudes)))


async def _sites_meant(use: Collaborators, viewer: Viewer | None, incident: Incident, text: str) -> list[FoundPlace]:
    if viewer is None or not any(
        may(viewer, Action.READ_SITE, Where(incident.id, site_id)) for site_id in (None, *viewer.site_ids)
    ):
        return []
    sites = await use.store.sites.find({"incidentId": incident.id})
    seen = [site for site in sites if may(viewer, Action.READ_SITE, Where(incident.id, site.id))]
    said = _telling(text)
    alike = {site.id: max(fuzz.token_set_ratio(said, _telling(name)) for name in _names(site)) for site in seen}
    meant = [site for site in seen if said and alike[site.id] >= SITE_MEANT]
    meant.sort(key=lambda site: (-alike[site.id], site.name, site.id))
    return [FoundPlace(site.name, site.point, PlaceSource.SITE, site.address) for site in meant]


def _names(site: Site) -> list[str]:
    return [site.name] if site.address is None else [site.name, site.address]


def _telling(text: str) -> str:
    return latin(" ".join(telling(words(text))))


async def _addresses(
    use: Collaborators,
    viewer: Viewer | None,
    incident: Incident,
    text: str,
    language: str | None,
    within: Box | None,
    address: str,
) -> tuple[Sequence[FoundPlace], bool]:
    """What the geocoder says, or said lately; and whether there was an answer, where there is a geocoder."""
    geocoder = use.geocoder
    if geocoder is None:
        return (), True
    # Staff shares what was answered. Whoever else it is finds only what they asked for themselves: how quickly an
    # answer comes must not tell whether somebody else looked for that place.
    is_staff = may(viewer, Action.READ_REPORT, Where(incident_id=incident.id))
    whose = f"incident {incident.id}" if is_staff else asker(viewer, address)
    asked = "\0".join((geocoder.name, whose, language or "", repr(within), " ".join(words(text))))
    answer_id = keyed_hash(use.keys.token_pepper, "place", asked)
    kept = await use.store.place_answers.get(answer_id)
    if kept is not None and kept.expires_at > use.clock():
        return kept.places, True
    places = await _ask(geocoder, text, language, within)
    if places is None:
        return (), False
    answer = PlaceAnswer(answer_id, places, use.clock() + GOOD_FOR)
    try:
        if kept is not None:
            await use.store.place_answers.delete(answer_id)
        await use.store.place_answers.insert(answer)
    except Duplicate:
        pass  # asked twice at once
    return places, True


async def _ask(
    geocoder: Geocoder, text: str, language: str | None, within: Box | None
) -> tuple[FoundPlace, ...] | None:
    try:
        found = await geocoder.find(text, language=language, within=within)
    except GeocoderError:
        return None
    return tuple(FoundPlace(one.name, Point(*one.place), PlaceSource.ADDRESS) for one in found)


def _town(town: Town) -> FoundPlace:
    return FoundPlace(town.name, Point(*town.place), PlaceSource.TOWN, town.region)


def _is_same(town: FoundPlace, place: FoundPlace) -> bool:
    apart = distance_km((town.point.latitude, town.point.longitude), (place.point.latitude, place.point.longitude))
    return apart <= ONE_TOWN_KM and latin(place.name).startswith(latin(town.name))
