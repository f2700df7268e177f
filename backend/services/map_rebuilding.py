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
    end_rebuild,
    ends_of_pages,
    page_of_ids,
    put_rebuild,
    rebuild_of,
    rebuild_under_way,
    take_away,
)
from backend.store.records import Session

PAGE = 500
_STEPS = tuple(RebuildStep)
_CLEARING = {RebuildStep.CLEARING: kept.PINS, RebuildStep.CLEARING_COUNTS: kept.SHEETS}
SOURCES = {step: step.value.lower() for step in _STEPS if step not in _CLEARING}
_COLLECTIONS = _CLEARING | SOURCES


async def tend_map(use: Collaborators) -> bool:
    """Go on with a map that is being made anew, or else count what is due; whether there is more to do."""
    under_way = await rebuild_under_way(use.store)
    if under_way is not None:
        await _next_page(use, under_way)
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
        await _next_page(use, now)


async def _next_page(use: Collaborators, seen: MapRebuild) -> None:
    """Turn the page that comes next by what was seen, unless another has turned it meanwhile."""
    ends = seen.ends
    if ends is None:
        ends = await ends_of_pages(use.store, _COLLECTIONS[seen.step], seen.id, PAGE)

    async def write(session: Session) -> None:
        await kept.meet(use.store, session)
        now = await rebuild_of(use.store, seen.id, session)
        if now is None or (now.step, now.after) != (seen.step, seen.after):
            return
        # Where the ends are new, so is the beginning: an earlier release went the other way.
        begun = now if now.ends is not None else replace(now, ends=ends, after=None)
        following = await _count_page(use, begun, session)
        if following is None:
            await end_rebuild(use.store, seen.id, session)
            await tell_all_changed(use, seen.id, session)
        else:
            await put_rebuild(use.store, following, session)

    await use.store.transact(write)


async def _count_page(use: Collaborators, now: MapRebuild, session: Session) -> MapRebuild | None:
    """Count the next page of a step, or take it away; what is left to do then, None if nothing is."""
    if not now.ends:
        return _after(now)
    end, *left = now.ends
    name = _COLLECTIONS[now.step]
    ids = await page_of_ids(use.store, name, now.id, now.after, end, session)
    done = now.done
    if now.step in _CLEARING:
        await take_away(use.store, name, ids, session)
    else:
        await count(use, {name: ids}, session)
        done += len(ids)
    moved_on = replace(now, after=end, ends=tuple(left), done=done)
    return moved_on if left else _after(moved_on)


def _after(rebuild: MapRebuild) -> MapRebuild | None:
    """The same at the beginning of its next step; None after the last."""
    place = _STEPS.index(rebuild.step) + 1
    return replace(rebuild, step=_STEPS[place], after=None, ends=None) if place < len(_STEPS) else None


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
        for end in await ends_of_pages(store, source, incident_id, PAGE):
            yield source, await page_of_ids(store, source, incident_id, after, end)
            after = end


def _alike(one: Pin | None, other: Pin | None) -> bool:
    """Whether two pins count alike; since when, only the past tells."""
    return (one is None and other is None) or (
        one is not None and other is not None and replace(one, since=other.since) == other
    )


def _differences(one: Counter[Count], other: Counter[Count]) -> int:
    return sum(one[name] != other[name] for name in one.keys() | other.keys())
