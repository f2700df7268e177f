"""Keeping the map: whatever was changed is counted anew, many records in one transaction, by one process at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.map import Change, Pin, changes_between
from backend.services.collaborators import Collaborators
from backend.services.map_pins import SOURCE_OF, make_pins
from backend.store import events
from backend.store import map as kept
from backend.store.map_rebuilds import rebuild_under_way
from backend.store.records import Session
from geo.bounds import wider

AT_A_TIME = 500
TOLD_BY = 5
"""H3 resolution of the cells by which a change of the map is told: about 17 km across."""
_ALIKE = datetime(1970, 1, 1, tzinfo=UTC)
MOST_CELLS_TOLD = 100
"""Where more cells changed, all of the map is said to have."""


async def count_what_is_due(use: Collaborators) -> bool:
    """Count some of what was changed; whether there may be more. While a map is made anew, it waits."""
    due = await kept.due_records(use.store, AT_A_TIME)
    if not due:
        return False

    async def write(session: Session) -> None:
        if await rebuild_under_way(use.store, session) is not None:
            return
        records: defaultdict[str, list[str]] = defaultdict(list)
        for one in due:
            records[one.source].append(one.record_id)
        found = await _look(use, records, session)
        # After all that is read: the embedded database tells nobody of anything while a transaction is open that wrote.
        await kept.meet(use.store, session)
        await _put(use, found, session, told=True)
        await kept.no_longer_due(use.store, due, session)

    await use.store.transact(write)
    return len(due) == AT_A_TIME


async def count(use: Collaborators, records: Mapping[str, Collection[str]], session: Session) -> None:
    """Count records, by the collections that they are in, as they are now, in place of what they were counted as; of
    what is counted anew nobody is told.
    """
    await _put(use, await _look(use, records, session), session, told=False)


@dataclass(frozen=True, slots=True)
class _Found:
    """The pins that records were counted as, and those, of the same, that count otherwise now."""

    before: Mapping[str, Pin]
    changed: Mapping[str, Pin | None]


async def _look(use: Collaborators, records: Mapping[str, Collection[str]], session: Session) -> _Found:
    named = {source: set(ids) for source, ids in records.items() if ids}
    moved = await kept.pins_about(use.store, {one for ids in named.values() for one in ids}, session)
    for one in moved.values():
        named.setdefault(SOURCE_OF[one.layer], set()).add(one.id)
    after: dict[str, Pin | None] = {}
    for source, ids in named.items():
        after |= await make_pins(use.store, source, sorted(ids), session)
    before = await kept.pins_of(use.store, after, session)
    # Since when it is so, only what counts otherwise than before says anew.
    changed = {
        pin_id: pin for pin_id, pin in after.items() if _where_and_what(pin) != _where_and_what(before.get(pin_id))
    }
    return _Found(before, changed)


async def _put(use: Collaborators, found: _Found, session: Session, *, told: bool) -> None:
    now = use.clock()
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    cells: defaultdict[str, set[str]] = defaultdict(set)
    for pin_id, pin in found.changed.items():
        was = found.before.get(pin_id)
        either = was if pin is None else pin
        if either is not None:
            changes[either.incident_id].extend(changes_between(was, pin, now))
            cells[either.incident_id].update(_cells_of(was), _cells_of(pin))
    await kept.put_pins(use.store, found.before, found.changed, session)
    for incident_id, counted in changes.items():
        await kept.apply(use.store, incident_id, counted, session)
        if told:
            await events.append(use.store, session, _map_changed(use, incident_id, cells[incident_id]))


async def tell_all_changed(use: Collaborators, incident_id: str, session: Session) -> None:
    await events.append(use.store, session, _map_changed(use, incident_id, set()))


def _where_and_what(pin: Pin | None) -> Pin | None:
    return None if pin is None else replace(pin, since=_ALIKE)


def _cells_of(pin: Pin | None) -> set[str]:
    ends = () if pin is None else (pin.cell, pin.to_cell)
    return {wider(one, TOLD_BY) for one in ends if one is not None}


def _map_changed(use: Collaborators, incident_id: str, cells: set[str]) -> Event:
    return Event(
        id=use.new_id(),
        kind=EventKind.MAP_CHANGED,
        subject_id=incident_id,
        actor_id=SYSTEM,
        at=use.clock(),
        incident_id=incident_id,
        cells=tuple(sorted(cells)) if len(cells) <= MOST_CELLS_TOLD else (),
    )
