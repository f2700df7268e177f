"""Incidents."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.person import Point, PointInput
from backend.api.types.site import Site, show_site
from backend.domain import incident as domain
from backend.domain.incident import IncidentKind, IncidentScale, IncidentStatus
from backend.services.sites import list_sites

_NAME = "What people call it."
_AREA = "Its outline, as a ring of points; empty where nobody drew one."
_RETENTION = "Days that personal data is kept once the incident is closed."
_PROPOSE = "From this probability on, a match waits for review."
_ESCALATE = "After so many minutes, the next on duty are told of what nobody took."
_PHONE = "The number at which families and everybody else reach the centre; null where none was set."
_ALERT = "From this probability on, a family is told that there is news; null: only once a person has confirmed it."


@strawberry.type(description="One declared emergency.")
class Incident:
    id: ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description=_NAME)
    kind: IncidentKind = strawberry.field(description="What happened.")
    status: IncidentStatus = strawberry.field(description="Where it stands.")
    scale: IncidentScale = strawberry.field(description="How far people are scattered.")
    area: list[Point] = strawberry.field(description=_AREA)
    child_age_limit: int = strawberry.field(description="Who is younger than this, in years, is a child.")
    retention_days: int = strawberry.field(description=_RETENTION)
    propose_threshold: float = strawberry.field(description=_PROPOSE)
    alert_threshold: float | None = strawberry.field(description=_ALERT)
    escalate_minutes: int = strawberry.field(description=_ESCALATE)
    phone: str | None = strawberry.field(description=_PHONE)
    synthetic: bool = strawberry.field(description="Whether this is an exercise, with invented people only.")
    version: int = strawberry.field(description="Counts the changes; a change names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    closed_at: datetime | None = strawberry.field(description="When it was closed: then its days of retention begin.")
    destroyed_at: datetime | None = strawberry.field(
        description="When the last record of a person was destroyed, after the days of retention or by the operator."
    )

    @strawberry.field(description="Its sites, newest first; for a volunteer, the own ones.")
    async def sites(self, info: Info, first: First = 20, after: After = None) -> Connection[Site]:
        context = info.context
        return connection(await list_sites(context.use, context.viewer, self.id, page_request(first, after)), show_site)


def show_incident(incident: domain.Incident) -> Incident:
    return to_api(Incident, incident)


@strawberry.type(description="An incident as everybody may know it, to choose where to file a report.")
class OpenIncident:
    id: ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description=_NAME)
    kind: IncidentKind = strawberry.field(description="What happened.")
    synthetic: bool = strawberry.field(description="Whether this is an exercise, with invented people only.")
    area: list[Point] = strawberry.field(description=_AREA)
    phone: str | None = strawberry.field(description=_PHONE)
    work_bits: int = strawberry.field(
        description="How much work a report costs without an account: see `work` of `fileReport`."
    )


@strawberry.input(description="What is needed to open an incident.")
class OpenIncidentInput:
    name: str = strawberry.field(description=_NAME)
    kind: IncidentKind = strawberry.field(description="What happened.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    scale: IncidentScale = strawberry.field(default=IncidentScale.REGIONAL, description="How far people are scattered.")
    area: list[PointInput] | None = strawberry.field(default=None, description=_AREA)
    child_age_limit: int = strawberry.field(
        default=21, description="Who is younger than this, in years, is a child (6 U.S.C. 774: under 21)."
    )
    retention_days: int = strawberry.field(default=365, description=_RETENTION)
    propose_threshold: float = strawberry.field(default=0.3, description=_PROPOSE)
    alert_threshold: float | None = strawberry.field(default=0.9, description=_ALERT)
    escalate_minutes: int = strawberry.field(default=15, description=_ESCALATE)
    phone: str | None = strawberry.field(default=None, description=_PHONE)
    synthetic: bool = strawberry.field(default=False, description="An exercise, with invented people only.")


@strawberry.input(
    description="What is to change in an incident; what is left out stays, and null empties what may be empty."
)
class ChangeIncidentInput:
    id: ID = strawberry.field(description="The incident.")
    version: int = strawberry.field(description="The version that was seen.")
    name: str | None = strawberry.field(default=None, description=_NAME)
    status: IncidentStatus | None = strawberry.field(default=None, description="Where it stands.")
    scale: IncidentScale | None = strawberry.field(default=None, description="How far people are scattered.")
    area: list[PointInput] | None = strawberry.field(default=None, description=_AREA)
    retention_days: int | None = strawberry.field(default=None, description=_RETENTION)
    propose_threshold: float | None = strawberry.field(default=None, description=_PROPOSE)
    alert_threshold: float | None = strawberry.field(default=strawberry.UNSET, description=_ALERT)
    escalate_minutes: int | None = strawberry.field(default=None, description=_ESCALATE)
    phone: str | None = strawberry.field(default=strawberry.UNSET, description=_PHONE)


IncidentId = Annotated[ID, strawberry.argument(description="The incident.")]
