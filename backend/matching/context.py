"""What a comparison is made under: weights, how common names are, the scale of the incident, and the prior."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import log2

from backend.matching.tables import name_shares, raw_weights
from backend.matching.weights import Weights, read_weights
from geo.displacement import Displacement

LOCAL_KM, REGIONAL_KM, CATASTROPHIC_KM = 15.0, 60.0, 200.0


@dataclass(frozen=True)
class Context:
    """Frozen for an incident, so that a pair's score never depends on who else was recorded.

    `shares` is how common each Latin name is (0 to 1). `scale_km` is how far half of the people are carried:
    15 for a local event, 60 regional, 200 for a catastrophe. `candidates` is the order of magnitude of registrations
    that a report is held against, and `expected_share` how many reports have their child among them, and
    `expected_siblings` how many brothers and sisters of it: assumptions of the incident, no counts that move with
    every record.
    """

    weights: Weights
    shares: Mapping[str, float] = field(repr=False)
    scale_km: float = LOCAL_KM
    candidates: int = 1000
    expected_share: float = 0.6
    expected_siblings: float = 0.8

    @property
    def prior_bits(self) -> float:
        """The log-odds, in bits, of a pair of which nothing is known."""
        return log2(self.expected_share / self.candidates)

    @property
    def sibling_odds(self) -> float:
        """The odds that a registration is a brother or sister of the child that is looked for."""
        return self.expected_siblings / self.candidates

    @cached_property
    def displacement(self) -> Displacement:
        return Displacement(self.scale_km)


@cache
def default_context(scale_km: float = LOCAL_KM) -> Context:
    """The shipped weights and frequencies, for an incident of the given scale."""
    return Context(weights=read_weights(raw_weights()), shares=name_shares(), scale_km=scale_km)
