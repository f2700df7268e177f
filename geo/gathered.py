"""Where the registered of an incident are: a coarse, frozen count of people by cell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import h3

from geo.cells import NEIGHBOURHOOD, cell

FULL_CELLS = 300
"""Sites hold nearly everybody, so a few hundred cells do; the scattered rest is counted coarsely."""

COARSE = 3
"""H3 resolution for the rest, cells about 120 km across."""

Place = tuple[float, float]
"""Latitude and longitude in WGS 84 degrees."""


@dataclass(frozen=True, slots=True)
class CellShare:
    """`share` (0 to 1) of all those registered are in the H3 cell `cell`."""

    cell: str
    share: float


@dataclass(frozen=True, slots=True)
class Gathered:
    """How many people are registered in which cell; of nobody, nothing is known.

    `table` has a line `CELL COUNT` for each cell, the fullest first: as one text, since a model is stored and read
    again with its incident far more often than it is looked into.
    """

    table: str = ""

    @property
    def count(self) -> int:
        return sum(count for _, count in self._lines())

    @property
    def cells(self) -> tuple[CellShare, ...]:
        """The shares add up to 1. Read from the text each time."""
        everybody = self.count
        return tuple(CellShare(cell, count / everybody) for cell, count in self._lines())

    def _lines(self) -> list[tuple[str, int]]:
        return [(cell, int(count)) for cell, count in (line.split(" ") for line in self.table.splitlines())]


def gather(places: Iterable[Place]) -> Gathered:
    """The count of people by cell, one place for each person."""
    counts = Counter(cell(latitude, longitude, NEIGHBOURHOOD) for latitude, longitude in places)
    fullest = sorted(counts, key=lambda name: (-counts[name], name))
    coarse: Counter[str] = Counter()
    for name in fullest[FULL_CELLS:]:
        coarse[h3.cell_to_parent(name, COARSE)] += counts[name]
    kept = [(name, counts[name]) for name in fullest[:FULL_CELLS]] + sorted(coarse.items())
    return Gathered("\n".join(f"{name} {count}" for name, count in kept))
