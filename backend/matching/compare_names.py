"""Names against names: any order, any part missing, another script, half of it said."""

from collections.abc import Mapping
from typing import NamedTuple

from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.matching.likeness import bits_of, likeness, rarity
from backend.matching.names import Part, Token, is_patronymic
from backend.matching.profile import Profile
from backend.matching.weights import Likeness, NameWeights

_SURE = frozenset({Likeness.EXACT, Likeness.MARKS_DIFFER})


def compare_names(
    report: Profile, registration: Profile, shares: Mapping[str, float], weights: NameWeights
) -> tuple[Evidence, Evidence]:
    """Evidence of given and family names. Words are paired best first; a part that only one side has weighs nothing."""
    pairs = paired(report.names, registration.names, shares, weights)
    ones, others = {id(pair.one) for pair in pairs}, {id(pair.other) for pair in pairs}
    left = [token for token in report.names if id(token) not in ones]
    right = [token for token in registration.names if id(token) not in others]
    given, family = _by_part(pairs, report.names, registration.names)
    if _is_unsplit(report.names) and _is_unsplit(registration.names):
        (given_bits, given_level), (family_bits, family_level) = _unsplit(given, family, left, right, weights)
    else:
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
            if one.part is other.part is Part.JOINED:
                continue  # their words are compared already
            kind = likeness(one, other)
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


def _by_part(
    pairs: list[Pair], report: tuple[Token, ...], registration: tuple[Token, ...]
) -> tuple[list[Pair], list[Pair]]:
    """Pairs of given names and of family names, best first."""
    by_part: dict[Part, list[Pair]] = {Part.GIVEN: [], Part.FAMILY: [], Part.LOOSE: []}
    for pair in pairs:
        by_part[_known_part(pair)].append(pair)
    given, family, loose = by_part.values()
    longer = _loose_words(report) - _loose_words(registration) if loose else 0
    for pair in loose:
        # Nobody said which part it is, or each side said otherwise: the longer of two unsplit names knows best.
        here, there = pair.one.family_likely, pair.other.family_likely
        likely = (here or there) if not longer else here if longer > 0 else there
        if here != there and not longer and family and not given:
            given.append(pair)  # Ana Gomez and Gomez Ana: one of each
        else:
            (family if likely else given).append(pair)
    return given, family


def _loose_words(names: tuple[Token, ...]) -> int:
    return sum(token.part is Part.LOOSE for token in names)


def _is_unsplit(names: tuple[Token, ...]) -> bool:
    return not names or names[0].part not in (Part.GIVEN, Part.FAMILY)  # such words come first


def _unsplit(
    given: list[Pair], family: list[Pair], left: list[Token], right: list[Token], weights: NameWeights
) -> tuple[tuple[float, Level], tuple[float, Level]]:
    """Two names of which nobody knows the parts: the order of their words decides what a word is called, not its bits.

    The best two words count in full, further ones in part; words that both sides have left over count against.
    """
    best = sorted((*given, *family), key=lambda pair: -pair.bits)[:2]
    over = min(sum(token.part is Part.LOOSE for token in side) for side in (left, right))
    against = (0.0, weights.family_differs, weights.family_differs + weights.further_family_differs)[min(over, 2)]

    def part(found: list[Pair], against: float) -> tuple[float, Level]:
        if not found:
            return against, Level.DISAGREE if against else Level.UNKNOWN
        counted = sum(pair.bits * (1.0 if pair in best else weights.further) for pair in found)
        return counted + against, Level.AGREE if found[0].kind in _SURE else Level.CLOSE

    if not given:
        return part(given, against), part(family, 0.0)
    return part(given, 0.0 if not family else against), part(family, against if not family else 0.0)


def _known_part(pair: Pair) -> Part:
    for token in () if pair.crossed else (pair.one, pair.other):
        if token.part is not Part.LOOSE:
            return Part.FAMILY if token.part is Part.FAMILY else Part.GIVEN
    return Part.LOOSE


def _differs(left: list[Token], right: list[Token], part: Part, found: list[Pair], weights: NameWeights) -> float:
    """What it says that both sides still have a word for this part; a word is taken out of the lists when used."""
    if not left or not right:
        return 0.0
    if found:
        one = next((token for token in left if _is_further(token, part)), None)
        other = next((token for token in right if _is_further(token, part)), None)
        if one is None or other is None:
            return 0.0
        return weights.further_given_differs if part is Part.GIVEN else weights.further_family_differs
    one = next((token for token in left if token.part in (part, Part.LOOSE)), None)
    other = next((token for token in right if token.part in (part, Part.LOOSE)), None)
    if one is None or other is None:
        return 0.0
    if is_patronymic(one.written) != is_patronymic(other.written):
        return 0.0  # a father's name against a surname says nothing
    left.remove(one)
    right.remove(other)
    loose = one.part is other.part is Part.LOOSE
    return weights.given_differs if part is Part.GIVEN and not loose else weights.family_differs


def _is_further(token: Token, part: Part) -> bool:
    """Whether a word that was not paired belongs to a part of which another word was: José Carlos and José Luis."""
    if token.part is Part.LOOSE:
        return token.family_likely is (part is Part.FAMILY)
    return token.part is part


def _part(found: list[Pair], differs: float, weights: NameWeights) -> tuple[float, Level]:
    if not found:
        return differs, Level.DISAGREE if differs else Level.UNKNOWN
    bits = found[0].bits + weights.further * sum(pair.bits for pair in found[1:]) + differs
    sure = found[0].kind in _SURE and not found[0].crossed
    return bits, Level.AGREE if sure else Level.CLOSE


def _evidence(feature: Feature, level: Level, bits: float, report: str | None, registration: str | None) -> Evidence:
    return unknown(feature) if level is Level.UNKNOWN else Evidence(feature, level, bits, report, registration)
