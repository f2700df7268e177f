"""The map: seen, followed, and as figures that may be passed on."""

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.convert import to_api, to_domain
from backend.api.types.connection import CURSOR, AfterCursor
from backend.api.types.incident import IncidentId
from backend.api.types.map import BoundsInput, Figures, MapTiles, MapTown, MapView, show_figures, show_map
from backend.domain.map import MapLayer
from backend.services import figures, places
from backend.services import map as maps
from backend.services.map import MapRequest
from geo.bounds import Bounds


@strawberry.type(description="Where the map changed.")
class MapNews:
    cursor: str = strawberry.field(description=CURSOR)
    cells: list[str] = strawberry.field(
        description="The H3 cells, about 17 km across, in which something changed; none in the first message."
    )
    everywhere: bool = strawberry.field(description="Whether more cells changed than can be named.")
    alike: strawberry.Private[Hashable] = None


@strawberry.type
class MapQueries:
    @strawberry.field(description="A part of an incident's map: cells with counts, and from near single things.")
    async def map_view(
        self,
        info: Info,
        incident_id: IncidentId,
        bounds: Annotated[BoundsInput, strawberry.argument(description="The part.")],
        zoom: Annotated[int, strawberry.argument(description="0 to 22: how often the world of 256 pixels is doubled.")],
        layers: Annotated[
            list[MapLayer] | None, strawberry.argument(description="Only these; all where left out.")
        ] = None,
        at: Annotated[
            datetime | None, strawberry.argument(description="As it was at this full hour; now where left out.")
        ] = None,
    ) -> MapView:
        wanted = to_domain(Bounds, bounds)
        asked = MapRequest(wanted, zoom, tuple(MapLayer) if layers is None else tuple(layers), at)
        return show_map(await maps.map_view(info.context.use, info.context.viewer, incident_id, asked))

    @strawberry.field(description="The largest towns of a part of the map, 60 at most. No sign-in is needed.")
    async def map_towns(
        self,
        info: Info,
        incident_id: IncidentId,
        bounds: Annotated[BoundsInput, strawberry.argument(description="The part.")],
    ) -> list[MapTown]:
        context, within = info.context, to_domain(Bounds, bounds)
        found = places.towns_within(context.use, context.viewer, incident_id, within, address=context.address)
        return [to_api(MapTown, town) for town in await found]

    @strawberry.field(description="What lies beneath the map; null where the operator has named no server of pictures.")
    def map_tiles(self, info: Info) -> MapTiles | None:
        tiles = info.context.use.tiles
        return None if tiles is None else to_api(MapTiles, tiles)

    @strawberry.field(description="Figures that may be passed on: small counts are hidden.")
    async def public_figures(self, info: Info, incident_id: IncidentId) -> Figures:
        return show_figures(await figures.figures_of(info.context.use, info.context.viewer, incident_id))


@strawberry.type
class MapSubscriptions:
    @strawberry.subscription(description="Where an incident's map changes: ask for that part again.")
    async def map_changes(
        self, info: Info, incident_id: IncidentId, after: AfterCursor = None
    ) -> AsyncGenerator[MapNews, None]:
        context = info.context
        del info  # with all that began this, which may go on for hours
        async with aclosing(maps.follow_map(context.use, context.viewer, incident_id, after)) as told:
            async for news in told:
                yield MapNews(cursor=news.cursor, cells=list(news.cells), everywhere=news.everywhere, alike=news.alike)
