"""The map of an incident for its operations: counts by cell from afar, single things from near; now, or as it was."""

from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Collection, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import ErrorCode, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.map import EVERYWHERE, LANDED, NOWHERE, Count, MapLayer, Pin, sheet_of_site
from backend.domain.person import Place, Point
from backend.domain.registration import CareStatus
from backend.domain.validation import bounds_problems, refuse_if_any
from backend.services.access import Action, Where, may, require
from backend.services.audit import Named, saw
from backend.services.collaborators import Collaborators
from backend.services.live import batches, cursor_of, place_of
from backend.services.map_pins import point_of_found, point_of_report, sides_of
from backend.store import map as kept
from backend.store.codec import from_document
from backend.store.records import Records
from geo.bounds import (
    CLOSEST_ZOOM,
    FINEST,
    SINGLE_FROM_ZOOM,
    Bounds,
    centre_of,
    reach_km,
    resolution_for,
    sheets_within,
)

MOST_SINGLE = 300
"""More single things of a layer than this are shown as cells still."""
MOST_SITES = 150
"""Sites are shown one by one from afar, too, as long as there are no more."""
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class MapCount:
    """How many of a layer and state there are; how many people, for sites: see MapThing."""

    layer: MapLayer
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class MapCell:
    """What is in an H3 cell; `centre` is its middle."""

    cell: str
    centre: Point
    counts: tuple[MapCount, ...]


@dataclass(frozen=True, slots=True)
class MapThing:
    """One thing, by the id of its record. Of a site, `in_care` of its `capacity` are taken in, `unaccompanied` of these
    children alone.
    """

    id: str
    layer: MapLayer
    state: str
    point: Point
    name: str | None = None
    in_care: int | None = None
    unaccompanied: int | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class MapLine:
    """Confirmed matches from where children were last seen to where they were found: one by its id, or so many."""

    start: Point
    end: Point
    count: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class MapView:
    """`resolution` is that of the cells; `at` the full hour that is shown, None for now. `totals` are of the whole
    incident, what has no known place among them.
    """

    resolution: int
    area: tuple[Point, ...]
    cells: tuple[MapCell, ...]
    things: tuple[MapThing, ...]
    lines: tuple[MapLine, ...]
    totals: tuple[MapCount, ...]
    at: datetime | None
    incident_id: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class MapRequest:
    """Which part, from how near, which layers, and as of when (None: now)."""

    bounds: Bounds
    zoom: int
    layers: tuple[MapLayer, ...] = tuple(MapLayer)
    at: datetime | None = None


async def map_view(use: Collaborators, viewer: Viewer | None, incident_id: str, asked: MapRequest) -> MapView:
    """What is within the bounds. However many people there are, so many sheets are read as fill a screen.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID.
    """
    known = require(viewer, Action.READ_MAP, Where(incident_id=incident_id))
    _check(asked)
    incident = await use.store.incidents.get(incident_id)
    if incident is None:
        raise not_found("incident")
    resolution = resolution_for(asked.zoom, asked.bounds, FINEST if asked.at is None else FINEST - 1)
    sheets = [*sheets_within(asked.bounds, resolution), EVERYWHERE]
    if asked.at is None:
        counted = await kept.counts_now(use.store, incident_id, sheets)
    else:
        counted = await kept.counts_at(use.store, incident_id, sheets, asked.at)
    found = _Counts(counted, asked, resolution)
    near = asked.zoom >= SINGLE_FROM_ZOOM and resolution == FINEST
    single = frozenset(
        layer
        for layer in asked.layers
        if asked.at is None and 0 < found.sum_of(layer) <= _most_single(layer, near=near)
    )
    things, lines = await _singles(use, known, incident_id, found, single)
    return MapView(
        resolution=resolution,
        area=incident.area,
        cells=found.cells(single),
        things=things,
        lines=lines if MapLayer.MATCHES in single else found.lines(),
        totals=found.totals(),
        at=None if asked.at is None else asked.at.replace(minute=0, second=0, microsecond=0),
        incident_id=incident_id,
        bounds=asked.bounds,
    )


def _most_single(layer: MapLayer, *, near: bool) -> int:
    if near:
        return MOST_SINGLE
    return MOST_SITES if layer is MapLayer.SITES else 0


async def occupancy(use: Collaborators, viewer: Viewer | None, sites: Sequence[tuple[str, str]]) -> list[int | None]:
    """How many people are in care at each site, of which the ids of incident and site are given; None for one where the
    viewer may not know it: whoever registers at a site without an account must not learn by it who else was.
    """
    allowed = [may(viewer, Action.READ_OCCUPANCY, Where(*site)) for site in sites]
    found = await _in_care_at(use, sites)
    return [counts.total() if known else None for counts, known in zip(found, allowed, strict=True)]


