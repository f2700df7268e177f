"""H3 cells: places as keys that an index can look up."""

from collections.abc import Iterable
from functools import lru_cache

import h3

NEIGHBOURHOOD = 5
"""H3 resolution of a cell about 17 km across: a town and its outskirts."""
WIDE = 4
"""H3 resolution of a cell about 45 km across: what people walk and drive in the first hours."""


def cell(latitude: float, longitude: float, resolution: int = NEIGHBOURHOOD) -> str:
    """The H3 cell, as its hexadecimal name, that holds a point in WGS 84 degrees."""
    return str(h3.latlng_to_cell(latitude, longitude, resolution))


def cells_around(latitude: float, longitude: float, resolution: int = NEIGHBOURHOOD) -> tuple[str, ...]:
    """The cell that holds the point and those that touch it, the point's own first."""
    own = h3.latlng_to_cell(latitude, longitude, resolution)
    return own, *sorted(str(near) for near in h3.grid_disk(own, 1) if near != own)


def wider_cells(cells: Iterable[str], resolution: int = WIDE) -> tuple[str, ...]:
    """The larger cells that hold these, each once, in order; a cell not named as H3 does is left out."""
    return tuple(dict.fromkeys(str(h3.cell_to_parent(one, resolution)) for one in cells if h3.is_valid_cell(one)))


@lru_cache(maxsize=8192)
def touching(cell: str) -> tuple[str, ...]:
    """The cells that touch this one."""
    return tuple(sorted(str(near) for near in h3.grid_disk(cell, 1) if near != cell))
