"""Sightings: recorded, read, linked, dismissed, opened again."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.settle import settle
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.sighting import (
    DismissSightingInput,
    LinkSightingInput,
    RecordSightingInput,
    Sighting,
    show_sighting,
)
from backend.domain import sighting as domain
from backend.domain.sighting import NewSighting, SightingState
from backend.services import sightings


@strawberry.type(description="The sighting, or why nothing was changed; then with the sighting as it is now.")
class SightingPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    sighting: Sighting | None = strawberry.field(default=None, description="The sighting as it is now.")


@strawberry.type(description="What was recorded, or why nothing was.")
class RecordSightingPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    id: ID | None = strawberry.field(default=None, description="The id that it is kept under.")
    sighting: Sighting | None = strawberry.field(default=None, description="The sighting, where you may read it.")


async def _step(info: Info, sighting_id: str, work: Awaitable[domain.Sighting]) -> SightingPayload:
    context = info.context
    return await settle(
        SightingPayload,
        work,
        lambda sighting: SightingPayload(errors=[], sighting=show_sighting(sighting)),
        present=lambda: sightings.get_sighting(context.use, context.viewer, sighting_id),
    )


@strawberry.type
class SightingQueries:
    @strawberry.field(description="One sighting.")
    async def sighting(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The sighting.")]
    ) -> Sighting | None:
        return show_sighting(await sightings.get_sighting(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The sightings of an incident, newest first; for a volunteer, their own.")
    async def sightings(
        self,
        info: Info,
        incident_id: IncidentId,
        states: Annotated[
            list[SightingState] | None,
            strawberry.argument(description="Only those in one of these states; OPEN where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Sighting]:
        context = info.context
        wanted = (SightingState.OPEN,) if states is None else tuple(states)
        page = await sightings.list_sightings(
            context.use, context.viewer, incident_id, wanted, page_request(first, after)
        )
        return connection(page, show_sighting)


@strawberry.type
class SightingMutations:
    @strawberry.mutation(description="Say that a child was seen. No sign-in is needed.")
    async def record_sighting(
        self, info: Info, input: Annotated[RecordSightingInput, strawberry.argument(description="The sighting.")]
    ) -> RecordSightingPayload:
        context = info.context
        new = to_domain(NewSighting, input)
        return await settle(
            RecordSightingPayload,
            context.heed(sightings.record_sighting(context.use, context.viewer, new, address=context.address)),
            lambda recorded: RecordSightingPayload(
                errors=[],
                id=ID(recorded.id),
                sighting=None if recorded.sighting is None else show_sighting(recorded.sighting),
            ),
        )

    @strawberry.mutation(
        description="Say that it was the child of a report who was seen: it counts as evidence of place and time."
    )
    async def link_sighting(
        self, info: Info, input: Annotated[LinkSightingInput, strawberry.argument(description="The two.")]
    ) -> SightingPayload:
        use, viewer = info.context.use, info.context.viewer
        return await _step(
            info, input.id, sightings.link_sighting(use, viewer, input.id, input.version, input.report_id)
        )

    @strawberry.mutation(description="Say that nothing is to be made of a sighting, and why.")
    async def dismiss_sighting(
        self, info: Info, input: Annotated[DismissSightingInput, strawberry.argument(description="Which, and why.")]
    ) -> SightingPayload:
        use, viewer = info.context.use, info.context.viewer
        return await _step(
            info, input.id, sightings.dismiss_sighting(use, viewer, input.id, input.version, input.reason)
        )

    @strawberry.mutation(description="Take a link or a dismissal back: the sighting waits again.")
    async def reopen_sighting(
        self,
        info: Info,
        id: Annotated[ID, strawberry.argument(description="The sighting.")],
        version: Annotated[int, strawberry.argument(description="The version that was seen.")],
    ) -> SightingPayload:
        return await _step(info, id, sightings.reopen_sighting(info.context.use, info.context.viewer, id, version))
