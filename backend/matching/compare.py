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

__all__ = ["Comparison", "Evidence", "Feature", "compare", "compare_if_likely", "probability_of", "supported"]

OF_THE_FAMILY = frozenset({Feature.FAMILY_NAME, Feature.RELATIVES, Feature.PHONE, Feature.HOME})
"""What a child shares with its brothers and sisters."""
RELATIVES_AT = 4
"""Their place among the evidence of the child: after names, age and sex."""
ROUNDING = 1e-6
"""Bits: sums of the same pieces in another order differ by less."""


def compare(report: Profile, registration: Profile, context: Context) -> Comparison:
    """All evidence for and against a pair. Depends on the two and the context only: the score is absolute."""
    child = but_relatives(report, registration, context)
    return _whole(report, registration, child, _where_and_when(report, registration, context), context)


def compare_if_likely(report: Profile, registration: Profile, context: Context, at_least: float) -> Comparison | None:
    """The same; None where the pair cannot be as probable as `at_least`, whether place and time are looked at or not.

    Relatives take longest to compare, and for most pairs nothing that they say would be enough.
    """
    child, where = but_relatives(report, registration, context), _where_and_when(report, registration, context)
    strength = context.weights.strength
    most = context.prior_bits + most_of_the_child(report, registration, child, context)
    most += sum([max(0.0, piece.bits * strength[piece.feature]) for piece in where])
    if is_out_of_reach(most, at_least, context):
        return None
    return _whole(report, registration, child, where, context)


def _where_and_when(report: Profile, registration: Profile, context: Context) -> tuple[Evidence, ...]:
    weights = context.weights
    return (
        compare_place(report, registration, context.displacement, weights.place),
        compare_time(report, registration, weights.time),
    )


def _whole(
    report: Profile,
    registration: Profile,
    child: tuple[Evidence, ...],
    where: tuple[Evidence, ...],
    context: Context,
) -> Comparison:
    return _summed(weighed((*with_relatives(report, registration, child, context), *where), context), context)


def but_relatives(report: Profile, registration: Profile, context: Context) -> tuple[Evidence, ...]:
    """The evidence of a pair in itself, not yet weighed, without relatives and without place and time."""
    weights = context.weights
    days = days_between(report, registration)
    return (
        *compare_names(report, registration, context.shares, weights.name),
        compare_age(report, registration, weights.age),
        compare_sex(report, registration, weights.sex),
        compare_phones(report, registration, weights.relatives),
        compare_home(report, registration, weights.home),
        *compare_looks(report, registration, weights.looks),
        compare_marks(report, registration, weights.marks),
        compare_things(Feature.CLOTHING, report.clothing, registration.clothing, days, weights.things),
        compare_things(Feature.BELONGINGS, report.belongings, registration.belongings, days, weights.things),
    )


def with_relatives(
    report: Profile, registration: Profile, child: tuple[Evidence, ...], context: Context
) -> tuple[Evidence, ...]:
    relatives = compare_relatives(report, registration, context.shares, context.weights)
    return (*child[:RELATIVES_AT], relatives, *child[RELATIVES_AT:])


def most_of_the_child(report: Profile, registration: Profile, child: tuple[Evidence, ...], context: Context) -> float:
    """The most bits that evidence without relatives can come to, weighed, whatever relatives say."""
    weights, strength = context.weights, context.weights.strength
    family = own = 0.0
    for piece in child:
        if piece.feature in OF_THE_FAMILY:
            family += piece.bits * strength[piece.feature]
        else:
            own += piece.bits * strength[piece.feature]
    if report.relatives and registration.relatives:
        family += weights.relatives.most * strength[Feature.RELATIVES]
    return own + (max(0.0, _bounded(family, context)) if family > 0 else family)


def is_out_of_reach(most: float, at_least: float, context: Context) -> bool:
    """Whether a pair of so many bits at most, prior included, is less probable than `at_least` for sure."""
    rises = context.weights.calibration.slope > 0
    return rises and probability_of(most + ROUNDING, context) < at_least


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