async def _in_care_at(use: Collaborators, sites: Sequence[tuple[str, str]]) -> list[Counter[str]]:
    """How many are in care at each site, by what they count as."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for incident_id in {incident_id for incident_id, _ in sites}:
        sheets = [sheet_of_site(site_id) for one, site_id in sites if one == incident_id]
        for (sheet, name), count in (await kept.counts_now(use.store, incident_id, sheets)).items():
            found[sheet][name.rpartition("|")[2]] += count
    return [found[sheet_of_site(site_id)] for _, site_id in sites]


@dataclass(frozen=True, slots=True)
class MapNews:
    """The H3 cells (of about 17 km) in which something changed; `everywhere` where they are too many to name.
    `alike` is as in `News` (`backend/services/following.py`).
    """

    cursor: str
    cells: tuple[str, ...]
    everywhere: bool
    alike: Hashable


async def follow_map(
    use: Collaborators, viewer: Viewer | None, incident_id: str, after: str | None = None
) -> AsyncGenerator[MapNews, None]:
    """Where the map changes.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN; INVALID for a cursor that is none; STALE where the follower must
    read the present state anew.
    """
    require(viewer, Action.READ_MAP, Where(incident_id=incident_id))
    scope = f"map {incident_id}"

    def concerns(event: Event) -> bool:
        return event.kind is EventKind.MAP_CHANGED and event.incident_id == incident_id

    async with aclosing(batches(use, incident_id, concerns, place_of(use, scope, after))) as found:
        async for batch in found:
            everywhere = any(not event.cells for event in batch.events)
            cells = () if everywhere else tuple(sorted({cell for event in batch.events for cell in event.cells}))
            alike = None if batch.is_first else (scope, batch.heard, cells, everywhere)
            yield MapNews(cursor_of(use, scope, batch.heard), cells, everywhere, alike)


def _check(asked: MapRequest) -> None:
    refuse_if_any(bounds_problems(asked.bounds, "bounds"))
    if not 0 <= asked.zoom <= CLOSEST_ZOOM:
        raise refusal(ErrorCode.INVALID, f"The zoom is 0 to {CLOSEST_ZOOM}.", "zoom")


class _Counts:
    """The counts of some sheets, of the layers that were asked for, by cell."""

    def __init__(self, counted: Counter[Count], asked: MapRequest, resolution: int) -> None:
        self.bounds = asked.bounds
        self.everywhere: list[tuple[str, str, int]] = []
        self.by_cell: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
        around = asked.bounds.widened(reach_km(resolution))
        wanted = {*asked.layers, *({LANDED} if MapLayer.MATCHES in asked.layers else ())}
        for (sheet, name), count in counted.items():
            cell, layer, state = name.split("|")
            if count > 0 and layer in wanted:
                (self.everywhere if sheet == EVERYWHERE else self.by_cell[cell]).append((layer, state, count))
        self.centres = {cell: centre_of(cell) for cell in self.by_cell}
        for cell in [one for one, centre in self.centres.items() if not around.hold(*centre)]:
            del self.by_cell[cell]

    def sum_of(self, layer: MapLayer) -> int:
        layers = {layer, LANDED} if layer is MapLayer.MATCHES else {layer}
        return sum(count for counts in self.by_cell.values() for one, _, count in counts if one in layers)

    def cells_of(self, layers: Collection[str]) -> dict[str, list[tuple[str, str, int]]]:
        chosen = {cell: [one for one in counts if one[0] in layers] for cell, counts in sorted(self.by_cell.items())}
        return {cell: counts for cell, counts in chosen.items() if counts}

    def cells(self, single: Collection[MapLayer]) -> tuple[MapCell, ...]:
        """Cells with what is neither shown singly nor as lines."""
        layers = {*MapLayer} - {*single, MapLayer.MATCHES}
        return tuple(
            MapCell(cell, Point(*self.centres[cell]), _sorted(counts)) for cell, counts in self.cells_of(layers).items()
        )

    def lines(self) -> tuple[MapLine, ...]:
        """The lines from cell to cell that begin or end here, the thickest first."""
        between: dict[tuple[str, str], int] = {}
        for cell, counts in self.cells_of({MapLayer.MATCHES, LANDED}).items():
            for layer, other, count in counts:
                if other != NOWHERE:
                    between[(cell, other) if layer == MapLayer.MATCHES else (other, cell)] = count
        thickest = sorted(between.items(), key=lambda one: (-one[1], one[0]))[:MOST_LINES]
        return tuple(
            MapLine(Point(*centre_of(start)), Point(*centre_of(end)), count) for (start, end), count in thickest
        )

    def totals(self) -> tuple[MapCount, ...]:
        return _sorted(self.everywhere)


def _sorted(counts: Sequence[tuple[str, str, int]]) -> tuple[MapCount, ...]:
    return tuple(
        MapCount(MapLayer(layer), "CONFIRMED" if layer == MapLayer.MATCHES else state, count)
        for layer, state, count in sorted(counts)
        if layer != LANDED
    )


async def _singles(
    use: Collaborators, viewer: Viewer, incident_id: str, found: _Counts, single: Collection[MapLayer]
) -> tuple[tuple[MapThing, ...], tuple[MapLine, ...]]:
    """The things and the lines of the layers that are shown one by one: their states as they were counted, their places
    as their records have them.
    """
    if not single:
        return (), ()
    # What was counted may have become more since.
    limit = 2 * MOST_SINGLE
    of: dict[MapLayer, list[Pin]] = {layer: [] for layer in MapLayer}
    for layer in sorted(single):
        of[layer] = await kept.pins_in(use.store, incident_id, layer, found.cells_of({layer}), limit)
    if MapLayer.MATCHES in single:
        landed = dict.fromkeys(found.cells_of({LANDED}))
        of[MapLayer.MATCHES] += await kept.pins_ending_in(use.store, incident_id, landed, limit)
    things = [
        *await _site_things(use, of[MapLayer.SITES]),
        *await _people_things(use, viewer, of[MapLayer.IN_CARE]),
        *await _report_things(use, viewer, of[MapLayer.REPORTS]),
        *await _sighting_things(use, viewer, of[MapLayer.SIGHTINGS]),
    ]
    within = [one for one in things if found.bounds.hold(one.point.latitude, one.point.longitude)]
    return tuple(within), await _match_lines(use, viewer, of[MapLayer.MATCHES])


async def _site_things(use: Collaborators, pins: Sequence[Pin]) -> list[MapThing]:
    sites = await use.store.sites.get_many(pin.id for pin in pins) if pins else {}
    in_care = await _in_care_at(use, [(one.incident_id, one.id) for one in sites.values()])
    return [
        MapThing(
            id=one.id,
            layer=MapLayer.SITES,
            state="OPEN" if one.open else "CLOSED",
            point=one.point,
            name=one.name,
            in_care=there.total(),
            unaccompanied=there[CareStatus.UNACCOMPANIED.value],
            capacity=one.capacity,
        )
        for one, there in zip(sites.values(), in_care, strict=True)
    ]


async def _people_things(use: Collaborators, viewer: Viewer, pins: Sequence[Pin]) -> list[MapThing]:
    """Those in care, each at its site: which child is there is a look at that child."""
    sites = await use.store.sites.get_many({pin.site_id for pin in pins if pin.site_id}) if pins else {}
    shown = [(pin, sites[pin.site_id]) for pin in pins if pin.site_id in sites]
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.PLACE, [_named(pin) for pin, _ in shown])
    return [MapThing(pin.id, MapLayer.IN_CARE, pin.state, site.point) for pin, site in shown]


async def _report_things(use: Collaborators, viewer: Viewer, pins: Sequence[Pin]) -> list[MapThing]:
    points = await _points(use.store.reports, pins, "lastSeenPlace")
    elsewhere = await use.store.reports.get_many(one for one, point in points.items() if point is None)
    points |= {one.id: point_of_report(one) for one in elsewhere.values()}
    shown = [(pin, point) for pin in pins if (point := points.get(pin.id)) is not None]
    await saw(use, viewer, AuditAction.READ_REPORT, Part.PLACE, [_named(pin) for pin, _ in shown])
    return [MapThing(pin.id, MapLayer.REPORTS, pin.state, point) for pin, point in shown]


async def _sighting_things(use: Collaborators, viewer: Viewer, pins: Sequence[Pin]) -> list[MapThing]:
    points = await _points(use.store.sightings, pins, "place")
    shown = [(pin, point) for pin in pins if (point := points.get(pin.id)) is not None]
    await saw(use, viewer, AuditAction.READ_SIGHTING, Part.PLACE, [_named(pin) for pin, _ in shown])
    return [MapThing(pin.id, MapLayer.SIGHTINGS, pin.state, point) for pin, point in shown]


async def _points(records: Records[Any], pins: Sequence[Pin], field: str) -> dict[str, Point | None]:
    """The point of a place that each record has in a field: a pin knows its cell only."""
    found = await records.get_field([pin.id for pin in pins], field) if pins else {}
    return {one: None if place is None else from_document(Place, place).point for one, place in found.items()}


def _named(pin: Pin) -> Named:
    return Named(pin.id, pin.incident_id)


async def _match_lines(use: Collaborators, viewer: Viewer, pins: Sequence[Pin]) -> tuple[MapLine, ...]:
    matches = await use.store.matches.get_many(pin.id for pin in pins) if pins else {}
    if not matches:
        return ()
    reports, registrations = await sides_of(use.store, matches.values())
    sites = await use.store.sites.get_many({one.site_id for one in registrations.values()})
    lines = []
    for match in matches.values():
        report, registration = reports.get(match.report_id), registrations.get(match.registration_id)
        if report is None or registration is None:
            continue
        start, end = point_of_report(report), point_of_found(registration, sites.get(registration.site_id))
        if start is not None and end is not None:
            lines.append(MapLine(start, end, 1, match.id))
    await saw(use, viewer, AuditAction.READ_MATCH, Part.PLACE, [matches[one.id] for one in lines if one.id])
    return tuple(lines)
