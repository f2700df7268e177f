"""Re-checks."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.asking import Asked, AskInput, fields_of
from backend.domain import recheck as domain

if TYPE_CHECKING:
    from backend.api.types.registration import Registration


@strawberry.type(description="A question about a registered child, for those who have it in front of them.")
class Recheck(Asked):
    site_id: ID = strawberry.field(description="The site where the child is.")
    registration_id: ID = strawberry.field(description="The child.")

    @strawberry.field(description="The child, where you may see it.")
    async def registration(
        self, info: Info
    ) -> Annotated["Registration", strawberry.lazy("backend.api.types.registration")] | None:
        from backend.api.types.registration import show_registration  # noqa: PLC0415  # the two refer to each other

        found = await info.context.loaders.registrations.load(self.registration_id)
        return None if found is None else show_registration(found)


def show_recheck(recheck: domain.Recheck) -> Recheck:
    return Recheck(**fields_of(recheck), site_id=ID(recheck.site_id), registration_id=ID(recheck.registration_id))


@strawberry.input(description="A question about a registered child.")
class AskRecheckInput(AskInput):
    registration_id: ID = strawberry.field(description="The child.")
