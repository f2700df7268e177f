"""Other systems that are told of alerts."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import webhook as domain
from backend.domain.alert import AlertKind


@strawberry.type(description="Another system that is told of an incident's alerts: kind, id and time, signed.")
class Webhook:
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    url: str = strawberry.field(description="The address that is called.")
    kinds: list[AlertKind] = strawberry.field(description="The alerts that it is told of.")
    created_at: datetime = strawberry.field(description="When it was set up.")
    paused_at: datetime | None = strawberry.field(description="Since when what is for it waits; null where it is told.")


def show_webhook(webhook: domain.Webhook) -> Webhook:
    return Webhook(
        id=ID(webhook.id),
        incident_id=ID(webhook.incident_id),
        url=webhook.url,
        kinds=list(webhook.kinds),
        created_at=webhook.created_at,
        paused_at=webhook.paused_at,
    )


@strawberry.input(description="A webhook to set up.")
class AddWebhookInput:
    incident_id: ID = strawberry.field(description="The incident.")
    url: str = strawberry.field(description="A public address that begins with https://.")
    kinds: list[AlertKind] = strawberry.field(description="The alerts to be told of.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
