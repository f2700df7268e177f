"""Areas that somebody draws, a circle or an outline: what lies within, and the H3 cells that they touch."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import cos, pi, radians

import h3
import shapely
from geopy.distance import geodesic

from geo.bounds import Bounds, as_longitude
from geo.distance import EARTH_RADIUS_KM, distance_km

COARSE = 6
"""H3 resolution of a cell about 6 km across: no finer is it kept where somebody is."""
WIDEST = 4
"""Of a cell about 45 km across: of what covers it whole, it is named instead of 49 small ones."""
MOST_RADIUS_KM = 200.0
MOST_AREA_KM2 = 130_000.0
"""A little more than the widest circle covers."""

_CORNERS = 72
_SPHERE_AND_ELLIPSOID = 0.006
"""By so much of it, at most, a distance on the one differs from that on the other."""
_HALF_ROUND = 180.0

LatLng = tuple[float, float]
"""Latitude and longitude, in WGS 84 degrees."""


@dataclass(frozen=True)
class Outline:
    """What lies within a ring of points, straight lines between them; it may lie around the 180th meridian."""

    ring: tuple[LatLng, ...]

    @property
    def crosses_itself(self) -> bool:
        return not self._shape.is_valid

    @property
    def area_km2(self) -> float:
        """About: as if the Earth were flat here."""
        km_a_degree = EARTH_RADIUS_KM * pi / _HALF_ROUND
        narrower = cos(radians(sum(latitude for latitude, _ in self.ring) / len(self.ring)))
        return float(self._shape.area) * km_a_degree**2 * narrower

    def holds(self, place: LatLng) -> bool:
        return bool(self._shape.covers(shapely.Point(self._flat(place))))

    def touches(self, cell: str) -> bool:
        """Whether any part of an H3 cell lies within."""
        corners = [self._flat(corner) for corner in h3.cell_to_boundary(cell)]
        return bool(self._shape.intersects(shapely.Polygon(corners)))

    def cells(self, resolution: int = COARSE) -> set[str]:
        """The H3 cells that it touches."""
        about = h3.h3shape_to_cells_experimental(h3.LatLngPoly(list(self.ring)), resolution, "bbox_overlap")
        return {str(cell) for cell in about if self.touches(cell)}

    @cached_property
    def _shape(self) -> shapely.Polygon:
        shape = shapely.Polygon([self._flat(place) for place in self.ring])
        shapely.prepare(shape)
        return shape

    def _flat(self, place: LatLng) -> tuple[float, float]:
        """Longitudes are counted from that of the first point, so that nothing is cut where they begin anew."""
        latitude, longitude = place
        return (longitude - self.ring[0][1] + _HALF_ROUND) % (2 * _HALF_ROUND), latitude


@dataclass(frozen=True)
class Circle:
    """Everything that is so near to a point."""

    centre: LatLng
    radius_km: float

    def holds(self, place: LatLng) -> bool:
        """By the geodesic, where the great circle, which costs a thousandth of it, leaves it open."""
        about = distance_km(self.centre, place)
        if abs(about - self.radius_km) > self.radius_km * _SPHERE_AND_ELLIPSOID:
            return about < self.radius_km
        return bool(geodesic(self.centre, place).km <= self.radius_km)

    def touches(self, cell: str) -> bool:
        return self.outline.touches(cell)

    def cells(self, resolution: int = COARSE) -> set[str]:
        return self.outline.cells(resolution)

    @cached_property
    def outline(self) -> Outline:
        """The same as a ring of points."""
        around = geodesic(kilometers=self.radius_km)
        ends = (around.destination(self.centre, bearing) for bearing in range(0, 360, 360 // _CORNERS))
        return Outline(tuple((end.latitude, end.longitude) for end in ends))


Area = Circle | Outline


def around(area: Area) -> Bounds:
    """Bounds that hold an area, and for a circle a little more."""
    if isinstance(area, Circle):
        latitude, longitude = area.centre
        return Bounds(latitude, latitude, longitude, longitude).widened(area.radius_km)
    first = area.ring[0][1]
    # From the first point on, so that an outline around the 180th meridian is not taken for the rest of the world.
    beside = [(longitude - first + _HALF_ROUND) % (2 * _HALF_ROUND) - _HALF_ROUND for _, longitude in area.ring]
    latitudes = [latitude for latitude, _ in area.ring]
    east, west = (as_longitude(first + end) for end in (max(beside), min(beside)))
    return Bounds(max(latitudes), min(latitudes), east, west)


def covering(areas: Iterable[Area]) -> set[str]:
    """The cells that any of these areas touches: wide ones where they are touched whole, small ones at the edges."""
    small = {cell for area in areas for cell in area.cells()}
    wide = {cell for cell in h3.compact_cells(small) if h3.get_resolution(cell) < WIDEST}
    split = {str(part) for cell in wide for part in h3.cell_to_children(cell, WIDEST)}
    return ({str(cell) for cell in h3.compact_cells(small)} - wide) | split


def at_each_size(cell: str) -> tuple[str, ...]:
    """A cell of the coarse resolution, and those that hold it: one of them is in a `covering` that holds it."""
    return tuple(str(h3.cell_to_parent(cell, size)) for size in range(COARSE, WIDEST - 1, -1))
