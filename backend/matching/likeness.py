"""How alike two words of names are, and how much that says."""

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from math import log2

from rapidfuzz.distance import OSA, JaroWinkler

from backend.matching.names import Token
from backend.matching.text import is_arabic
from backend.matching.weights import Likeness, NameWeights

SHORT = 4
"""Names up to this length (Hoa, Huy, Lan) differ by one letter from too many others."""
LONG = 7
ALIKE = 0.86
SOUNDS_ALIKE = 0.78
WORTH_A_LOOK = 0.7
SHORTEST_BEGINNING, SHORTEST_ENDING = 3, 4


def likeness(first: Token, second: Token) -> Likeness | None:
    """The best that can be said of two words of names; None if they are different names. Symmetric."""
    if first.written == second.written:
        return Likeness.EXACT
    here = first.forms if second.bare else first.forms + first.bare
    there = second.forms if first.bare else second.forms + second.bare
    if not set(here).isdisjoint(there):
        return Likeness.MARKS_DIFFER if _marks_differ(first.written, second.written) else Likeness.EXACT
    if first.bare and second.bare:
        # Of two Arabic words only the likeliest spellings: among three and three some are always alike.
        here, there = first.forms[:1], second.forms[:1]
    spelling = max(_spelling(one, other) for one in here for other in there)
    if spelling is _Spelled.SLIP:
        return Likeness.SPELLING
    if not set(first.classes).isdisjoint(second.classes):
        return Likeness.NICKNAME
    if spelling in (_Spelled.CLOSE, _Spelled.ALMOST) and not set(first.sounds).isdisjoint(second.sounds):
        # Sound alone is too coarse to score: Mohammed and Mahmoud have the same consonants.
        return Likeness.SOUND if spelling is _Spelled.CLOSE and not _is_short(first, second) else Likeness.FAINT
    return _SAID_OF.get(spelling)


def _is_short(first: Token, second: Token) -> bool:
    return min(len(first.forms[0]), len(second.forms[0])) <= SHORT


def rarity(first: Token, second: Token, shares: Mapping[str, float], weights: NameWeights) -> float:
    """Bits that a name says by being rare: `-log2` of the share of people who bear the commoner of the two."""
    shorter = min(len(first.forms[0]), len(second.forms[0]))
    # There are fewer short names than long ones, so one that the table lacks is shared by more people.
    share = weights.unseen_short_share if shorter < SHORT else weights.unseen_share
    for form in first.forms:
        share = max(share, shares.get(form, 0.0))
    for form in second.forms:
        share = max(share, shares.get(form, 0.0))
    return min(max(-log2(share), weights.commonest), weights.rarest)


def bits_of(found: Likeness, rare: float, weights: NameWeights) -> float:
    """The evidence in a likeness of a name of such rarity."""
    weight = weights.likeness[found]
    return max(weights.floor, min(rare + weight.added, weight.most))


class _Spelled(IntEnum):
    """How alike two Latin forms are written, in rising order; `ALMOST` counts only if they sound alike too."""

    OTHERWISE = 0
    ALMOST = 1
    FAINT = 2
    PART = 3
    CLOSE = 4
    SLIP = 5


_SAID_OF = {
    _Spelled.FAINT: Likeness.FAINT,
    _Spelled.PART: Likeness.PART,
    _Spelled.CLOSE: Likeness.CLOSE,
    _Spelled.SLIP: Likeness.SPELLING,
}


def _marks_differ(first: str, second: str) -> bool:
    # Both sides wrote marks or characters, and not the same: Hòa and Hóa, 丽 and 莉. Arabic is spelled freely.
    return not first.isascii() and not second.isascii() and is_arabic(first) == is_arabic(second) is False


@lru_cache(maxsize=262_144)
def _spelling(first: str, second: str) -> _Spelled:
    alike = JaroWinkler.similarity(first, second, score_cutoff=WORTH_A_LOOK)
    if not alike:
        # A beginning in common is alike enough to come further; an ending is not (Lupe, Guadalupe).
        return _Spelled.PART if _is_ending(first, second) else _Spelled.OTHERWISE
    shorter, longer = sorted((len(first), len(second)))
    apart = OSA.distance(first, second)
    if _is_slip(apart, shorter, longer):
        # Another first letter is another name more often than a slip: Faina and Naina, Duong and Huong.
        return _Spelled.SLIP if first[0] == second[0] or shorter >= LONG else _Spelled.FAINT
    if _is_part(first, second):
        return _Spelled.PART
    if (apart == 1 and longer >= SHORT) or (alike >= ALIKE and shorter > SHORT):
        return _Spelled.CLOSE
    return _Spelled.ALMOST if alike >= SOUNDS_ALIKE or apart == 1 else _Spelled.OTHERWISE


def _is_slip(apart: int, shorter: int, longer: int) -> bool:
    return (apart == 1 and longer > SHORT) or (apart == 2 and shorter >= LONG)  # noqa: PLR2004 - two, if it is long


def _is_part(first: str, second: str) -> bool:
    short, long = (first, second) if len(first) < len(second) else (second, first)
    return (len(short) >= SHORTEST_BEGINNING and long.startswith(short)) or _is_ending(first, second)


def _is_ending(first: str, second: str) -> bool:
    shorter = min(len(first), len(second))
    return shorter >= SHORTEST_ENDING and first[-shorter:] == second[-shorter:]
