"""Places: looked for by name, and named."""

from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.convert import to_domain
from backend.api.types.incident import IncidentId
from backend.api.types.match import language_for
from backend.api.types.person import PointInput
from backend.api.types.place import FoundPlaces, show_found
from backend.domain.person import Point
from backend.services import places

Language = Annotated[
    str | None,
    strawberry.argument(
        description="A BCP 47 tag. Where left out, the language of the alerts of your newest device, or else English."
    ),
]


@strawberry.type
class PlaceQueries:
    @strawberry.field(
        description="Places that somebody may mean by what they say, such as `near the Superdome`. No sign-in is "
        "needed. A site is among them for who may see it."
    )
    async def find_places(
        self,
        info: Info,
        incident_id: IncidentId,
        text: Annotated[str, strawberry.argument(description="What was said or written, in any script.")],
        language: Language = None,
    ) -> FoundPlaces | None:
        context = info.context
        chosen = await language_for(info, language)
        found = places.find_places(
            context.use, context.viewer, incident_id, text, language=chosen, address=context.address
        )
        return show_found(await context.heed(found))

    @strawberry.field(
        description="Where a point is, in words to read out, such as `2 km north-west of Houma`. No sign-in is needed."
    )
    async def name_of_place(
        self,
        info: Info,
        point: Annotated[PointInput, strawberry.argument(description="The point.")],
        language: Language = None,
    ) -> str | None:
        context = info.context
        chosen, there = await language_for(info, language), to_domain(Point, point)
        named = places.name_of_place(context.use, context.viewer, there, language=chosen, address=context.address)
        return await context.heed(named)
