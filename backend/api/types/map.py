"""The map: counts by cell, single things, lines; and figures with small counts hidden."""

from datetime import datetime

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api
from backend.api.types.match import Language, language_for
from backend.api.types.person import Point
from backend.domain import person as domain_person
from backend.domain.map import MapLayer
from backend.services import figures
from backend.services import map as domain
from backend.services.map_areas import areas_told

_LAYER = "The layer."
_STATE = (
    "SITES: OPEN, CLOSED. IN_CARE: the care status, or UNCONFIRMED. REPORTS: the report's status. MATCHES: CONFIRMED. "
    "SIGHTINGS: OPEN, LINKED. More may come."
)
_CELL = "The H3 cell, by its hexadecimal name."
_CENTRE = "Its middle."
_HIDDEN = ' "<5" for 1 to 4, a multiple of five below the count for more, null for none.'


@strawberry.input(description="A part of the map, in WGS 84 degrees.")
class BoundsInput:
    north: float = strawberry.field(description="Its northern edge.")
    south: float = strawberry.field(description="Its southern edge.")
    east: float = strawberry.field(description="Its eastern edge.")
    west: float = strawberry.field(description="Its western edge; more than `east` around the 180th meridian.")


@strawberry.type(description="How many there are of a layer and state.")
class MapCount:
    layer: MapLayer = strawberry.field(description=_LAYER)
    state: str = strawberry.field(description=_STATE)
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="What is in an H3 cell.")
class MapCell:
    cell: str = strawberry.field(description=_CELL)
    centre: Point = strawberry.field(description=_CENTRE)
    counts: list[MapCount] = strawberry.field(description="How many of what.")

    @strawberry.field(description="Where its middle is, in words to read out, such as `2 km north-west of Houma`.")
    async def name(self, info: Info, language: Language = None) -> str | None:
        asked = domain_person.Point(self.centre.latitude, self.centre.longitude)
        return await info.context.loaders.names_of_places.load((asked, await language_for(info, language)))


@strawberry.type(description="One thing on the map.")
class MapThing:
    id: ID = strawberry.field(description="The site, registration, report or sighting.")
    layer: MapLayer = strawberry.field(description=_LAYER)
    state: str = strawberry.field(description=_STATE)
    point: Point = strawberry.field(description="Where it is; of somebody in care, the site.")
    name: str | None = strawberry.field(description="Of a site: what it is called.")
    in_care: int | None = strawberry.field(description="Of a site: how many people are in care there.")
    unaccompanied: int | None = strawberry.field(description="Of a site: how many of these are children alone.")
    capacity: int | None = strawberry.field(description="Of a site: how many people it can take in.")


@strawberry.type(description="A line from where children were last seen to where they were found.")
class MapLine:
    id: ID | None = strawberry.field(description="The match; null for several together, from cell to cell.")
    start: Point = strawberry.field(description="Where last seen.")
    end: Point = strawberry.field(description="Where found.")
    count: int = strawberry.field(description="How many confirmed matches it stands for.")


@strawberry.type(description="An area in which people are being told of a missing child.")
class MapArea:
    id: ID = strawberry.field(description="The area alert.")
    report_id: ID = strawberry.field(description="The report of the child.")
    centre: Point | None = strawberry.field(description="The middle of a circle.")
    radius_km: float | None = strawberry.field(description="Its radius in kilometres.")
    outline: list[Point] = strawberry.field(description="Or a ring of points around the area.")


@strawberry.type(description="A part of an incident's map.")
class MapView:
    resolution: int = strawberry.field(description="The H3 resolution of the cells.")
    at: datetime | None = strawberry.field(description="The full hour that is shown; null for now.")
    area: list[Point] = strawberry.field(description="The incident's outline; empty where nobody drew one.")
    cells: list[MapCell] = strawberry.field(description="What is shown as counts.")
    things: list[MapThing] = strawberry.field(description="What is shown one by one, from near and where it is little.")
    lines: list[MapLine] = strawberry.field(description="Confirmed matches that begin or end here.")
    totals: list[MapCount] = strawberry.field(description="Of the whole incident, with what has no known place.")
    view: strawberry.Private[domain.MapView | None] = None

    @strawberry.field(
        description="Areas in which people are being told of a missing child now; none where the past is shown, and "
        "none for who may not see area alerts."
    )
    async def alert_areas(self, info: Info) -> list[MapArea]:
        if self.view is None or self.view.at is not None:
            return []
        incident_id, bounds = self.view.incident_id, self.view.bounds
        found = await areas_told(info.context.use, info.context.viewer, incident_id, bounds)
        return [to_api(MapArea, area) for area in found]


def show_map(view: domain.MapView) -> MapView:
    shown = to_api(MapView, view)
    shown.view = view
    return shown


@strawberry.type(description="A town, to find one's way on the map by.")
class MapTown:
    name: str = strawberry.field(description="What it is called.")
    point: Point = strawberry.field(description="Where it is.")
    population: int = strawberry.field(description="How many people live there.")


@strawberry.type(description="Pictures of the ground from a server that the operator has named.")
class MapTiles:
    url: str = strawberry.field(description="Where they are: `{z}`, `{x}` and `{y}` in it say which.")
    attribution: str = strawberry.field(description="Whose they are, to be shown beside them.")


@strawberry.type(description="Counts that may be passed on." + _HIDDEN)
class HiddenCounts:
    missing: str | None = strawberry.field(description="Children who are missed." + _HIDDEN)
    in_care: str | None = strawberry.field(description="Children in care without their parents." + _HIDDEN)
    found: str | None = strawberry.field(description="Children whose match was confirmed." + _HIDDEN)


@strawberry.type(description="The figures of a cell about 6 km across.")
class CellFigures:
    cell: str = strawberry.field(description=_CELL)
    centre: Point = strawberry.field(description=_CENTRE)
    counts: HiddenCounts = strawberry.field(description="What was there.")


@strawberry.type(description="How many children in care were of an age.")
class AgeFigures:
    years: str = strawberry.field(description='Such as "5-9".')
    in_care: str = strawberry.field(description="Children in care." + _HIDDEN)


@strawberry.type(description="Figures of an incident that may be passed on, as of the last midnight in UTC.")
class Figures:
    as_of: datetime = strawberry.field(description="The midnight.")
    totals: HiddenCounts = strawberry.field(description="Of the whole incident.")
    cells: list[CellFigures] = strawberry.field(description="Where there was anybody.")
    ages: list[AgeFigures] = strawberry.field(description="By age, of the whole incident.")


def show_figures(found: figures.Figures) -> Figures:
    return to_api(Figures, found)
