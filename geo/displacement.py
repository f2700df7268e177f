"""How far people are carried by a disaster: how much likelier one child is found there than another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from math import log2

import h3

from geo.bands import BANDS, band_of, crowds_of, never_rising, parts_counted, parts_under
from geo.cells import NEIGHBOURHOOD
from geo.corridors import REGION, Corridor, gains, taken
from geo.distance import distance_km
from geo.gathered import Gathered, Place

DAYS_TO_FULL_SCALE = 3.0
"""An assumption, no published law was found: from walking distance to the event's scale in about three days."""

STEPS_A_DAY = 4
"""As finely as that the time between is told apart."""

MOST_BITS = 6.0
"""What a near place says at most: brothers, sisters and neighbours are found near as well."""

ASSUMED_PEOPLE = 20
"""The assumed spread of the registered weighs as so many of them beside those counted."""

LEAST_ASSUMED = 0.05
"""And never less than this part, since sites open after the counting."""

TABLES_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What is known around a report: the base ratio in each band, and the corridors that start here."""

    ratios: tuple[float, ...]
    rest: float
    corridors: Mapping[str, float]


@dataclass(frozen=True)
class Displacement:
    """Log-logistic survival `S(d) = 1 / (1 + (d / scale)^shape)`, mixed with a share of people carried anywhere.

    `scale_km` is the distance that half of the people pass; `shape` 1.75 is a fit to FEMA's applicants of 2005.
    `walking_km` is the scale in the first hours. `anywhere` is the share for whom distance says nothing (buses end
    where they end); it bounds what the worst distance can cost at `log2(anywhere)` bits, and lies in (0, 1).

    Held against it is how far the registered are from where this child was lost, in whose midst it may be no news to
    be near: as counted in `gathered`, and where nobody was counted as the same law, `background` times wider.
    `corridors` add what distance does not explain. All of it is frozen with the model, so a pair's bits never move
    with other records.
    """

    scale_km: float
    shape: float = 1.75
    walking_km: float = 4.0
    anywhere: float = 0.05
    background: float = 3.0
    gathered: Gathered = field(default_factory=Gathered, repr=False)
    corridors: tuple[Corridor, ...] = ()

    def scale_after(self, days: float | None) -> float:
        """The scale in kilometres after so many days since the child was last seen; None: not known."""
        if days is None or days >= DAYS_TO_FULL_SCALE or self.scale_km <= self.walking_km:
            return self.scale_km
        return self.walking_km + (self.scale_km - self.walking_km) * max(0.0, days) / DAYS_TO_FULL_SCALE

    def survival(self, distance: float, days: float | None = None) -> float:
        """The part of people (0 to 1) who are found further than `distance` kilometres away after so many days."""
        return survival(distance, self.scale_after(days), self.shape)

    def bits(self, lost: Place, found: Place, days: float | None = None) -> float:
        """Evidence in bits that a child lost in one place is the one found in the other so many days later.

        Never below `log2(anywhere)` nor above `MOST_BITS`. For one place of loss, nearer never says less than further,
        corridors aside.
        """
        return log2(self.ratio(lost, found, days))

    def ratio(self, lost: Place, found: Place, days: float | None = None) -> float:
        """How many times likelier it is to find this child there than to find any other; `bits` is its logarithm."""
        around = self._surroundings(_cell_of(lost), _step(days))
        exact = band_of(distance_km(lost, found))
        band = min(int(exact), BANDS - 2)
        near, far = around.ratios[band], around.ratios[band + 1]
        carried = around.rest * (near + (far - near) * (exact - band))
        if around.corridors:
            carried += around.corridors.get(h3.latlng_to_cell(*found, REGION), 0.0)
        return min(self.anywhere + (1 - self.anywhere) * carried, 2**MOST_BITS)

    @cached_property
    def _surroundings(self) -> Callable[[str, int], _Surroundings]:
        """Worked out once for each cell and step of time (under a millisecond), then looked up."""
        corridors, together = gains(self.corridors, self.gathered), taken(self.corridors)
        crowds, count = crowds_of(self.gathered), self.gathered.count
        assumed = parts_under(lambda distance: survival(distance, self.scale_km * self.background, self.shape))

        @cache
        def carried(step: int) -> list[float]:
            return parts_under(lambda distance: self.survival(distance, step / STEPS_A_DAY))

        @lru_cache(TABLES_KEPT)
        def counted(cell: str) -> list[float]:
            return parts_counted(crowds, h3.cell_to_latlng(cell))

        @lru_cache(TABLES_KEPT)
        def around(cell: str, step: int) -> _Surroundings:
            region = h3.cell_to_parent(cell, REGION)
            ratios = _ratios(carried(step), counted(cell), assumed, count)
            return _Surroundings(ratios, 1 - together.get(region, 0.0), corridors.get(region, {}))

        return around


def _ratios(
    carried: Sequence[float], counted: Sequence[float], assumed: Sequence[float], count: int
) -> tuple[float, ...]:
    """In each band, the part of those carried from here over the part of those registered."""
    weight = ASSUMED_PEOPLE / (count + ASSUMED_PEOPLE)
    mixed = max(weight, LEAST_ASSUMED)
    held = [(1 - mixed) * part + mixed * other for part, other in zip(counted, assumed, strict=True)]
    ratios = never_rising([here / there for here, there in zip(carried, held, strict=True)], held)
    # The child is among those registered, if the pair is true: where nobody is it cannot have been found.
    among_counted = sum(part * ratio for part, ratio in zip(counted, ratios, strict=True))
    whole = (1 - weight) * among_counted + weight
    return tuple(ratio / whole for ratio in ratios)


def survival(distance: float, scale: float, shape: float) -> float:
    """The log-logistic part (0 to 1) beyond `distance`, in the unit of `scale`."""
    beyond: float = 1 / (1 + (distance / scale) ** shape)
    return beyond


@lru_cache(TABLES_KEPT)
def _cell_of(lost: Place) -> str:
    """Of each place of a report there are as many pairs as the report has candidates."""
    return str(h3.latlng_to_cell(*lost, NEIGHBOURHOOD))


def _step(days: float | None) -> int:
    if days is None or days >= DAYS_TO_FULL_SCALE:
        return int(DAYS_TO_FULL_SCALE * STEPS_A_DAY)
    return max(0, int(days * STEPS_A_DAY))
