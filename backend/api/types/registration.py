"""Registrations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api
from backend.api.loaders import MatchesOf
from backend.api.types.person import Person, PersonInput, Place, PlaceInput
from backend.api.types.photo import Photo, show_photo
from backend.api.types.site import Site, show_site
from backend.domain import registration as domain
from backend.domain.registration import CareStatus, Confirmation, RegistrationStatus
from backend.services.registrations import medical_notes

if TYPE_CHECKING:
    from backend.api.types.duplicate import Duplicate
    from backend.api.types.match import Match
    from backend.api.types.recheck import Recheck

_CARE = "Who looks after the person."
_FOUND_AT = "When the person was found or came in."
_FOUND_PLACE = "Where the person was found."
_MEDICAL = "What is needed for care: medicine, allergies, injuries."


@strawberry.type(description="One person taken in at a site.")
class Registration:
    record: strawberry.Private[domain.Registration]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    site_id: ID = strawberry.field(description="The site that looks after the person.")
    group_id: ID | None = strawberry.field(description="Shared by siblings who were registered together.")
    care_status: CareStatus = strawberry.field(description=_CARE)
    status: RegistrationStatus = strawberry.field(description="Where the person is now.")
    confirmation: Confirmation = strawberry.field(description="Whether somebody who works at the site stands for it.")
    confirmation_by: ID | None = strawberry.field(description="The account that confirmed or dismissed it.")
    confirmation_at: datetime | None = strawberry.field(description="When it was confirmed or dismissed.")
    found_at: datetime = strawberry.field(description=_FOUND_AT)
    synthetic: bool = strawberry.field(description="Whether this person is invented, for an exercise.")
    version: int = strawberry.field(description="Counts the changes; a change names the version it saw.")
    created_at: datetime = strawberry.field(description="When the person was registered.")
    updated_at: datetime = strawberry.field(description="When the registration was last changed.")

    @strawberry.field(description="How the person is described.")
    def person(self) -> Person:
        return to_api(Person, self.record.person)

    @strawberry.field(description=_FOUND_PLACE)
    def found_place(self) -> Place:
        return to_api(Place, self.record.found_place)

    @strawberry.field(description=_MEDICAL)
    async def medical_notes(self, info: Info) -> str | None:
        return await medical_notes(info.context.use, info.context.viewer, self.record)

    @strawberry.field(description="The site, where you may see it.")
    async def site(self, info: Info) -> Site | None:
        site = await info.context.loaders.sites.load(self.record.site_id)
        return None if site is None else show_site(site)

    @strawberry.field(description="Its photos, oldest first.")
    async def photos(self, info: Info) -> list[Photo]:
        return [show_photo(photo) for photo in await info.context.loaders.photos.load(self.record)]

    @strawberry.field(
        description="Reports that may be of this child, most probable first; for coordinators and officers."
    )
    async def matches(self, info: Info) -> list[Annotated["Match", strawberry.lazy("backend.api.types.match")]] | None:
        from backend.api.types.match import show_match  # noqa: PLC0415  # the two types refer to each other

        of = MatchesOf(self.record.incident_id, self.record.id)
        return [show_match(match) for match in await info.context.loaders.matches_of_registrations.load(of)]

    @strawberry.field(description="What staff asked those at the site about this child, the oldest first.")
    async def rechecks(self, info: Info) -> list[Annotated["Recheck", strawberry.lazy("backend.api.types.recheck")]]:
        from backend.api.types.recheck import show_recheck  # noqa: PLC0415  # the two types refer to each other

        return [show_recheck(recheck) for recheck in await info.context.loaders.rechecks.load(self.record)]

    @strawberry.field(
        description="Other registrations that may be of this child or are linked with it, most probable first, where "
        "you may see both."
    )
    async def duplicates(
        self, info: Info
    ) -> list[Annotated["Duplicate", strawberry.lazy("backend.api.types.duplicate")]] | None:
        from backend.api.types.duplicate import show_duplicate  # noqa: PLC0415  # the two types refer to each other

        return [show_duplicate(pair) for pair in await info.context.loaders.duplicates.load(self.record)]

    @strawberry.field(
        description="The registrations that a person linked with this one: of the same child, and not merged."
    )
    async def linked_with(
        self, info: Info
    ) -> list[Annotated["Registration", strawberry.lazy("backend.api.types.registration")]] | None:
        return [show_registration(other) for other in await info.context.loaders.linked_registrations.load(self.record)]


def show_registration(registration: domain.Registration) -> Registration:
    return Registration(
        record=registration,
        id=ID(registration.id),
        incident_id=ID(registration.incident_id),
        site_id=ID(registration.site_id),
        group_id=None if registration.group_id is None else ID(registration.group_id),
        care_status=registration.care_status,
        status=registration.status,
        confirmation=registration.confirmation,
        confirmation_by=None if registration.confirmation_by is None else ID(registration.confirmation_by),
        confirmation_at=registration.confirmation_at,
        found_at=registration.found_at,
        synthetic=registration.synthetic,
        version=registration.version,
        created_at=registration.created_at,
        updated_at=registration.updated_at,
    )


@strawberry.input(description="One person to register. One of a name, a description and a photo is enough.")
class RegisterPersonInput:
    site_id: ID = strawberry.field(description="The site that takes the person in.")
    care_status: CareStatus = strawberry.field(description=_CARE)
    found_at: datetime = strawberry.field(description=_FOUND_AT)
    id: ID | None = strawberry.field(
        default=None, description="A UUID of version 7; the same content again under the same id changes nothing."
    )
    person: PersonInput | None = strawberry.field(default=None, description="How the person is described.")
    found_place: PlaceInput | None = strawberry.field(default=None, description=_FOUND_PLACE)
    medical_notes: str | None = strawberry.field(default=None, description=_MEDICAL)
    photo_id: ID | None = strawberry.field(
        default=None, description="A photo was taken, and will be sent under this id: a UUID of version 7."
    )


@strawberry.input(description="Children who belong together, all of one site.")
class RegisterSiblingsInput:
    siblings: list[RegisterPersonInput] = strawberry.field(description="Two children or more.")
    group_id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")


@strawberry.input(
    description="What is to change in a registration; what is left out stays, and null empties what may be empty."
)
class ChangeRegistrationInput:
    id: ID = strawberry.field(description="The registration.")
    version: int = strawberry.field(description="The version that was seen.")
    care_status: CareStatus | None = strawberry.field(default=None, description=_CARE)
    person: PersonInput | None = strawberry.field(default=None, description="The whole description anew.")
    found_at: datetime | None = strawberry.field(default=None, description=_FOUND_AT)
    found_place: PlaceInput | None = strawberry.field(default=None, description=_FOUND_PLACE)
    medical_notes: str | None = strawberry.field(default=strawberry.UNSET, description=_MEDICAL)


@strawberry.input(description="Where a person is moved to.")
class MoveRegistrationInput:
    id: ID = strawberry.field(description="The registration.")
    version: int = strawberry.field(description="The version that was seen.")
    site_id: ID = strawberry.field(description="The site that looks after the person from now on.")
