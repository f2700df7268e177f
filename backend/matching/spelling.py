"""How alike two names in Latin letters are spelled, whatever language they come from."""

import re
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from backend.matching.tables import known_names, vocabulary

SHORT = 4
"""Names up to this length (Hoa, Huy, Lan) differ by one letter from too many others."""
LONG = 7
ALIKE = 0.86
SOUNDS_ALIKE = 0.78
WORTH_A_LOOK = 0.7
SHORTEST_BEGINNING, SHORTEST_ENDING = 3, 4


class Spelled(IntEnum):
    """How alike two Latin forms are written, in rising order; `ALMOST` counts only if they sound alike too."""

    OTHERWISE = 0
    ALMOST = 1
    FAINT = 2
    PART = 3
    CLOSE = 4
    SLIP = 5


# One sound as several romanisations write it, in order; what is left is compared, and never shown.
_ROMANISED = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"^hs", "x"),
        (r"^abd[aeiou]?l?(?=\w{3})", "abdu"),
        (r"ee", "i"),
        (r"oo", "u"),
        (r"(.)\1+", r"\1"),
        (r"kh|gh(?=[aeiou])", "h"),
        (r"ph", "f"),
        (r"th(?=[aeiou])|dh", "t"),
        (r"dj", "j"),
        (r"^(?:au|ou|o(?=[^aeiouy]))", "u"),
        (r"ou", "u"),
        (r"ck|q|c(?=[aou]|$)", "k"),
        (r"x(?=\w)(?<=\w\w)", "ks"),
        (r"^(?:iu|ju)", "yu"),
        (r"^(?:ia|ja)(?=[^e])", "ya"),
        (r"^(?:ye|ie)", "e"),
        (r"(?:i[jy]|y[iy]?|ii|ei|ey|ie?)$", "i"),
        (r"(?:iy|ij|ii|y)a$", "ia"),
        (r"ay|ey|ei", "ai"),
        (r"ie|ij|iy|y(?=[^aeiou])", "i"),
        (r"(?<=[^aeiou])y(?=o)", ""),
        (r"z$", "s"),
        (r"(?<=[aeiou])h$", ""),
    )
)

_OPENS_IN_MANY_WAYS = frozenset("aeiouhxy")
_ARTICLES = ("al", "el")
_alike = JaroWinkler.similarity


@lru_cache(maxsize=65536)
def as_heard(form: str) -> str:
    """A Latin form without what romanisations differ in: `usama` for Osama, Ausama and Oussama alike."""
    for pattern, plain in _ROMANISED:
        form = pattern.sub(plain, form)
    return form


def spelled(first: str, second: str) -> Spelled:
    """How alike two Latin forms are. Symmetric."""
    alike = _alike(first, second, score_cutoff=WORTH_A_LOOK)
    return _nearly(first, second, alike) if alike else _unlike(first, second)


def _unlike(first: str, second: str) -> Spelled:
    """Of two forms that share few letters. Nearly all are, so that what is dear is asked last."""
    if first[0] in _OPENS_IN_MANY_WAYS or second[0] in _OPENS_IN_MANY_WAYS:
        is_long = len(first) > SHORT or len(second) > SHORT
        if is_long and _with_article(first, second):
            return Spelled.SLIP
        if first[0] in _OPENS_IN_MANY_WAYS and second[0] in _OPENS_IN_MANY_WAYS:
            return Spelled.SLIP if is_long and as_heard(first) == as_heard(second) else Spelled.OTHERWISE
    # A beginning in common is alike enough to come further; an ending is not (Lupe, Guadalupe).
    return Spelled.PART if first[-1] == second[-1] and _is_ending(first, second) else Spelled.OTHERWISE


@lru_cache(maxsize=65536)
def _nearly(first: str, second: str, alike: float) -> Spelled:
    shorter, longer = sorted((len(first), len(second)))
    if longer > SHORT and (_with_article(first, second) or as_heard(first) == as_heard(second)):
        return Spelled.SLIP
    apart = OSA.distance(first, second)
    if (apart == 1 and longer > SHORT) or (apart == 2 and shorter >= LONG):  # noqa: PLR2004 - two, if it is long
        return _slip(first, second, shorter)
    if _is_part(first, second):
        return Spelled.PART
    if shorter <= SHORT and first[0] != second[0]:
        return Spelled.FAINT if apart == 1 else Spelled.OTHERWISE
    if (apart == 1 and longer >= SHORT) or (alike >= ALIKE and shorter > SHORT):
        return Spelled.FAINT if shorter <= SHORT and both_known(first, second) else Spelled.CLOSE
    return Spelled.ALMOST if alike >= SOUNDS_ALIKE or apart == 1 else Spelled.OTHERWISE


def _slip(first: str, second: str, shorter: int) -> Spelled:
    # Another first letter is another name more often than a slip: Faina and Naina, Duong and Huong.
    if first[0] != second[0] and shorter < LONG:
        return Spelled.FAINT
    if both_known(first, second):
        # A slip seldom makes another name: Marina and Mariya, Amina and Amira, Tran and Trang.
        return Spelled.FAINT if shorter <= SHORT else Spelled.CLOSE
    return Spelled.SLIP


def of_other_sex(first: str, second: str) -> bool:
    """Whether two given names are the man's and the woman's form of one: Juan and Juana, Mario and Maria."""
    short, long = sorted((first, second), key=lambda form: (len(form), form[-1:] == "a"))
    if len(short) < SHORTEST_BEGINNING or short[:2] != long[:2] or short in vocabulary()["womens_names"]:
        return False
    ends = {f"{short}a", f"{short}ia", f"{short}ya", f"{short}ah", f"{short}{short[-1]}a"}
    if short.endswith("o"):
        ends |= {f"{short[:-1]}a", f"{short[:-1]}ah"}
    elif short.endswith("el"):
        ends |= {f"{short}le", f"{short}e", f"{short}la"}
    elif short.endswith("y"):
        ends |= {f"{short[:-1]}ia", f"{short[:-1]}iya"}
    if short in vocabulary()["feminine_in_e"]:
        ends |= {f"{short}e", f"{short}ne"}
    return long in ends or (short.endswith("er") and long == f"{short[:-2]}ra") or _in_os(first, second)


def _in_os(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return long.endswith("os") and short == f"{long[:-2]}a"


def both_known(first: str, second: str) -> bool:
    """Whether each is a name that many bear, so that they are two names more often than one misspelled."""
    known = known_names()
    return first in known and second in known


def _with_article(first: str, second: str) -> bool:
    """Whether they differ in the Arabic article alone: Alrashid and Rashid."""
    if not (first.startswith(_ARTICLES) or second.startswith(_ARTICLES)):
        return False
    short, long = sorted((first, second), key=lambda form: (form.startswith(_ARTICLES), len(form)))
    return len(short) >= SHORTEST_ENDING and as_heard(long[2:]) == as_heard(short)


def _is_part(first: str, second: str) -> bool:
    short, long = (first, second) if len(first) < len(second) else (second, first)
    if len(short) < SHORTEST_BEGINNING or not long.startswith(short):
        return _is_ending(first, second)
    # Thu is no beginning of Thuy, nor Han of Hang: of short names each is one by itself.
    return len(long) > SHORT + 1 or not both_known(first, second)


def _is_ending(first: str, second: str) -> bool:
    shorter = min(len(first), len(second))
    return shorter >= SHORTEST_ENDING and first[-shorter:] == second[-shorter:]
