"""What a comparison is made under: weights, how common names are, how far people are carried, and the prior."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from math import log2

from backend.domain.model import EXPECTED_REGISTRATIONS, MatchingModel
from backend.matching.tables import name_shares, raw_weights
from backend.matching.weights import Weights, read_weights
from geo.displacement import Displacement

LOCAL_KM, REGIONAL_KM, CATASTROPHIC_KM = 15.0, 60.0, 200.0


@dataclass(frozen=True)
class Context:
    """Frozen for an incident, so that a pair's score never depends on who else was recorded.

    `shares` is how common each Latin name is (0 to 1). `scale_km` is how far half of the people are carried:
    15 for a local event, 60 regional, 200 for a catastrophe; `learnt` is what more is known of that. `candidates` is
    the order of magnitude of registrations that a report is held against, and `expected_share` how many reports have
    their child among them, and `expected_siblings` how many brothers and sisters of it: assumptions of the incident,
    no counts that move with every record.
    """

    weights: Weights
    shares: Mapping[str, float] = field(repr=False)
    scale_km: float = LOCAL_KM
    candidates: int = EXPECTED_REGISTRATIONS
    expected_share: float = 0.6
    expected_siblings: float = 0.8
    learnt: Displacement | None = None

    @property
    def prior_bits(self) -> float:
        """The log-odds, in bits, of a pair of which nothing is known."""
        return self.prior_bits_at(self.expected_share)

    def prior_bits_at(self, share: float) -> float:
        """The same where so large a share of the records has its other one among the candidates."""
        return log2(share / self.candidates)

    @property
    def sibling_odds(self) -> float:
        """The odds that a registration is a brother or sister of the child that is looked for."""
        return self.expected_siblings / self.candidates

    @cached_property
    def displacement(self) -> Displacement:
        return Displacement(self.scale_km) if self.learnt is None else self.learnt


@cache
def default_context(scale_km: float = LOCAL_KM) -> Context:
    """The shipped weights and frequencies, for an incident of the given scale."""
    return Context(weights=read_weights(raw_weights()), shares=name_shares(), scale_km=scale_km)


def context_for(registrations: int, scale_km: float = LOCAL_KM) -> Context:
    """The shipped context for a list of so many registrations; the prior is never for fewer than the assumed."""
    return replace(default_context(scale_km), candidates=max(EXPECTED_REGISTRATIONS, registrations))


def context_of(model: MatchingModel) -> Context:
    """What an incident's pairs are compared under."""
    shipped = default_context()
    calibration = shipped.weights.calibration
    if model.slope is not None and model.offset is not None:
        calibration = replace(calibration, slope=model.slope, offset=model.offset)
    return replace(
        shipped,
        weights=replace(shipped.weights, calibration=calibration),
        scale_km=model.displacement.scale_km,
        candidates=model.candidates,
        expected_share=model.expected_share,
        expected_siblings=model.expected_siblings,
        learnt=model.displacement,
    )


@cache
def shipped_data() -> str:
    """A short name for the shipped weights and name frequencies: another content has another name."""
    content = json.dumps([raw_weights(), name_shares()], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
