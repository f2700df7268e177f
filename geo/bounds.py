"""A part of the map between two parallels and two meridians, and the H3 cells that cover it."""

from collections import deque
from dataclasses import dataclass
from math import cos, radians, sin

import h3

from geo.distance import EARTH_RADIUS_KM

COARSEST, FINEST = 2, 7
"""H3 resolutions of what is counted: cells about 320 km and 2.5 km across."""

SHEET = 2
"""Cells are kept together by the cell so many resolutions wider that holds them: 49 to a sheet."""

MOST_CELLS = 1500
"""So many cells fill a large screen; more would be smaller than a finger's tip."""

CLOSEST_ZOOM = 22
SINGLE_FROM_ZOOM = 12
"""From here on a thing can be told from its neighbours."""

_RESOLUTIONS = (2, 2, 2, 2, 2, 2, 3, 3, 4, 5, 5, 6)
"""By zoom (doublings of a world 256 pixels wide), so that a cell is some 40 to 100 pixels across; finest beyond."""

_KM_A_DEGREE = 111.2
_ROUND = 360.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """In WGS 84 degrees; `west` is greater than `east` where they lie around the 180th meridian."""

    north: float
    south: float
    east: float
    west: float

    @property
    def width(self) -> float:
        """In degrees of longitude."""
        return self.east - self.west if self.west <= self.east else self.east - self.west + _ROUND

    @property
    def area_km2(self) -> float:
        band = sin(radians(self.north)) - sin(radians(self.south))
        return EARTH_RADIUS_KM**2 * radians(self.width) * band

    def widened(self, km: float) -> "Bounds":
        """The same and so many kilometres more on each side."""
        higher = km / _KM_A_DEGREE
        north, south = min(90.0, self.north + higher), max(-90.0, self.south - higher)
        narrowest = cos(radians(min(89.0, max(abs(north), abs(south)))))
        wider = higher / narrowest
        if self.width + 2 * wider >= _ROUND:
            return Bounds(north, south, 180.0, -180.0)
        return Bounds(north, south, as_longitude(self.east + wider), as_longitude(self.west - wider))

    def hold(self, latitude: float, longitude: float) -> bool:
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east

    def meet(self, other: "Bounds") -> bool:
        """Whether they have anything in common."""
        apart = other.west - self.west
        beside = apart % _ROUND <= self.width or -apart % _ROUND <= other.width
        return beside and self.south <= other.north and other.south <= self.north


def as_longitude(degrees: float) -> float:
    """Degrees east, as a number from -180 to 180."""
    return (degrees + 180.0) % _ROUND - 180.0


def resolution_for(zoom: int, bounds: Bounds, finest: int = FINEST) -> int:
    """The resolution of the cells in which a part of the map is counted; coarser where they would be too many."""
    chosen = min(finest, _RESOLUTIONS[zoom] if zoom < len(_RESOLUTIONS) else FINEST)
    while chosen > COARSEST and bounds.area_km2 / h3.average_hexagon_area(chosen, unit="km^2") > MOST_CELLS:
        chosen -= 1
    return chosen


def sheet_of(cell: str) -> str:
    """The wider cell that a cell is kept with."""
    return str(h3.cell_to_parent(cell, h3.get_resolution(cell) - SHEET))


def sheets_within(bounds: Bounds, resolution: int) -> list[str]:
    """The sheets that may hold a cell of this resolution within the bounds, and some that lie just beside."""
    wide = resolution - SHEET
    if wide == 0:
        return sorted(str(one) for one in h3.get_res0_cells())
    around = bounds.widened(reach_km(wide))
    middle = (bounds.north + bounds.south) / 2, as_longitude(bounds.west + bounds.width / 2)
    first = str(h3.latlng_to_cell(*middle, wide))
    found, next_to = {first}, deque([first])
    while next_to:
        for near in h3.grid_disk(next_to.popleft(), 1):
            if near not in found and around.hold(*h3.cell_to_latlng(near)):
                found.add(str(near))
                next_to.append(str(near))
    return sorted(found)


def reach_km(resolution: int) -> float:
    """How far the corner of a cell, or a cell that it holds but does not cover, may be from its middle."""
    return 1.3 * float(h3.average_hexagon_edge_length(resolution, unit="km"))


def centre_of(cell: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of a cell."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return float(latitude), float(longitude)


def wider(cell: str, resolution: int) -> str:
    return str(h3.cell_to_parent(cell, resolution))
