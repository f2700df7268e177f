"""Rotas: read and set."""

from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.settle import settle
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.rota import Rota, SetRotaInput, shifts_of, show_rota
from backend.services import rotas


@strawberry.type(description="The rota, or why it was not set; then with the rota as it is now.")
class RotaPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    rota: Rota | None = strawberry.field(default=None, description="The rota as it is now.")


@strawberry.type
class RotaQueries:
    @strawberry.field(description="Who is on duty in an incident, and when.")
    async def rota(self, info: Info, incident_id: IncidentId) -> Rota | None:
        return show_rota(await rotas.get_rota(info.context.use, info.context.viewer, incident_id))


@strawberry.type
class RotaMutations:
    @strawberry.mutation(description="Set all shifts of an incident.")
    async def set_rota(
        self, info: Info, input: Annotated[SetRotaInput, strawberry.argument(description="The shifts.")]
    ) -> RotaPayload:
        use, viewer = info.context.use, info.context.viewer
        return await settle(
            RotaPayload,
            rotas.set_rota(use, viewer, input.incident_id, input.version, shifts_of(input)),
            lambda shown: RotaPayload(errors=[], rota=show_rota(shown)),
            present=lambda: rotas.get_rota(use, viewer, input.incident_id),
        )
