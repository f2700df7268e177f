"""Relatives who were taken in apart from each other."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.kinship import PossibleRelative, show_possible_relative
from backend.services import kinship


@strawberry.type
class KinshipQueries:
    @strawberry.field(
        description="Of a child the adults, of an adult the children, that were taken in anywhere in the incident and "
        "may belong to it, likeliest first; only those whom you may see. Nothing is kept of it."
    )
    async def possible_relatives(
        self,
        info: Info,
        registration_id: Annotated[ID, strawberry.argument(description="The child or the adult.")],
    ) -> list[PossibleRelative]:
        found = await kinship.possible_relatives(info.context.use, info.context.viewer, registration_id)
        return [show_possible_relative(one) for one in found]
