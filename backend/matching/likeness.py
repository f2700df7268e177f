"""How alike two words of names are, and how much that says."""

from collections.abc import Mapping, Sequence
from math import log2

from backend.matching.diminutives import called_by_the_last_syllable
from backend.matching.names import Part, Token
from backend.matching.spelling import SHORT, Spelled, both_known, of_other_sex, spelled
from backend.matching.tables import vocabulary
from backend.matching.text import is_arabic
from backend.matching.weights import Likeness, NameWeights

INITIALS = 2
_SAID_OF = {
    Spelled.FAINT: Likeness.FAINT,
    Spelled.PART: Likeness.PART,
    Spelled.CLOSE: Likeness.CLOSE,
    Spelled.SLIP: Likeness.SPELLING,
}


def likeness(first: Token, second: Token) -> Likeness | None:
    """The best that can be said of two words of names; None if they are different names. Symmetric."""
    if first.written == second.written:
        # Initials are what somebody may be called (DJ), not what they are called.
        initials = len(first.written) == INITIALS and Part.JOINED in (first.part, second.part)
        return Likeness.NICKNAME if initials else Likeness.EXACT
    here, there = (first.forms, second.forms) if not (first.bare or second.bare) else _with_bare(first, second)
    if _share(here, there):
        return Likeness.MARKS_DIFFER if _marks_differ(first.written, second.written) else Likeness.EXACT
    if first.bare and second.bare:
        # Of two Arabic words only the likeliest spellings: among three and three some are always alike.
        here, there = first.forms[:1], second.forms[:1]
    spelling = _best_spelled(here, there)
    one_name = bool(first.classes) and _share(first.classes, second.classes)
    if spelling is Spelled.OTHERWISE and not one_name:
        # Nearly all are, so they are done with here.
        return Likeness.PART if called_by_the_last_syllable(first.written, second.written) else None
    return _of_some_likeness(first, second, spelling, one_name=one_name)


def _of_some_likeness(  # noqa: PLR0911 - one for each kind, best first
    first: Token, second: Token, spelling: Spelled, *, one_name: bool
) -> Likeness | None:
    if spelling >= Spelled.PART and _of_other_sex(first, second, one_name=one_name):
        return Likeness.FAINT
    if spelling is Spelled.SLIP:
        return Likeness.SPELLING
    if one_name:
        return Likeness.NICKNAME
    if called_by_the_last_syllable(first.written, second.written):
        return Likeness.PART
    if spelling in (Spelled.CLOSE, Spelled.ALMOST) and _share(first.sounds, second.sounds):
        # Sound alone is too coarse to score: Mohammed and Mahmoud have the same consonants.
        if spelling is not Spelled.CLOSE or _is_short(first, second):
            return Likeness.FAINT
        return Likeness.CLOSE if both_known(first.forms[0], second.forms[0]) else Likeness.SOUND
    return _SAID_OF.get(spelling)


def _with_bare(first: Token, second: Token) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms of two words, of an Arabic one its consonants too where the other is none."""
    if first.bare and second.bare:
        return first.forms, second.forms
    return first.forms + first.bare, second.forms + second.bare


def _share(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether a word is among both. Most words have one form and few names that they stand for: no set is so fast."""
    for word in here:  # noqa: SIM110 - asked for each two words of each pair, where any() takes three times as long
        if word in there:
            return True
    return False


def _best_spelled(here: Sequence[str], there: Sequence[str]) -> Spelled:
    if len(here) == len(there) == 1:
        return spelled(here[0], there[0])
    best = Spelled.OTHERWISE
    for one in here:
        for other in there:
            found = spelled(one, other)
            if found is Spelled.SLIP:
                return found
            best = max(best, found)
    return best


def _of_other_sex(first: Token, second: Token, *, one_name: bool) -> bool:
    if Part.FAMILY in (first.part, second.part) or not of_other_sex(first.forms[0], second.forms[0]):
        return False
    # A pet form may be one name with the other (Liz and Liza), whatever tables say of Louis and Louise.
    return not one_name or (first.forms[0] in first.classes and second.forms[0] in second.classes)


def _is_short(first: Token, second: Token) -> bool:
    return min(len(first.forms[0]), len(second.forms[0])) <= SHORT


def rarity(first: Token, second: Token, shares: Mapping[str, float], weights: NameWeights) -> float:
    """Bits that a name says by being rare: `-log2` of the share of people who bear the commoner of the two."""
    shorter = min(len(first.forms[0]), len(second.forms[0]))
    # There are fewer short names than long ones, so one that the table lacks is shared by more people.
    share = weights.unseen_short_share if shorter < SHORT else weights.unseen_share
    if not vocabulary()["tonal"].isdisjoint(first.forms + second.forms):
        # A language of tones makes its names of a few hundred syllables, which read alike without their marks.
        share = max(share, weights.tonal_share)
    for form in first.forms:
        share = max(share, shares.get(form, 0.0))
    for form in second.forms:
        share = max(share, shares.get(form, 0.0))
    return min(max(-log2(share), weights.commonest), weights.rarest)


def bits_of(found: Likeness, rare: float, weights: NameWeights) -> float:
    """The evidence in a likeness of a name of such rarity."""
    weight = weights.likeness[found]
    return max(weights.floor, min(rare + weight.added, weight.most))


def _marks_differ(first: str, second: str) -> bool:
    # Both sides wrote marks or characters, and not the same: Hòa and Hóa, 丽 and 莉. Arabic is spelled freely.
    return not first.isascii() and not second.isascii() and is_arabic(first) == is_arabic(second) is False
