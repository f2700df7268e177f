"""Making the map of an incident anew from its records, page by page, and holding it against a recount."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace

from backend.domain.map import Count, MapRebuild, Pin, RebuildStep, counts_of
from backend.services.collaborators import Collaborators
from backend.services.map_counting import count, count_what_is_due, tell_all_changed
from backend.services.map_pins import make_pins
from backend.store import map as kept
from backend.store.database import Store
from backend.store.map_rebuilds import (
    clear_some,
    end_rebuild,
    page_of_ids,
    put_rebuild,
    rebuild_of,
    rebuild_under_way,
)
from backend.store.records import Session

PAGE = 500
_STEPS = tuple(RebuildStep)
SOURCES = {step: step.value.lower() for step in _STEPS if step is not RebuildStep.CLEARING}


async def tend_map(use: Collaborators) -> bool:
    """Go on with a map that is being made anew, or else count what is due; whether there is more to do."""
    under_way = await rebuild_under_way(use.store)
    if under_way is not None:
        await _next_page(use, under_way.id)
        return True
    return await count_what_is_due(use)


async def begin_rebuild(use: Collaborators, incident_id: str) -> None:
    """Have the map of an incident made anew, from the beginning; what is changed meanwhile is counted afterwards."""

    async def write(session: Session) -> None:
        await kept.meet(use.store, session)
        await put_rebuild(use.store, MapRebuild(incident_id), session)

    await use.store.transact(write)


async def work_off(use: Collaborators, incident_id: str) -> AsyncIterator[MapRebuild]:
    """Each step of a rebuild until it is done; workers may turn the same pages."""
    while (now := await rebuild_of(use.store, incident_id)) is not None:
        yield now
        await _next_page(use, incident_id)


async def _next_page(use: Collaborators, incident_id: str) -> None:
    async def write(session: Session) -> None:
        await kept.meet(use.store, session)
        now = await rebuild_of(use.store, incident_id, session)
        if now is None:
            return
        if now.step is RebuildStep.CLEARING:
            cleared = await clear_some(use.store, incident_id, PAGE, session)
            following = now if cleared else _after(now)
        else:
            source = SOURCES[now.step]
            ids = await page_of_ids(use.store, source, incident_id, now.after, PAGE, session)
            await count(use, {source: ids}, session, told=False)
            moved_on = replace(now, after=ids[-1] if ids else None, done=now.done + len(ids))
            following = moved_on if len(ids) == PAGE else _after(moved_on)
        if following is None:
            await end_rebuild(use.store, incident_id, session)
            await tell_all_changed(use, incident_id, session)
        else:
            await put_rebuild(use.store, following, session)

    await use.store.transact(write)


def _after(rebuild: MapRebuild) -> MapRebuild | None:
    """The same at the beginning of its next step; None after the last."""
    place = _STEPS.index(rebuild.step) + 1
    return replace(rebuild, step=_STEPS[place], after=None) if place < len(_STEPS) else None


@dataclass(frozen=True, slots=True)
class MapCheck:
    """What a recount found: how many pins there should be, how many differ or are too many, how many counts differ
    from the pins, how many of the past do not add up to the present, and what was waiting to be counted.
    """

    pins: int
    wrong_pins: int
    wrong_counts: int
    wrong_past: int
    due: int
    rebuilding: bool

    @property
    def is_right(self) -> bool:
        return not (self.wrong_pins or self.wrong_counts or self.wrong_past or self.rebuilding)


async def check_map(store: Store, incident_id: str) -> MapCheck:
    """Count everything of an incident anew and compare; nothing is written. What changes meanwhile shows as wrong."""
    expected: Counter[Count] = Counter()
    pins = wrong_pins = 0
    async for source, ids in _all_pages(store, incident_id):
        made = await make_pins(store, source, ids)
        there = await kept.pins_of(store, ids)
        for one in ids:
            pin = made[one]
            wrong_pins += not _alike(pin, there.get(one))
            if pin is not None:
                pins += 1
                expected.update(counts_of(pin))
    wrong_pins += abs(await kept.count_pins(store, incident_id) - pins)
    present, past = await kept.all_counts(store, incident_id)
    return MapCheck(
        pins=pins,
        wrong_pins=wrong_pins,
        wrong_counts=_differences(expected, present),
        wrong_past=_differences(Counter({one: by for one, by in expected.items() if kept.is_remembered(one[0])}), past),
        due=await kept.count_due(store),
        rebuilding=await rebuild_of(store, incident_id) is not None,
    )


async def _all_pages(store: Store, incident_id: str) -> AsyncGenerator[tuple[str, list[str]], None]:
    for source in SOURCES.values():
        after: str | None = None
        while ids := await page_of_ids(store, source, incident_id, after, PAGE):
            yield source, ids
            after = ids[-1]


def _alike(one: Pin | None, other: Pin | None) -> bool:
    """Whether two pins count alike; since when, only the past tells."""
    return (one is None and other is None) or (
        one is not None and other is not None and replace(one, since=other.since) == other
    )


def _differences(one: Counter[Count], other: Counter[Count]) -> int:
    return sum(one[name] != other[name] for name in one.keys() | other.keys())
