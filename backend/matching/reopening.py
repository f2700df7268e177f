"""What has been learnt about a pair since a person rejected it."""

from collections.abc import Mapping, Sequence

from backend.domain.evidence import Evidence, Feature
from backend.matching.compare import OF_THE_FAMILY
from backend.matching.news import WHERE_AND_WHEN

NOT_OF_THE_CHILD = WHERE_AND_WHEN | {Feature.TOGETHER}
"""What reopens no match. Were a place among it, a reporter who moves it would learn from the answer how near it is."""

TOLD_FROM_BITS = 0.05
"""What is rounded to nothing is not told."""


def new_evidence(then: Sequence[Evidence], now: Sequence[Evidence]) -> dict[Feature, float]:
    """The bits that each feature gained or lost whose values are no longer those of `then`.

    Values are compared and not bits, so that other weights, or another calibration, are never new evidence. What
    speaks for a family is bounded as a whole: with one of its features, all of them are counted.
    """
    before, after = _values(then), _values(now)
    changed = {
        feature for feature in Feature if feature not in NOT_OF_THE_CHILD and before.get(feature) != after.get(feature)
    }
    if changed & OF_THE_FAMILY:
        changed |= OF_THE_FAMILY
    bits_before, bits_after = _bits(then), _bits(now)
    return {
        feature: bits_after.get(feature, 0.0) - bits_before.get(feature, 0.0)
        for feature in Feature
        if feature in changed
    }


def in_words(gained: Mapping[Feature, float]) -> str:
    """`New since it was rejected: MARKS +3.0 bits, AGE -0.5 bits`, the weightiest first."""
    told = sorted((item for item in gained.items() if abs(item[1]) >= TOLD_FROM_BITS), key=lambda item: -item[1])
    return "New since it was rejected: " + ", ".join(f"{feature.value} {bits:+.1f} bits" for feature, bits in told)


def _values(evidence: Sequence[Evidence]) -> dict[Feature, tuple[str | None, str | None]]:
    return {
        piece.feature: (piece.report_value, piece.registration_value)
        for piece in evidence
        if (piece.report_value, piece.registration_value) != (None, None)
    }


def _bits(evidence: Sequence[Evidence]) -> dict[Feature, float]:
    return {piece.feature: piece.bits for piece in evidence}
