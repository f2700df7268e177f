"""Distances in bands that widen with distance: what part of people falls into each, under a law or as counted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log

import h3

from geo.distance import distance_km
from geo.gathered import CellShare, Gathered, Place

NEAREST_KM = 1.5
"""How finely places are known: what is nearer is all alike."""

WIDENING = 1.5
BANDS = 25
"""From 1.5 km, each band half as far again as the one before, the last reaches round the Earth."""

NEAR_EDGES = 2.5
"""Within so many edges of a cell, its people are not all at one distance, and so are spread over the parts of it."""

FINER = 2
"""So many resolutions finer are the parts: 49 to a cell."""


def band_of(distance: float) -> float:
    """Which band a distance in kilometres lies in, as a number from 0 to `BANDS` - 1 with its fraction."""
    if distance <= NEAREST_KM:
        return 0.0
    return min(log(distance / NEAREST_KM) / log(WIDENING), BANDS - 1.0)


def parts_under(survival: Callable[[float], float]) -> list[float]:
    """The part of people in each band, where `survival` of a distance is the part that is carried beyond it."""
    edges = [0.0, *(NEAREST_KM * WIDENING ** (band + 0.5) for band in range(BANDS - 1)), inf]
    beyond = [1.0, *(survival(edge) for edge in edges[1:-1]), 0.0]
    return [near - far for near, far in pairwise(beyond)]


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of one cell: what `share` they are, where, and the middles of the parts of their cell."""

    share: float
    centre: Place
    reach_km: float
    parts: tuple[Place, ...]


def crowds_of(gathered: Gathered) -> tuple[Crowd, ...]:
    """What `parts_counted` needs of those gathered, worked out once."""
    return tuple(_crowd(found) for found in gathered.cells)


def _crowd(found: CellShare) -> Crowd:
    resolution = h3.get_resolution(found.cell)
    return Crowd(
        found.share,
        h3.cell_to_latlng(found.cell),
        NEAR_EDGES * h3.average_hexagon_edge_length(resolution, unit="km"),
        tuple(h3.cell_to_latlng(part) for part in h3.cell_to_children(found.cell, resolution + FINER)),
    )


def parts_counted(crowds: Iterable[Crowd], here: Place) -> list[float]:
    """The part of those gathered that is in each band around `here`; sums to 1, or to 0 of nobody."""
    parts = [0.0] * BANDS
    for crowd in crowds:
        apart = distance_km(here, crowd.centre)
        if apart > crowd.reach_km:
            _add(parts, apart, crowd.share)
            continue
        for part in crowd.parts:
            _add(parts, distance_km(here, part), crowd.share / len(crowd.parts))
    return parts


def _add(parts: list[float], distance: float, share: float) -> None:
    exact = band_of(distance)
    band = min(int(exact), BANDS - 2)
    parts[band] += share * (band + 1 - exact)
    parts[band + 1] += share * (exact - band)


def never_rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values that never rise from one to the next: neighbours out of order get their common mean.

    Pool adjacent violators (Ayer and others, 1955). The weighted sum stays what it was; weights are above 0.
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, size = value, weight, 1
        while pools and pools[-1][0] < mean:
            other, other_mass, other_size = pools.pop()
            mean = (mean * mass + other * other_mass) / (mass + other_mass)
            mass, size = mass + other_mass, size + other_size
        pools.append((mean, mass, size))
    return [mean for mean, _, size in pools for _ in range(size)]
