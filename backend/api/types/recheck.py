"""Re-checks."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.asking import BODY_SITE, MATCH_ID, TEXT, Answer, show_answer
from backend.domain import recheck as domain
from backend.domain.asking import AskedKind, AskedState

if TYPE_CHECKING:
    from backend.api.types.registration import Registration


@strawberry.type(description="A question about a registered child, for those who have it in front of them.")
class Recheck:
    record: strawberry.Private[domain.Recheck]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    site_id: ID = strawberry.field(description="The site where the child is.")
    registration_id: ID = strawberry.field(description="The child.")
    kind: AskedKind = strawberry.field(description="What is asked.")
    body_site: str | None = strawberry.field(description=BODY_SITE)
    text: str | None = strawberry.field(description="The question in words, where the kind alone does not say it.")
    state: AskedState = strawberry.field(description="What has become of it.")
    match_id: ID | None = strawberry.field(description=MATCH_ID)
    asked_by: ID | None = strawberry.field(
        description="The account that asked; null but for coordinators and officers."
    )
    answered_by: ID | None = strawberry.field(description="The account that answered.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")
    version: int = strawberry.field(description="Counts the changes.")
    created_at: datetime = strawberry.field(description="When it was asked.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="What was answered; null while it is open.")
    def answer(self) -> Answer | None:
        return show_answer(self.record.answer)

    @strawberry.field(description="The child, where you may see it.")
    async def registration(
        self, info: Info
    ) -> Annotated["Registration", strawberry.lazy("backend.api.types.registration")] | None:
        from backend.api.types.registration import show_registration  # noqa: PLC0415  # the two refer to each other

        found = await info.context.loaders.registrations.load(self.record.registration_id)
        return None if found is None else show_registration(found)


def show_recheck(recheck: domain.Recheck) -> Recheck:
    return Recheck(
        record=recheck,
        id=ID(recheck.id),
        incident_id=ID(recheck.incident_id),
        site_id=ID(recheck.site_id),
        registration_id=ID(recheck.registration_id),
        kind=recheck.asking.kind,
        body_site=recheck.asking.body_site,
        text=recheck.asking.text,
        state=recheck.state,
        match_id=None if recheck.match_id is None else ID(recheck.match_id),
        asked_by=ID(recheck.asked_by) if recheck.asked_by else None,
        answered_by=None if recheck.answered_by is None else ID(recheck.answered_by),
        answered_at=recheck.answered_at,
        version=recheck.version,
        created_at=recheck.created_at,
        updated_at=recheck.updated_at,
    )


@strawberry.input(description="A question about a registered child.")
class AskRecheckInput:
    registration_id: ID = strawberry.field(description="The child.")
    kind: AskedKind = strawberry.field(description="What is asked; anything but LAST_SEEN.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    match_id: ID | None = strawberry.field(
        default=None, description="The match that the question came up with; those at the site do not see it."
    )
    body_site: str | None = strawberry.field(default=None, description=BODY_SITE)
    text: str | None = strawberry.field(default=None, description=TEXT)
