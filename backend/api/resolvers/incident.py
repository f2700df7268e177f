"""Incidents: read, opened, changed."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api, to_domain
from backend.api.settle import settle
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import (
    ChangeIncidentInput,
    Incident,
    OpenIncident,
    OpenIncidentInput,
    show_incident,
)
from backend.api.types.person import Point
from backend.domain.incident import IncidentChanges, NewIncident
from backend.services import incidents


@strawberry.type(description="The incident, or why nothing was changed.")
class IncidentPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    incident: Incident | None = strawberry.field(default=None, description="The incident as it is now.")


@strawberry.type
class IncidentQueries:
    @strawberry.field(description="The incidents in which anybody may file a report. No sign-in is needed.")
    async def open_incidents(self, info: Info) -> list[OpenIncident]:
        return [
            OpenIncident(
                id=ID(incident.id),
                name=incident.name,
                kind=incident.kind,
                synthetic=incident.synthetic,
                area=[to_api(Point, point) for point in incident.area],
                phone=incident.phone,
                work_bits=info.context.use.work_bits,
            )
            for incident in await incidents.open_incidents(info.context.use)
        ]

    @strawberry.field(description="The incidents you work in, newest first.")
    async def incidents(self, info: Info, first: First = 20, after: After = None) -> Connection[Incident]:
        context = info.context
        return connection(
            await incidents.list_incidents(context.use, context.viewer, page_request(first, after)), show_incident
        )

    @strawberry.field(description="One incident.")
    async def incident(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The incident.")]
    ) -> Incident | None:
        return show_incident(await incidents.get_incident(info.context.use, info.context.viewer, id))


@strawberry.type
class IncidentMutations:
    @strawberry.mutation(description="Open an incident.")
    async def open_incident(
        self, info: Info, input: Annotated[OpenIncidentInput, strawberry.argument(description="The incident.")]
    ) -> IncidentPayload:
        context = info.context
        return await settle(
            IncidentPayload,
            incidents.open_incident(context.use, context.viewer, to_domain(NewIncident, input), input.id),
            lambda incident: IncidentPayload(errors=[], incident=show_incident(incident)),
        )

    @strawberry.mutation(description="Change an incident.")
    async def change_incident(
        self, info: Info, input: Annotated[ChangeIncidentInput, strawberry.argument(description="The changes.")]
    ) -> IncidentPayload:
        context = info.context
        changes = to_domain(IncidentChanges, input)
        return await settle(
            IncidentPayload,
            incidents.change_incident(context.use, context.viewer, input.id, input.version, changes),
            lambda incident: IncidentPayload(errors=[], incident=show_incident(incident)),
            present=lambda: incidents.get_incident(context.use, context.viewer, input.id),
        )
