"""Sites."""

from datetime import datetime

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api
from backend.api.types.person import Point, PointInput
from backend.domain import site as domain
from backend.domain.site import SiteKind

_ADDRESS = "The postal address."
_CAPACITY = "How many people it can take in."


@strawberry.type(description="A place where people are taken in.")
class Site:
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident it serves.")
    name: str = strawberry.field(description="What people call it.")
    kind: SiteKind = strawberry.field(description="What kind of place it is.")
    point: Point = strawberry.field(description="Where it is.")
    address: str | None = strawberry.field(description=_ADDRESS)
    capacity: int | None = strawberry.field(description=_CAPACITY)
    open: bool = strawberry.field(description="Whether it takes people in.")
    version: int = strawberry.field(description="Counts the changes; a change names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was added.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(
        description="How many people are in care here now, as last counted; null where you may not know it."
    )
    async def in_care(self, info: Info) -> int | None:
        return await info.context.loaders.in_care.load((self.incident_id, self.id))


def show_site(site: domain.Site) -> Site:
    return to_api(Site, site)


@strawberry.type(description="A site that somebody may be moved to.")
class Destination:
    id: ID = strawberry.field(description="The site.")
    name: str = strawberry.field(description="What people call it.")
    kind: SiteKind = strawberry.field(description="What it is.")


def show_destination(site: domain.Site) -> Destination:
    return Destination(id=ID(site.id), name=site.name, kind=site.kind)


@strawberry.input(description="What is needed to add a site.")
class AddSiteInput:
    incident_id: ID = strawberry.field(description="The incident it serves.")
    name: str = strawberry.field(description="What people call it.")
    kind: SiteKind = strawberry.field(description="What kind of place it is.")
    point: PointInput = strawberry.field(description="Where it is.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    address: str | None = strawberry.field(default=None, description=_ADDRESS)
    capacity: int | None = strawberry.field(default=None, description=_CAPACITY)


@strawberry.input(
    description="What is to change in a site; what is left out stays, and null empties what may be empty."
)
class ChangeSiteInput:
    id: ID = strawberry.field(description="The site.")
    version: int = strawberry.field(description="The version that was seen.")
    name: str | None = strawberry.field(default=None, description="What people call it.")
    kind: SiteKind | None = strawberry.field(default=None, description="What kind of place it is.")
    point: PointInput | None = strawberry.field(default=None, description="Where it is.")
    address: str | None = strawberry.field(default=strawberry.UNSET, description=_ADDRESS)
    capacity: int | None = strawberry.field(default=strawberry.UNSET, description=_CAPACITY)
    open: bool | None = strawberry.field(default=None, description="Whether it takes people in.")
