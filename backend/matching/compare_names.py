"""Names against names: any order, any part missing, another script, half of it said."""

from collections.abc import Mapping
from typing import NamedTuple

from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.matching.likeness import bits_of, likeness, rarity
from backend.matching.names import Part, Token
from backend.matching.profile import Profile
from backend.matching.weights import Likeness, NameWeights

_SURE = frozenset({Likeness.EXACT, Likeness.MARKS_DIFFER})


def compare_names(
    report: Profile, registration: Profile, shares: Mapping[str, float], weights: NameWeights
) -> tuple[Evidence, Evidence]:
    """Evidence of given and family names. Words are paired best first; a part that only one side has weighs nothing."""
    pairs = paired(report.names, registration.names, shares, weights)
    given, family = _by_part(pairs)
    left = [token for token in report.names if not any(token is pair.one for pair in pairs)]
    right = [token for token in registration.names if not any(token is pair.other for pair in pairs)]
    given_bits, given_level = _part(given, _differs(left, right, Part.GIVEN, given, weights), weights)
    family_bits, family_level = _part(family, _differs(left, right, Part.FAMILY, family, weights), weights)
    both = given_bits + family_bits
    if both > weights.most:
        given_bits, family_bits = given_bits * weights.most / both, family_bits * weights.most / both
    return (
        _evidence(Feature.GIVEN_NAME, given_level, given_bits, report.given_shown, registration.given_shown),
        _evidence(Feature.FAMILY_NAME, family_level, family_bits, report.family_shown, registration.family_shown),
    )


class Pair(NamedTuple):
    """Two words that are taken for the same name."""

    bits: float
    kind: Likeness
    crossed: bool
    one: Token
    other: Token


def paired(
    report: tuple[Token, ...], registration: tuple[Token, ...], shares: Mapping[str, float], weights: NameWeights
) -> list[Pair]:
    """Words of both sides that are alike, each at most once, best first."""
    possible = []
    for one in report:
        for other in registration:
            both_joined = one.part is other.part is Part.JOINED  # their words are compared already
            kind = None if both_joined else likeness(one, other)
            if kind is not None:
                crossed = (one.part is Part.FAMILY) != (other.part is Part.FAMILY) and Part.LOOSE not in (
                    one.part,
                    other.part,
                )
                bits = bits_of(kind, rarity(one, other, shares, weights), weights)
                if crossed:
                    bits = max(weights.floor, bits + weights.crossed)
                possible.append(Pair(bits, kind, crossed, one, other))
    if len(possible) > 1:
        # The words themselves break ties, the same way from both sides.
        possible.sort(key=lambda pair: (-pair.bits, pair.crossed, *sorted((pair.one.written, pair.other.written))))
    pairs: list[Pair] = []
    for pair in possible:
        if not any(pair.one is taken.one or pair.other is taken.other for taken in pairs):
            pairs.append(pair)
    return pairs


def _by_part(pairs: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Pairs of given names and of family names, best first."""
    given = [pair for pair in pairs if _known_part(pair) is Part.GIVEN]
    family = [pair for pair in pairs if _known_part(pair) is Part.FAMILY]
    for pair in pairs:
        if _known_part(pair) is Part.LOOSE:
            # Nobody said which part it is, or each side said otherwise: the first two are one of each, in any order.
            guess = family if pair.one.family_likely or pair.other.family_likely else given
            other = given if guess is family else family
            (other if guess and not other else guess).append(pair)
    return given, family


def _known_part(pair: Pair) -> Part:
    for token in () if pair.crossed else (pair.one, pair.other):
        if token.part is not Part.LOOSE:
            return Part.FAMILY if token.part is Part.FAMILY else Part.GIVEN
    return Part.LOOSE


def _differs(left: list[Token], right: list[Token], part: Part, found: list[Pair], weights: NameWeights) -> float:
    """What it says that both sides still have a word for this part; a word is taken out of the lists when used."""
    one = next((token for token in left if token.part in (part, Part.LOOSE)), None)
    other = next((token for token in right if token.part in (part, Part.LOOSE)), None)
    if one is None or other is None:
        return 0.0
    if found:
        return weights.further_differs if one.part is other.part is part else 0.0
    left.remove(one)
    right.remove(other)
    loose = one.part is other.part is Part.LOOSE
    return weights.given_differs if part is Part.GIVEN and not loose else weights.family_differs


def _part(found: list[Pair], differs: float, weights: NameWeights) -> tuple[float, Level]:
    if not found:
        return differs, Level.DISAGREE if differs else Level.UNKNOWN
    bits = found[0].bits + weights.further * sum(pair.bits for pair in found[1:]) + differs
    sure = found[0].kind in _SURE and not found[0].crossed
    return bits, Level.AGREE if sure else Level.CLOSE


def _evidence(feature: Feature, level: Level, bits: float, report: str | None, registration: str | None) -> Evidence:
    return unknown(feature) if level is Level.UNKNOWN else Evidence(feature, level, bits, report, registration)
