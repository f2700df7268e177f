"""Webhooks: listed, added, removed."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.resolvers.viewer import DonePayload
from backend.api.settle import settle
from backend.api.types.error import UserError
from backend.api.types.webhook import AddWebhookInput, Webhook, show_webhook
from backend.domain.webhook import NewWebhook
from backend.services import webhooks


@strawberry.type(description="The webhook and its secret, or why there is none.")
class AddWebhookPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    webhook: Webhook | None = strawberry.field(default=None, description="The webhook.")
    secret: str | None = strawberry.field(
        default=None, description="What its receiver verifies each call with (Standard Webhooks). Shown only now."
    )


@strawberry.type(description="The webhook, or why nothing was changed.")
class WebhookPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    webhook: Webhook | None = strawberry.field(default=None, description="The webhook as it is now.")


@strawberry.type
class WebhookQueries:
    @strawberry.field(description="The webhooks of an incident, the oldest first.")
    async def webhooks(
        self, info: Info, incident_id: Annotated[ID, strawberry.argument(description="The incident.")]
    ) -> list[Webhook]:
        found = await webhooks.list_webhooks(info.context.use, info.context.viewer, incident_id)
        return [show_webhook(webhook) for webhook in found]


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(description="Set up a webhook.")
    async def add_webhook(
        self, info: Info, input: Annotated[AddWebhookInput, strawberry.argument(description="The webhook.")]
    ) -> AddWebhookPayload:
        context = info.context
        return await settle(
            AddWebhookPayload,
            webhooks.add_webhook(context.use, context.viewer, to_domain(NewWebhook, input)),
            lambda made: AddWebhookPayload(
                errors=[], webhook=show_webhook(made), secret=webhooks.shown_secret(made.secret)
            ),
        )

    @strawberry.mutation(description="Have what is for a webhook wait until it is resumed.")
    async def pause_webhook(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The webhook.")]
    ) -> WebhookPayload:
        return await settle(
            WebhookPayload,
            webhooks.pause_webhook(info.context.use, info.context.viewer, id),
            lambda webhook: WebhookPayload(errors=[], webhook=show_webhook(webhook)),
        )

    @strawberry.mutation(description="Tell a webhook again, first of what waited while it was paused.")
    async def resume_webhook(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The webhook.")]
    ) -> WebhookPayload:
        return await settle(
            WebhookPayload,
            webhooks.resume_webhook(info.context.use, info.context.viewer, id),
            lambda webhook: WebhookPayload(errors=[], webhook=show_webhook(webhook)),
        )

    @strawberry.mutation(description="Remove a webhook: it is told nothing any more.")
    async def remove_webhook(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The webhook.")]
    ) -> DonePayload:
        return await settle(
            DonePayload,
            webhooks.remove_webhook(info.context.use, info.context.viewer, id),
            lambda _: DonePayload(errors=[]),
        )
