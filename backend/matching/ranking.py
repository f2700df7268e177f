"""Which keys to ask for: all that is cheap, done before what is dear. Whom to compare of those found: `key_index.py`.

Only who is compared is decided here; what a comparison says depends on the two sides alone.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from backend.matching.keys import Asked
from backend.matching.profile import Profile

K = TypeVar("K", bound=Hashable)

SMALL_YEARS = 3.0
COMMONEST = 3000
"""A key of more records than this is not asked for, were it the only one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is looked at for one record; each number has a second one for what rests on a place.

    About `found` records are looked at at a glance, `for_the_small` times more where the child may be too small to say
    a name, which leaves little to look for; `compared` of them are compared, and up to `for_a_crowd` times as many
    where a glance tells no difference between some, who then count as one: or whoever files a child's description a few
    times over would hide the true family.
    """

    found: int
    found_by_place: int
    compared: int
    compared_by_place: int
    for_the_small: int = 8
    for_a_crowd: int = 1


AT_ONCE = Bounds(found=2000, found_by_place=600, compared=12, compared_by_place=4, for_the_small=2, for_a_crowd=5)
"""For a server that answers while people wait: a glance takes a microsecond, a comparison 150 of them."""
FOR_ADVICE = Bounds(found=200, found_by_place=60, compared=6, compared_by_place=2, for_the_small=1)
"""For two records of one child, which are more alike than what two people say of it; nobody waits for this."""
IN_LISTS = Bounds(found=600, found_by_place=200, compared=150, compared_by_place=60)
"""For two lists, which may take their time."""


def keys_worth_asking(asked: Mapping[K, Asked], counts: Mapping[K, int], bounds: Bounds, *, small: bool) -> list[K]:
    """Those that promise most for the fewest records, up to a bound on all records together.

    `counts` has how many records are kept under a key; one that nobody has is left out. Keys that rest on a place have
    a bound of their own, so that they never crowd out another. The best key of each is asked for however many have it,
    up to `COMMONEST`; a further one that has too many makes room for those after it.
    """
    times = bounds.for_the_small if small else 1
    ranked = sorted((key for key in asked if counts.get(key)), key=lambda key: counts[key] / asked[key].promise)
    return [
        *_within((key for key in ranked if not asked[key].kind.placed), counts, bounds.found * times),
        *_within((key for key in ranked if asked[key].kind.placed), counts, bounds.found_by_place * times),
    ]


def _within(ranked: Iterable[K], counts: Mapping[K, int], most: int) -> list[K]:
    chosen: list[K] = []
    total = 0
    for key in ranked:
        if total + counts[key] <= most or (not chosen and counts[key] <= COMMONEST):
            chosen.append(key)
            total += counts[key]
    return chosen


def is_small(profile: Profile) -> bool:
    """Whether the child may be too small to say a name, or has none: such are described by little."""
    if not profile.names or profile.born is None:
        return True
    recorded = profile.recorded or profile.at
    if not profile.born.dated:
        return -profile.born.latest < SMALL_YEARS
    return recorded is not None and 1970 + recorded / 31_556_952.0 - profile.born.latest < SMALL_YEARS
