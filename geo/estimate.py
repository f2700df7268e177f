"""How far this disaster carried people, and where to: learnt from those who have been found."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, log, log2, pi, sqrt

import h3

from geo.bands import NEAREST_KM
from geo.corridors import FEWEST, REGION, Corridor, learnt, shares_by_region
from geo.displacement import Displacement
from geo.distance import distance_km
from geo.gathered import CellShare, Place, gather

PRIOR_PAIRS = 20.0
"""What is assumed of an event of this size weighs as so many confirmed pairs: ten of them do not overthrow it."""

MOST_FITTED = 1000
"""So many pairs fix the scale to within 3 %; more only take time."""

LEAST_ANYWHERE, MOST_ANYWHERE = 0.03, 0.2
"""A distance never costs more than 5.1 bits, and never becomes meaningless."""

WIDEST_SCALE, WIDEST_SHAPE = 20.0, 3.0
"""Scale and shape are sought up to so many times above and below what is assumed."""

SWEEPS = 3
ROUNDS = 2
GOLDEN = (sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class Journey:
    """Where somebody was lost and found, and how many days lay between; None: not known."""

    lost: Place
    found: Place
    days: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `count` journeys say: see `Displacement` for scale, shape and anywhere."""

    scale_km: float
    shape: float
    anywhere: float
    corridors: tuple[Corridor, ...]
    count: int

    def applied_to(self, law: Displacement) -> Displacement:
        return replace(law, scale_km=self.scale_km, shape=self.shape, anywhere=self.anywhere, corridors=self.corridors)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A journey by what counts in the fit; `unrelated` is the density there, a kilometre, if distance says nothing."""

    distance: float
    days: float | None
    unrelated: float
    weight: float


def learn(journeys: Sequence[Journey], assumed: Displacement) -> Estimate:
    """Scale, shape and part carried anywhere by the highest posterior, and corridors that these do not explain.

    `assumed` is what the size of the event lets expect. The priors are normal on the logarithms of scale and shape, as
    wide as what `PRIOR_PAIRS` pairs leave open (Fisher's information of a logistic law of log distance: `shape^2 / 3`
    and `(3 + pi^2) / 9` a pair), and a beta law for the part. Short times between count, since the law's scale grows
    with them. Journeys along a corridor are left to it, so that buses do not stretch the law.
    """
    base = replace(assumed, corridors=())
    if not base.gathered.table:
        base = replace(base, gathered=gather(journey.found for journey in journeys))
    corridors: tuple[Corridor, ...] = ()
    law, shares = base, dict[tuple[str, str], float]()
    ends = [_ends(journey) for journey in journeys]
    counted = Counter(ends)
    for _ in range(ROUNDS):
        weights = [shares.get(pair, 1.0) for pair in ends]
        law = _fitted(journeys, weights, base)
        expected = _expected(journeys, ends, counted, law)
        corridors = learnt(counted, expected)
        shares = {
            (one.from_cell, one.to_cell): expected[one.from_cell, one.to_cell] / counted[one.from_cell, one.to_cell]
            for one in corridors
        }
    law = _fitted(journeys, [shares.get(pair, 1.0) for pair in ends], base)
    return Estimate(law.scale_km, law.shape, law.anywhere, corridors, len(journeys))


def held_out(
    journeys: Sequence[Journey], before: Displacement, assumed: Displacement, folds: int = 5
) -> tuple[float, float]:
    """How well places of finding are foretold, before and after, each learning from the other folds only.

    The mean over all journeys of the log-likelihood in bits of the place where they ended, among all places where
    people are registered, beyond what their numbers tell. Higher is better; 0 is to know nothing.
    """
    totals = [0.0, 0.0]
    among = assumed.gathered.cells
    for fold in range(folds):
        kept = [journey for place, journey in enumerate(journeys) if place % folds != fold]
        after = learn(kept, assumed).applied_to(assumed)
        for law, which in ((before, 0), (after, 1)):
            totals[which] += sum(told(journey, law, among) for journey in journeys[fold::folds])
    return totals[0] / len(journeys), totals[1] / len(journeys)


def told(journey: Journey, law: Displacement, among: Sequence[CellShare]) -> float:
    """The log-likelihood in bits of one place of finding under `law`, among all where people are registered."""
    whole = sum(found.share * law.ratio(journey.lost, h3.cell_to_latlng(found.cell), journey.days) for found in among)
    return law.bits(journey.lost, journey.found, journey.days) - log2(whole or 1.0)


def _ends(journey: Journey) -> tuple[str, str]:
    return h3.latlng_to_cell(*journey.lost, REGION), h3.latlng_to_cell(*journey.found, REGION)


def _expected(
    journeys: Sequence[Journey], ends: Sequence[tuple[str, str]], counted: Counter[tuple[str, str]], law: Displacement
) -> dict[tuple[str, str], float]:
    """How many journeys distance alone would bring from each region to each where enough of them ended."""
    shares = shares_by_region(law.gathered)
    destinations: dict[str, list[str]] = {}
    for (start, end), count in counted.items():
        if count >= FEWEST and start != end:
            destinations.setdefault(start, []).append(end)
    expected = dict.fromkeys(counted, 0.0)
    for journey, (start, _) in zip(journeys, ends, strict=True):
        for end in destinations.get(start, ()):
            likelier = law.ratio(journey.lost, h3.cell_to_latlng(end), journey.days)
            expected[start, end] += shares.get(end, 0.0) * likelier
    return expected


def _fitted(journeys: Sequence[Journey], weights: Sequence[float], base: Displacement) -> Displacement:
    """The law of highest posterior, each of its three numbers sought in turn while the others stand."""
    every = max(1, -(-len(journeys) // MOST_FITTED))
    seen = [_seen(journey, weight, base) for journey, weight in zip(journeys, weights, strict=True)][::every]
    middle: tuple[float, ...] = (
        log(base.scale_km),
        log(base.shape),
        min(max(base.anywhere, LEAST_ANYWHERE), MOST_ANYWHERE),
    )
    ranges = (
        (middle[0] - log(WIDEST_SCALE), middle[0] + log(WIDEST_SCALE)),
        (middle[1] - log(WIDEST_SHAPE), middle[1] + log(WIDEST_SHAPE)),
        (LEAST_ANYWHERE, MOST_ANYWHERE),
    )
    best = middle
    for _ in range(SWEEPS):
        for which, (low, high) in enumerate(ranges):

            def height(value: float, which: int = which, best: tuple[float, ...] = best) -> float:
                return _posterior((*best[:which], value, *best[which + 1 :]), seen, every, base)

            best = (*best[:which], _highest(height, low, high), *best[which + 1 :])
    return _law(best, base)


def _law(values: Sequence[float], base: Displacement) -> Displacement:
    scale, shape, anywhere = values
    return replace(base, scale_km=exp(scale), shape=exp(shape), anywhere=anywhere)


def _seen(journey: Journey, weight: float, base: Displacement) -> _Seen:
    distance = max(distance_km(journey.lost, journey.found), NEAREST_KM)
    return _Seen(distance, journey.days, _density(distance, base.scale_km * base.background, base.shape), weight)


def _posterior(values: Sequence[float], seen: Sequence[_Seen], every: int, base: Displacement) -> float:
    law = _law(values, base)
    scale_spread = sqrt(3 / PRIOR_PAIRS) / base.shape
    shape_spread = sqrt(9 / (3 + pi**2) / PRIOR_PAIRS)
    prior = -(((values[0] - log(base.scale_km)) / scale_spread) ** 2) / 2
    prior -= ((values[1] - log(base.shape)) / shape_spread) ** 2 / 2
    prior += PRIOR_PAIRS * (base.anywhere * log(law.anywhere) + (1 - base.anywhere) * log(1 - law.anywhere))
    likelihood = 0.0
    for one in seen:
        carried = _density(one.distance, law.scale_after(one.days), law.shape)
        likelihood += one.weight * log((1 - law.anywhere) * carried + law.anywhere * one.unrelated)
    return prior + every * likelihood


def _density(distance: float, scale: float, shape: float) -> float:
    """The log-logistic density a unit of distance."""
    ratio: float = (distance / scale) ** shape
    return shape / distance * ratio / (1 + ratio) ** 2


def _highest(value_at: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one summit has it, to a thousandth of the range: the golden section (Kiefer, 1953)."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = value_at(left), value_at(right)
    narrow = (high - low) / 1000
    while high - low > narrow:
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = value_at(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = value_at(right)
    return (low + high) / 2
