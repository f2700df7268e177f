"""Corridors: towns whose people were brought to certain far places, as buses went, whatever the distance."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import h3

from geo.gathered import Gathered

REGION = 4
"""H3 resolution of the two ends of a corridor, cells about 45 km across."""

FEWEST = 5
"""A corridor is known from so many confirmed journeys at least: fewer are chance, or could point at one child."""

DOUBT = 5.0
"""So many journeys that went elsewhere are added to those seen from a town, so that five of five are not all."""

MOST_TOGETHER = 0.5
"""What all corridors from a town take together at most, so that no other place loses more than one bit."""

LEAST_SHARE = 0.05
MOST_CORRIDORS = 50
"""What is narrower is chance, and a model with more would only be heavy."""

SPREADS = 3.0
"""By so many standard deviations of chance must a corridor exceed what distance alone explains."""

UNCOUNTED_SHARE = 0.05
"""The part of all registered that is taken to be at a corridor's end where nobody has been counted."""


@dataclass(frozen=True, slots=True)
class Corridor:
    """Of those lost in `from_cell`, the `share` (0 to 1) that was brought to `to_cell` beyond what distance explains.

    Both are H3 cells of resolution `REGION`.
    """

    from_cell: str
    to_cell: str
    share: float


def shares_by_region(gathered: Gathered) -> dict[str, float]:
    """The part of those gathered that is in each cell of resolution `REGION`."""
    shares: defaultdict[str, float] = defaultdict(float)
    for found in gathered.cells:
        if h3.get_resolution(found.cell) >= REGION:
            shares[h3.cell_to_parent(found.cell, REGION)] += found.share
            continue
        parts = h3.cell_to_children(found.cell, REGION)
        for part in parts:
            shares[part] += found.share / len(parts)
    return dict(shares)


def gains(corridors: Sequence[Corridor], gathered: Gathered) -> dict[str, dict[str, float]]:
    """Where from -> where to -> how many times likelier than by chance it is to be found there by the corridor."""
    regions, count = shares_by_region(gathered), gathered.count
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for corridor in corridors:
        by_chance = UNCOUNTED_SHARE
        if count:
            # One more person everywhere: a place that was opened since must not weigh without bound.
            by_chance = (regions.get(corridor.to_cell, 0.0) * count + 1) / (count + 1)
        found[corridor.from_cell][corridor.to_cell] = corridor.share / by_chance
    return dict(found)


def taken(corridors: Sequence[Corridor]) -> dict[str, float]:
    """Where from -> the part of its people that corridors take, all together."""
    parts: defaultdict[str, float] = defaultdict(float)
    for corridor in corridors:
        parts[corridor.from_cell] += corridor.share
    return dict(parts)


def _near(start: str, end: str) -> bool:
    """What lies next door is a matter of distance."""
    return start == end or h3.are_neighbor_cells(start, end)


def learnt(journeys: Counter[tuple[str, str]], expected: Mapping[tuple[str, str], float]) -> tuple[Corridor, ...]:
    """The corridors in confirmed journeys, counted by the cells of both ends; the widest first.

    `expected` is how many of them distance alone would bring there.
    """
    lost: Counter[str] = Counter()
    for (start, _), count in journeys.items():
        lost[start] += count
    found = []
    for (start, end), count in journeys.items():
        chance = expected.get((start, end), 0.0)
        share = (count - chance) / (lost[start] + DOUBT)
        beyond_chance = count >= FEWEST and count > chance + SPREADS * sqrt(chance)
        if not _near(start, end) and share >= LEAST_SHARE and beyond_chance:
            found.append(Corridor(start, end, share))
    together = taken(found)
    bounded = [
        Corridor(one.from_cell, one.to_cell, one.share * min(1.0, MOST_TOGETHER / together[one.from_cell]))
        for one in found
    ]
    return tuple(sorted(bounded, key=lambda one: (-one.share, one.from_cell, one.to_cell))[:MOST_CORRIDORS])
