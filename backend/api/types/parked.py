"""Deliveries that were refused for good."""

from datetime import datetime

import strawberry

from backend.domain.alert import ChannelKind

_SERVER = "The server that refused them, after the way that they go by, such as `WEBHOOK https://hooks.example.org`."


@strawberry.type(description="Deliveries of alerts that were refused for good, with one answer by one server.")
class ParkedDeliveries:
    channel: ChannelKind = strawberry.field(description="The way that they go by.")
    server: str = strawberry.field(description=_SERVER)
    reason: str = strawberry.field(description="What it answered.")
    count: int = strawberry.field(description="How many they are.")
    since: datetime = strawberry.field(description="When the first of them was refused.")


@strawberry.input(description="Which deliveries to send again.")
class ResendDeliveriesInput:
    server: str = strawberry.field(description=_SERVER)
    reason: str | None = strawberry.field(default=None, description="What it answered; left out, whatever it was.")
