"""Sightings."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.api.convert import to_api
from backend.api.types.person import Person, PersonInput, Place, PlaceInput
from backend.domain import sighting as domain
from backend.domain.sighting import SightingSource, SightingState

_SEEN_AT = "When it was."
_WHAT = "What was seen or heard."
_PLACE = "Where it was."
_PERSON = "The child as it was seen."
_WITNESS = "Who saw it, and how to reach them."
_STAFF = "; null but for call takers, coordinators and officers."


@strawberry.type(description="Who saw something.")
class Witness:
    name: str | None = strawberry.field(description="The name.")
    phone: str | None = strawberry.field(description="A telephone number, however it was written.")
    email: str | None = strawberry.field(description="An e-mail address.")


@strawberry.type(description="Somebody saw or heard something of a child: a lead, and evidence once it is linked.")
class Sighting:
    record: strawberry.Private[domain.Sighting]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    state: SightingState = strawberry.field(description="What has become of it.")
    source: SightingSource = strawberry.field(description="By whom it came.")
    what: str | None = strawberry.field(description=_WHAT)
    seen_at: datetime | None = strawberry.field(description=_SEEN_AT)
    report_id: ID | None = strawberry.field(description=f"The report of the child who was seen{_STAFF}")
    recorded_by: ID | None = strawberry.field(description="The account or the family that recorded it, if any.")
    decided_by: ID | None = strawberry.field(description=f"The account that decided it last{_STAFF}")
    decided_at: datetime | None = strawberry.field(description=f"When it was decided last{_STAFF}")
    reason: str | None = strawberry.field(description=f"Why it was dismissed{_STAFF}")
    synthetic: bool = strawberry.field(description="Whether these people are invented, for an exercise.")
    version: int = strawberry.field(description="Counts the changes; a step names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was recorded.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description=_PERSON)
    def person(self) -> Person:
        return to_api(Person, self.record.person)

    @strawberry.field(description=_PLACE)
    def place(self) -> Place:
        return to_api(Place, self.record.place)

    @strawberry.field(description=f"{_WITNESS[:-1]}{_STAFF}")
    def witness(self) -> Witness | None:
        witness = self.record.witness
        return None if witness == domain.Witness() else to_api(Witness, witness)


def show_sighting(sighting: domain.Sighting) -> Sighting:
    return Sighting(
        record=sighting,
        id=ID(sighting.id),
        incident_id=ID(sighting.incident_id),
        state=sighting.state,
        source=sighting.source,
        what=sighting.what,
        seen_at=sighting.seen_at,
        report_id=None if sighting.report_id is None else ID(sighting.report_id),
        recorded_by=None if sighting.recorded_by is None else ID(sighting.recorded_by),
        decided_by=None if sighting.decided_by is None else ID(sighting.decided_by),
        decided_at=sighting.decided_at,
        reason=sighting.reason,
        synthetic=sighting.synthetic,
        version=sighting.version,
        created_at=sighting.created_at,
        updated_at=sighting.updated_at,
    )


@strawberry.input(description="Who saw something.")
class WitnessInput:
    name: str | None = strawberry.field(default=None, description="The name.")
    phone: str | None = strawberry.field(default=None, description="A telephone number, however it is written.")
    email: str | None = strawberry.field(default=None, description="An e-mail address.")


@strawberry.input(description="Who was seen, what, where and when: as much as is known.")
class RecordSightingInput:
    incident_id: ID = strawberry.field(description="The incident.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    person: PersonInput | None = strawberry.field(default=None, description=_PERSON)
    what: str | None = strawberry.field(default=None, description=_WHAT)
    place: PlaceInput | None = strawberry.field(default=None, description=_PLACE)
    seen_at: datetime | None = strawberry.field(default=None, description=_SEEN_AT)
    witness: WitnessInput | None = strawberry.field(default=None, description=_WITNESS)


@strawberry.input(description="A sighting and the report of the child who was seen.")
class LinkSightingInput:
    id: ID = strawberry.field(description="The sighting.")
    version: int = strawberry.field(description="The version that was seen.")
    report_id: ID = strawberry.field(description="The report.")


@strawberry.input(description="A sighting of which nothing is to be made.")
class DismissSightingInput:
    id: ID = strawberry.field(description="The sighting.")
    version: int = strawberry.field(description="The version that was seen.")
    reason: str = strawberry.field(description="Why, for whoever looks at it later.")
