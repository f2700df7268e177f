"""Intakes."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import intake as domain


@strawberry.type(description="A site's doors, open for some hours to helpers without an account.")
class Intake:
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    site_id: ID = strawberry.field(description="The site.")
    opened_by: ID = strawberry.field(description="The account that opened it.")
    entered: int = strawberry.field(description="How many came in by its code.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    closed_at: datetime | None = strawberry.field(description="When somebody closed it; null where nobody has.")
    created_at: datetime = strawberry.field(description="When it was opened.")


def show_intake(intake: domain.Intake) -> Intake:
    return Intake(
        id=ID(intake.id),
        incident_id=ID(intake.incident_id),
        site_id=ID(intake.site_id),
        opened_by=ID(intake.opened_by),
        entered=intake.entered,
        expires_at=intake.expires_at,
        closed_at=intake.closed_at,
        created_at=intake.created_at,
    )


@strawberry.input(description="The site whose doors are opened, and for how long.")
class OpenIntakeInput:
    site_id: ID = strawberry.field(description="The site.")
    hours: int = strawberry.field(description="For how many hours, 72 at most.")


@strawberry.input(description="What somebody who helps at a site without an account says.")
class EnterIntakeInput:
    code: str = strawberry.field(description="The code that hangs at the site.")
    name: str = strawberry.field(description="What you are called.")
    retry_key: str = strawberry.field(
        description="At least 22 random characters that only this phone knows: with them and the same code, entering "
        "again after a lost answer gives the same token."
    )
