"""Rotas: who is on duty when, and whom that leaves to be told, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.domain.account import Account, Role, Viewer
from backend.domain.errors import not_found
from backend.domain.event import Event, EventKind
from backend.domain.rota import Rota, Shift, on_duty, shift_problems
from backend.domain.validation import refuse_if_any
from backend.services.access import Action, Where, require_of_record
from backend.services.audit import tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.store.records import Duplicate, Session


@dataclass(frozen=True, slots=True)
class NamedShift:
    """A shift, with the name of whose it is; None for an account that is closed by now."""

    shift: Shift
    name: str | None


@dataclass(frozen=True, slots=True)
class ShownRota:
    """`on_duty` are the shifts that are on now. Where there are none, all coordinators are told."""

    rota: Rota
    shifts: tuple[NamedShift, ...]
    on_duty: tuple[NamedShift, ...]


async def get_rota(use: Collaborators, viewer: Viewer | None, incident_id: str) -> ShownRota:
    """The rota of an incident, an empty one where none was set.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    await _allowed(use, viewer, incident_id, Action.READ_ROTA)
    return await _shown(use, await _rota(use, incident_id))


async def set_rota(
    use: Collaborators, viewer: Viewer | None, incident_id: str, version: int, shifts: tuple[Shift, ...]
) -> ShownRota:
    """Put these shifts in the place of all there were in the version that was seen; 0 where there was none.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, STALE.
    """
    known = await _allowed(use, viewer, incident_id, Action.CHANGE_ROTA)
    coordinators = frozenset(one.id for one in await _coordinators(use, incident_id))
    refuse_if_any(shift_problems(shifts, coordinators))
    there = await _rota(use, incident_id)
    if there.version != version:
        raise stale()
    following = replace(there, shifts=shifts, version=version + 1, updated_at=use.clock())
    told = Event(
        id=use.new_id(),
        kind=EventKind.ROTA_SET,
        subject_id=incident_id,
        actor_id=known.id,
        at=use.clock(),
        incident_id=incident_id,
    )

    async def write(session: Session) -> None:
        if version == 0:
            await use.store.rotas.insert(following, session)
        elif not await use.store.rotas.replace(following, version, session):
            raise stale()
        await tell(use, known, session, told, also=sorted({shift.account_id for shift in shifts}), fields=["shifts"])

    try:
        await use.store.transact(write)
    except Duplicate:
        raise stale() from None
    return await _shown(use, following)


async def duty_steps(use: Collaborators, incident_id: str, session: Session) -> list[tuple[str, ...]]:
    """Whom to tell of what waits in an incident, one step after another: those on duty by their steps, and at last all
    coordinators. Where nobody is on duty, all of them at once, and once more.
    """
    everybody = tuple(one.id for one in await _coordinators(use, incident_id, session))
    rota = await use.store.rotas.get(incident_id, session)
    steps: dict[int, list[str]] = {}
    for shift in on_duty(() if rota is None else rota.shifts, use.clock()):
        if shift.account_id in everybody:
            steps.setdefault(shift.step, []).append(shift.account_id)
    told = [tuple(dict.fromkeys(steps[step])) for step in sorted(steps)]
    return [*told, everybody] if told else [everybody, everybody]


async def volunteers_of(use: Collaborators, site_id: str, session: Session) -> tuple[str, ...]:
    """The accounts of those who work at a site."""
    found = await use.store.accounts.find({"siteIds": site_id}, session=session)
    return tuple(one.id for one in found if one.role is Role.VOLUNTEER and not one.disabled)


async def names_of(use: Collaborators, account_ids: Sequence[str]) -> list[str | None]:
    """The names of accounts, in the order asked for."""
    found = await use.store.accounts.get_many(account_ids)
    return [found[one].name if one in found else None for one in account_ids]


async def _coordinators(use: Collaborators, incident_id: str, session: Session | None = None) -> list[Account]:
    found = await use.store.accounts.find({"incidentIds": incident_id}, session=session)
    return [one for one in found if one.role is Role.COORDINATOR and not one.disabled]


async def _allowed(use: Collaborators, viewer: Viewer | None, incident_id: str, action: Action) -> Viewer:
    incident = await use.store.incidents.get(incident_id)
    where = None if incident is None else Where(incident_id=incident.id)
    known = require_of_record(viewer, action, Action.READ_ROTA, where, "incident")
    if incident is None:
        raise not_found("incident")
    return known


async def _rota(use: Collaborators, incident_id: str) -> Rota:
    now = use.clock()
    return await use.store.rotas.get(incident_id) or Rota(incident_id, (), 0, now, now)


async def _shown(use: Collaborators, rota: Rota) -> ShownRota:
    names = {one.id: one.name for one in await _coordinators(use, rota.id)}

    def named(shifts: Sequence[Shift]) -> tuple[NamedShift, ...]:
        return tuple(NamedShift(shift, names.get(shift.account_id)) for shift in shifts)

    now_on = [shift for shift in on_duty(rota.shifts, use.clock()) if shift.account_id in names]
    return ShownRota(rota, named(rota.shifts), named(now_on))
