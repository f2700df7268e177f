"""Area alerts: whom an area reaches, sent, widened, stopped; and what those nearby are shown."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.resolvers.alert_choices import AlertChoicesPayload
from backend.api.settle import settle
from backend.api.types.alert_choices import show_alert_choices
from backend.api.types.area_alert import (
    AreaAlert,
    AreaInput,
    AreaReach,
    NearbyAlert,
    SendAreaAlertInput,
    WidenAreaAlertInput,
    show_area_alert,
    show_area_reach,
    show_nearby_alert,
)
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.person import PointInput
from backend.domain import area_alert as domain
from backend.domain.area_alert import AlertArea, AreaAlertState
from backend.domain.person import Point
from backend.services import alert_choices, area_alerts, area_reach, nearby_alerts

AreaAlertId = Annotated[ID, strawberry.argument(description="The area alert.")]


@strawberry.type(description="The area alert, or why nothing was sent or stopped.")
class AreaAlertPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    area_alert: AreaAlert | None = strawberry.field(default=None, description="The area alert as it is now.")


def _done(alert: domain.AreaAlert) -> AreaAlertPayload:
    return AreaAlertPayload(errors=[], area_alert=show_area_alert(alert))


@strawberry.type
class AreaAlertQueries:
    @strawberry.field(description="Whom an area would reach, and what they would be shown. Nobody is told.")
    async def area_reach(
        self,
        info: Info,
        report_id: Annotated[ID, strawberry.argument(description="The report of the child.")],
        area: Annotated[AreaInput, strawberry.argument(description="The area.")],
    ) -> AreaReach | None:
        context = info.context
        return show_area_reach(
            await area_reach.area_reach(context.use, context.viewer, report_id, to_domain(AlertArea, area))
        )

    @strawberry.field(description="One area alert.")
    async def area_alert(self, info: Info, id: AreaAlertId) -> AreaAlert | None:
        return show_area_alert(await area_alerts.get_area_alert(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The area alerts of an incident, newest first: proposed, going out, or over.")
    async def area_alerts(
        self,
        info: Info,
        incident_id: IncidentId,
        states: Annotated[
            list[AreaAlertState] | None,
            strawberry.argument(description="Only those in one of these states; all where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[AreaAlert]:
        context = info.context
        wanted = tuple(AreaAlertState) if states is None else tuple(states)
        page = await area_alerts.list_area_alerts(
            context.use, context.viewer, incident_id, wanted, page_request(first, after)
        )
        return connection(page, show_area_alert)

    @strawberry.field(description="One child who is missing near you.")
    async def nearby_alert(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The id in the message to your device.")]
    ) -> NearbyAlert | None:
        return show_nearby_alert(await nearby_alerts.nearby_alert(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The children who are missing near you now, the newest alert first.")
    async def nearby_alerts(self, info: Info) -> list[NearbyAlert]:
        found = await nearby_alerts.nearby_alerts(info.context.use, info.context.viewer)
        return [show_nearby_alert(alert) for alert in found]


@strawberry.type
class AreaAlertMutations:
    @strawberry.mutation(
        description="Tell those in an area that a child is missing, where the family agrees and somebody has looked at "
        "the report."
    )
    async def send_area_alert(
        self, info: Info, input: Annotated[SendAreaAlertInput, strawberry.argument(description="Of whom, and where.")]
    ) -> AreaAlertPayload:
        context, area = info.context, to_domain(AlertArea, input.area)
        return await settle(
            AreaAlertPayload,
            area_alerts.send_area_alert(context.use, context.viewer, input.report_id, area),
            _done,
        )

    @strawberry.mutation(description="Tell those in a further area too; who was told is not told again.")
    async def widen_area_alert(
        self, info: Info, input: Annotated[WidenAreaAlertInput, strawberry.argument(description="Where else.")]
    ) -> AreaAlertPayload:
        context, area = info.context, to_domain(AlertArea, input.area)
        return await settle(
            AreaAlertPayload,
            area_alerts.widen_area_alert(context.use, context.viewer, input.id, input.version, area),
            _done,
            present=lambda: area_alerts.get_area_alert(context.use, context.viewer, input.id),
        )

    @strawberry.mutation(
        description="Tell nobody more, and show nothing to those who were told; or decline what was proposed."
    )
    async def stop_area_alert(self, info: Info, id: AreaAlertId) -> AreaAlertPayload:
        context = info.context
        return await settle(AreaAlertPayload, area_alerts.stop_area_alert(context.use, context.viewer, id), _done)

    @strawberry.mutation(
        description="Be told of missing children around a place too: a cell about 6 km across is kept of it; with no "
        "point, around your sites only."
    )
    async def choose_nearby_place(
        self,
        info: Info,
        point: Annotated[PointInput | None, strawberry.argument(description="Somewhere in the cell.")] = None,
    ) -> AlertChoicesPayload:
        context = info.context
        chosen = None if point is None else to_domain(Point, point)
        return await settle(
            AlertChoicesPayload,
            alert_choices.choose_nearby_place(context.use, context.viewer, chosen),
            lambda choices: AlertChoicesPayload(errors=[], choices=show_alert_choices(choices)),
        )
