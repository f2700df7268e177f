"""A report against a registration: evidence in bits, and the probability that they are the same child."""

from math import exp, log, log2

from backend.domain.evidence import Comparison, Evidence, Feature
from backend.matching.compare_body import (
    compare_age,
    compare_looks,
    compare_marks,
    compare_sex,
    compare_things,
)
from backend.matching.compare_life import (
    compare_home,
    compare_phones,
    compare_place,
    compare_relatives,
    compare_time,
    days_between,
)
from backend.matching.compare_names import compare_names
from backend.matching.context import Context
from backend.matching.profile import Profile

__all__ = ["Comparison", "Evidence", "Feature", "compare", "probability_of", "supported"]

OF_THE_FAMILY = frozenset({Feature.FAMILY_NAME, Feature.RELATIVES, Feature.PHONE, Feature.HOME})
"""What a child shares with its brothers and sisters."""


def compare(report: Profile, registration: Profile, context: Context) -> Comparison:
    """All evidence for and against a pair. Depends on the two and the context only: the score is absolute."""
    weights = context.weights
    evidence = (
        *of_the_child(report, registration, context),
        compare_place(report, registration, context.displacement, weights.place),
        compare_time(report, registration, weights.time),
    )
    return _summed(weighed(evidence, context), context)


def of_the_child(report: Profile, registration: Profile, context: Context) -> tuple[Evidence, ...]:
    """The evidence of a pair in itself, not yet weighed, without where and when it was lost and found."""
    weights = context.weights
    days = days_between(report, registration)
    return (
        *compare_names(report, registration, context.shares, weights.name),
        compare_age(report, registration, weights.age),
        compare_sex(report, registration, weights.sex),
        compare_relatives(report, registration, context.shares, weights),
        compare_phones(report, registration, weights.relatives),
        compare_home(report, registration, weights.home),
        *compare_looks(report, registration, weights.looks),
        compare_marks(report, registration, weights.marks),
        compare_things(Feature.CLOTHING, report.clothing, registration.clothing, days, weights.things),
        compare_things(Feature.BELONGINGS, report.belongings, registration.belongings, days, weights.things),
    )


def supported(comparison: Comparison, piece: Evidence, context: Context) -> Comparison:
    """A comparison with one more piece. What speaks for the family counts as far as the family is not yet sure."""
    piece = _with_bits(piece, piece.bits * context.weights.strength[piece.feature])
    if piece.bits > 0:
        shared = sum(other.bits for other in comparison.evidence if other.feature in OF_THE_FAMILY)
        rest = 2**-shared - context.sibling_odds
        gained = 0.0 if rest <= 0 else min(piece.bits, _bounded(piece.bits - log2(rest), context) - shared)
        piece = _with_bits(piece, max(0.0, gained))
    return _summed((*comparison.evidence, piece), context)


def weighed(evidence: tuple[Evidence, ...], context: Context) -> tuple[Evidence, ...]:
    """The same evidence, each piece at its fitted strength, and what speaks for the family bounded.

    A pair that is no match is of two strangers, or of two children of one household, who share surname, home and
    relatives. So `f` bits of family evidence weigh `-log2(2^-f + o)`, `o` being the odds that a registration is a
    sibling: they can say that it is the family, and never which of its children.
    """
    strength = context.weights.strength
    shared = sum([piece.bits * strength[piece.feature] for piece in evidence if piece.feature in OF_THE_FAMILY])
    scale = _bounded(shared, context) / shared if shared > 0 else 1.0
    return tuple(
        [
            _with_bits(piece, piece.bits * strength[piece.feature] * (scale if piece.feature in OF_THE_FAMILY else 1.0))
            if piece.bits
            else piece
            for piece in evidence
        ]
    )


def _with_bits(piece: Evidence, bits: float) -> Evidence:
    return Evidence(piece.feature, piece.level, bits, piece.report_value, piece.registration_value, piece.sighting_id)


def _bounded(family_bits: float, context: Context) -> float:
    return -log2(2**-family_bits + context.sibling_odds)


def _summed(evidence: tuple[Evidence, ...], context: Context) -> Comparison:
    bits = context.prior_bits + sum([piece.bits for piece in evidence])
    return Comparison(probability_of(bits, context), bits, evidence)


def probability_of(bits: float, context: Context) -> float:
    """The calibrated probability of a pair with so many bits, prior included; from 0 to just under 1."""
    calibration = context.weights.calibration
    odds = (bits * calibration.slope + calibration.offset) * log(2)
    return min(calibration.most, 1 / (1 + exp(-odds))) if odds > -700 else 0.0  # noqa: PLR2004 - exp() ends there
