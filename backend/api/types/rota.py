"""Rotas."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import rota as domain
from backend.services.rotas import NamedShift, ShownRota

_ACCOUNT = "The coordinator."
_STARTS_AT = "From when on."
_ENDS_AT = "Until when; the end itself is not part of it."
_STEP = "1 to 9: of those on duty, step 1 is told first, and the next where nobody took it in time."


@strawberry.type(description="A time that a coordinator is on duty.")
class Shift:
    account_id: ID = strawberry.field(description=_ACCOUNT)
    name: str | None = strawberry.field(description="Their name; null for an account that is closed.")
    starts_at: datetime = strawberry.field(description=_STARTS_AT)
    ends_at: datetime = strawberry.field(description=_ENDS_AT)
    step: int = strawberry.field(description=_STEP)


@strawberry.type(description="Who is on duty in an incident, and when.")
class Rota:
    incident_id: ID = strawberry.field(description="The incident.")
    shifts: list[Shift] = strawberry.field(description="All shifts, as they were set.")
    on_duty: list[Shift] = strawberry.field(
        description="Those that are on now, who is told first at the front; with none, all coordinators are told."
    )
    version: int = strawberry.field(description="Counts the changes, 0 where none was set; a change names it.")
    updated_at: datetime | None = strawberry.field(description="When it was set last; null where it never was.")


def show_rota(shown: ShownRota) -> Rota:
    rota = shown.rota
    return Rota(
        incident_id=ID(rota.id),
        shifts=[_shift(one) for one in shown.shifts],
        on_duty=[_shift(one) for one in shown.on_duty],
        version=rota.version,
        updated_at=rota.updated_at if rota.version else None,
    )


def _shift(named: NamedShift) -> Shift:
    shift = named.shift
    return Shift(
        account_id=ID(shift.account_id),
        name=named.name,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        step=shift.step,
    )


@strawberry.input(description="A time that a coordinator is on duty.")
class ShiftInput:
    account_id: ID = strawberry.field(description=_ACCOUNT)
    starts_at: datetime = strawberry.field(description=_STARTS_AT)
    ends_at: datetime = strawberry.field(description=_ENDS_AT)
    step: int = strawberry.field(default=1, description=_STEP)


@strawberry.input(description="All shifts of an incident, in the place of those before.")
class SetRotaInput:
    incident_id: ID = strawberry.field(description="The incident.")
    version: int = strawberry.field(description="The version that was seen; 0 where none was set.")
    shifts: list[ShiftInput] = strawberry.field(description="All shifts.")


def shifts_of(given: SetRotaInput) -> tuple[domain.Shift, ...]:
    return tuple(domain.Shift(one.account_id, one.starts_at, one.ends_at, one.step) for one in given.shifts)
