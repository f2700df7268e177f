"""H3 cells: places as keys that an index can look up."""

import h3

NEIGHBOURHOOD = 5
"""H3 resolution of a cell about 17 km across: a town and its outskirts."""


def cell(latitude: float, longitude: float, resolution: int = NEIGHBOURHOOD) -> str:
    """The H3 cell, as its hexadecimal name, that holds a point in WGS 84 degrees."""
    return str(h3.latlng_to_cell(latitude, longitude, resolution))


def cells_around(latitude: float, longitude: float, resolution: int = NEIGHBOURHOOD) -> tuple[str, ...]:
    """The cell that holds the point and those that touch it, the point's own first."""
    own = h3.latlng_to_cell(latitude, longitude, resolution)
    return own, *sorted(str(near) for near in h3.grid_disk(own, 1) if near != own)
