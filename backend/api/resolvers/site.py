"""Sites: read, added, changed."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.settle import settle
from backend.api.types.error import UserError
from backend.api.types.site import (
    AddSiteInput,
    ChangeSiteInput,
    Destination,
    Site,
    show_destination,
    show_site,
)
from backend.domain.site import NewSite, SiteChanges
from backend.services import destinations, sites


@strawberry.type(description="The site, or why nothing was changed.")
class SitePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    site: Site | None = strawberry.field(default=None, description="The site as it is now.")


@strawberry.type
class SiteQueries:
    @strawberry.field(description="One site.")
    async def site(self, info: Info, id: Annotated[ID, strawberry.argument(description="The site.")]) -> Site | None:
        return show_site(await sites.get_site(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The sites that a person may be moved to, by name.")
    async def destinations(
        self, info: Info, registration_id: Annotated[ID, strawberry.argument(description="Who is to be moved.")]
    ) -> list[Destination]:
        context = info.context
        found = await destinations.destinations_of(context.use, context.viewer, registration_id)
        return [show_destination(site) for site in found]


@strawberry.type
class SiteMutations:
    @strawberry.mutation(description="Add a site to an incident.")
    async def add_site(
        self, info: Info, input: Annotated[AddSiteInput, strawberry.argument(description="The site.")]
    ) -> SitePayload:
        context = info.context
        return await settle(
            SitePayload,
            sites.add_site(context.use, context.viewer, to_domain(NewSite, input), input.id),
            lambda site: SitePayload(errors=[], site=show_site(site)),
        )

    @strawberry.mutation(description="Change a site.")
    async def change_site(
        self, info: Info, input: Annotated[ChangeSiteInput, strawberry.argument(description="The changes.")]
    ) -> SitePayload:
        context = info.context
        changes = to_domain(SiteChanges, input)
        return await settle(
            SitePayload,
            sites.change_site(context.use, context.viewer, input.id, input.version, changes),
            lambda site: SitePayload(errors=[], site=show_site(site)),
            present=lambda: sites.get_site(context.use, context.viewer, input.id),
        )
