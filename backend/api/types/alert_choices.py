"""How one wants to be told."""

import strawberry

from backend.api.convert import to_api
from backend.api.types.person import Point
from backend.domain import choices as domain
from backend.domain.person import Point as Spot
from geo.bounds import centre_of


@strawberry.type(description="When alerts that can wait are kept until later. Urgent ones come through.")
class QuietHours:
    start: str = strawberry.field(description="When they begin, as `22:00`.")
    until: str = strawberry.field(description="When they end; on the next day where that is earlier.")
    time_zone: str = strawberry.field(description="An IANA time zone, such as `America/Chicago`.")


@strawberry.type(description="How you want to be told.")
class AlertChoices:
    by_push: bool = strawberry.field(description="On your devices.")
    by_email: bool = strawberry.field(description="By e-mail, where an address is known.")
    email: str | None = strawberry.field(
        description="The address for alerts; where there is none, a family's is the one that the reporter left."
    )
    language: str = strawberry.field(description="The language of e-mails, as a BCP 47 tag.")
    quiet: QuietHours | None = strawberry.field(description="Quiet hours; null where there are none.")
    nearby: Point | None = strawberry.field(
        description="The middle of the cell, about 6 km across, around which you are told of missing children, besides "
        "your sites."
    )


def show_alert_choices(chosen: domain.AlertChoices) -> AlertChoices:
    quiet = chosen.quiet
    return AlertChoices(
        by_push=chosen.by_push,
        by_email=chosen.by_email,
        email=chosen.email,
        language=chosen.language,
        quiet=None if quiet is None else QuietHours(start=quiet.start, until=quiet.until, time_zone=quiet.time_zone),
        nearby=None if chosen.nearby is None else to_api(Point, Spot(*centre_of(chosen.nearby))),
    )


@strawberry.input(description="When alerts that can wait are kept until later. Urgent ones come through.")
class QuietHoursInput:
    start: str = strawberry.field(description="When they begin, as `22:00`.")
    until: str = strawberry.field(description="When they end; on the next day where that is earlier.")
    time_zone: str = strawberry.field(description="An IANA time zone, such as `America/Chicago`.")


@strawberry.input(description="How you want to be told: all of it, each time.")
class ChooseAlertsInput:
    by_push: bool = strawberry.field(default=True, description="On your devices.")
    by_email: bool = strawberry.field(default=True, description="By e-mail, where an address is known.")
    email: str | None = strawberry.field(default=None, description="The address for alerts.")
    language: str = strawberry.field(default="en", description="The language of e-mails, as a BCP 47 tag.")
    quiet: QuietHoursInput | None = strawberry.field(default=None, description="Quiet hours.")
