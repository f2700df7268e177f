"""How one wants to be told: read and chosen."""

from typing import Annotated

import strawberry

from backend.api.context import Info
from backend.api.convert import to_domain
from backend.api.settle import settle
from backend.api.types.alert_choices import AlertChoices, ChooseAlertsInput, show_alert_choices
from backend.api.types.error import UserError
from backend.domain.choices import NewAlertChoices
from backend.services import alert_choices


@strawberry.type(description="What holds now, or why nothing was chosen.")
class AlertChoicesPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    choices: AlertChoices | None = strawberry.field(default=None, description="What holds now.")


@strawberry.type
class AlertChoicesQueries:
    @strawberry.field(description="How you want to be told.")
    async def alert_choices(self, info: Info) -> AlertChoices:
        return show_alert_choices(await alert_choices.alert_choices(info.context.use, info.context.viewer))


@strawberry.type
class AlertChoicesMutations:
    @strawberry.mutation(description="Choose how you want to be told.")
    async def choose_alerts(
        self, info: Info, input: Annotated[ChooseAlertsInput, strawberry.argument(description="All that you choose.")]
    ) -> AlertChoicesPayload:
        context = info.context
        return await settle(
            AlertChoicesPayload,
            alert_choices.choose_alerts(context.use, context.viewer, to_domain(NewAlertChoices, input)),
            lambda chosen: AlertChoicesPayload(errors=[], choices=show_alert_choices(chosen)),
        )
