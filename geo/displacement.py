"""How far people are carried by a disaster: the likelihood of a distance between last seen and found."""

from dataclasses import dataclass
from math import log2

DAYS_TO_FULL_SCALE = 3.0
"""An assumption, no published law was found: from walking distance to the event's scale in about three days."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """Log-logistic survival `S(d) = 1 / (1 + (d / scale)^shape)`, mixed with a share of people carried anywhere.

    `scale_km` is the distance that half of the people pass; `shape` 1.75 is a fit to FEMA's applicants of 2005.
    `walking_km` is the scale in the first hours. `anywhere` is the share for whom distance says nothing (bus routes
    end where they end); it bounds what the worst distance can cost at `log2(anywhere)` bits. `background` is how
    many times wider than the event's scale two unrelated people of the same incident lie apart.
    """

    scale_km: float
    shape: float = 1.75
    walking_km: float = 4.0
    anywhere: float = 0.05
    background: float = 3.0

    def scale_after(self, days: float | None) -> float:
        """The scale in kilometres after so many days since the child was last seen; None: not known."""
        if days is None or days >= DAYS_TO_FULL_SCALE:
            return self.scale_km
        if self.scale_km <= self.walking_km:
            return self.scale_km
        return self.walking_km + (self.scale_km - self.walking_km) * max(0.0, days) / DAYS_TO_FULL_SCALE

    def bits(self, distance_km: float, days: float | None = None, blur_km: float = 1.0) -> float:
        """Evidence in bits that two places so far apart belong to one child, against to two unrelated children.

        `blur_km` is how finely the places are known: distances below it are all alike.
        """
        distance = max(distance_km, blur_km)
        # Half-way between walking distance and the full scale, since cars leave in the first hour too.
        near = (self.scale_after(days) + self.scale_km) / 2
        carried = _density(distance, near, self.shape)
        unrelated = _density(distance, self.scale_km * self.background, self.shape)
        return log2((1 - self.anywhere) * carried / unrelated + self.anywhere)


def _density(distance: float, scale: float, shape: float) -> float:
    ratio: float = (distance / scale) ** shape
    return shape / distance * ratio / (1 + ratio) ** 2
