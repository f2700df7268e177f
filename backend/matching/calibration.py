"""Fitting the calibration, from bits to a probability, to pairs that people have decided on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log

from backend.matching.compare import probability_of
from backend.matching.context import Context
from backend.matching.weights import Calibration

SLOPE_SPREAD, OFFSET_SPREAD = 0.08, 0.75
"""Standard deviations of the prior around the shipped slope and offset (in bits). An assumption: for the slope it
weighs as much as a hundred doubtful pairs, for the offset as twenty, so that ten odd ones move little."""

LEAST_SLOPE = 0.05
"""More evidence never makes a pair less likely, whatever was decided."""

ROUNDS = 50
ENOUGH = 1e-10
EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Decided:
    """A pair that a person has decided on: its bits, prior included, and whether it is the same child."""

    bits: float
    same: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Of `count` pairs given a probability from `low` to `high`: the mean given, and the share that was so."""

    low: float
    high: float
    count: int
    expected: float
    observed: float


def fitted(decided: Sequence[Decided], shipped: Calibration) -> Calibration:
    """The slope and offset of highest posterior, of a logistic law with a normal prior around the shipped ones.

    After Platt (1999), with a prior in the place of his smoothed targets. Newton's method on a convex loss, halving
    steps that do not help.
    """
    place = shipped.slope, shipped.offset
    loss = _loss(decided, shipped, place)
    for _ in range(ROUNDS):
        step = _newton_step(decided, shipped, place)
        share = 1.0
        while share > ENOUGH:
            tried = max(LEAST_SLOPE, place[0] - share * step[0]), place[1] - share * step[1]
            if (reached := _loss(decided, shipped, tried)) < loss:
                break
            share /= 2
        else:
            break
        place, loss = tried, reached
    return replace(shipped, slope=place[0], offset=place[1])


def log_loss(decided: Sequence[Decided], context: Context) -> float:
    """The mean of `-ln` of the probability that was given to what people then decided; 0 is perfect."""
    given = (
        probability_of(one.bits, context) if one.same else 1 - probability_of(one.bits, context) for one in decided
    )
    return sum(-log(max(share, 1e-15)) for share in given) / len(decided)


def reliability(decided: Sequence[Decided], context: Context) -> list[Band]:
    """What was given against what was so, in bands of probability; bands without a pair are left out."""
    bands = []
    for low, high in pairwise(EDGES):
        inside = [
            (given, one.same)
            for one in decided
            if low <= (given := probability_of(one.bits, context)) < high or (high == EDGES[-1] and given == high)
        ]
        if inside:
            count = len(inside)
            expected, observed = sum(given for given, _ in inside) / count, sum(same for _, same in inside) / count
            bands.append(Band(low, high, count, expected, observed))
    return bands


def _logit(bits: float, place: tuple[float, float]) -> float:
    return (bits * place[0] + place[1]) * log(2)


def _loss(decided: Sequence[Decided], shipped: Calibration, place: tuple[float, float]) -> float:
    told = sum(_softplus(-_logit(one.bits, place) if one.same else _logit(one.bits, place)) for one in decided)
    away = ((place[0] - shipped.slope) / SLOPE_SPREAD) ** 2 + ((place[1] - shipped.offset) / OFFSET_SPREAD) ** 2
    return told + away / 2


def _newton_step(decided: Sequence[Decided], shipped: Calibration, place: tuple[float, float]) -> tuple[float, float]:
    """The inverse of the loss's second derivatives, times its first."""
    slope_slope, offset_offset, slope_offset = 1 / SLOPE_SPREAD**2, 1 / OFFSET_SPREAD**2, 0.0
    slope, offset = (place[0] - shipped.slope) * slope_slope, (place[1] - shipped.offset) * offset_offset
    for one in decided:
        share = exp(-_softplus(-_logit(one.bits, place)))
        error = (share - one.same) * log(2)
        curve = share * (1 - share) * log(2) ** 2
        slope, offset = slope + error * one.bits, offset + error
        slope_slope += curve * one.bits**2
        slope_offset += curve * one.bits
        offset_offset += curve
    size = slope_slope * offset_offset - slope_offset**2
    return (
        (offset_offset * slope - slope_offset * offset) / size,
        (slope_slope * offset - slope_offset * slope) / size,
    )


def _softplus(value: float) -> float:
    """`ln(1 + e^value)` without overflow."""
    return max(value, 0.0) + log(1 + exp(-abs(value)))
