"""Names taken apart: each word with its Latin forms, its sounds and the full names it may stand for."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from doublemetaphone import doublemetaphone
from msgspec import Struct

from backend.domain.person import Names
from backend.matching.diminutives import plain_names
from backend.matching.name_words import proper, suffix_name
from backend.matching.tables import known_names, name_shares, nickname_classes, vocabulary
from backend.matching.text import bare_forms, is_arabic, is_han, latin_forms

MOST_TOKENS = 10
MOST_FORMS = 4
MOST_CLASSES = 24
MOST_JOINED = 3
TWO_AND_TWO = 4
JOINABLE = 6
"""Neighbouring names no longer than this are also compared as one word: `Gui Xiang`, `GuiXiang`."""
ARABIC_ARTICLE = "ال"
LONGER_THAN_AN_ARTICLE = 4
_KUNYA = {"ابو": "abu", "um": "um"}
_PATRONYMIC = re.compile(
    r".{2,}(?:ov|ev|yev|[iy]v)(?:ich|ych|na)$|.{2,}(?:inichna|ichna|ilich|yich|ich)$|.{2,}(?:о|е|є|ё)вич$|.{2,}(?:ов|ев|ів|їв|ич)на$|.{2,}(?:ьич|мич)$"  # noqa: RUF001 - Cyrillic
)
_WOMANS_SURNAME = re.compile(r"(?:(?<=.{3}[oeyi]v)|(?<=.{3}[iy]n))a$|(?<=.{3})(sk|tsk)a(?:ya|ia|ja)?$")


class Part(StrEnum):
    """Which part of the name a word is.

    `LOOSE` is a word of a name that nobody split, `OTHER` one of another name or spelling, `JOINED` two neighbouring
    words as one, to be held against what is written as one.
    """

    GIVEN = "GIVEN"
    FAMILY = "FAMILY"
    LOOSE = "LOOSE"
    OTHER = "OTHER"
    JOINED = "JOINED"


class Token(Struct, frozen=True, gc=False):
    """One word of a name.

    `written` is the folded word, `forms` its plain Latin spellings (likeliest first), `sounds` their Double Metaphone
    codes, `classes` the full names it may stand for. `bare` are the consonants of an Arabic word, as some write it: to
    be held against a Latin word, and never against another Arabic one. `family_likely` is a guess for a loose word, by
    its position.
    """

    written: str
    part: Part
    forms: tuple[str, ...]
    bare: tuple[str, ...]
    sounds: tuple[str, ...]
    classes: tuple[str, ...]
    family_likely: bool = False


def name_tokens(names: Names, fathers: frozenset[str] = frozenset()) -> tuple[Token, ...]:
    """The words of a person's names, sorted, without particles, initials and what is no name.

    `fathers` are the folded words of the father's name: one of them in the middle of a name (Usama Yazan Al-Rashid, son
    of Yazan) is what brothers and sisters share.
    """
    found: list[Token] = []
    given, family = proper(names.given), proper(names.family, family=True)
    given, middle = _parted(given, fathers)
    found += _tokens(given, Part.GIVEN)
    found += _tokens(middle + family, Part.FAMILY)
    called: list[str] = []
    if names.full and not (given and family):
        known = {*given, *middle, *family}
        called = [word for word in proper(names.full) if word not in known]
        found += _loose(called, fathers)
    said = proper(names.as_said)
    if not found:
        # All that is known is what the child says: one word is a given name.
        found += _tokens(said, Part.GIVEN) if len(said) == 1 else _loose(said)
    for other in (*map(proper, names.others), said):
        found += _tokens(other, Part.OTHER)
    found += _joined(found)
    suffix = suffix_name(names.full) or suffix_name(names.family) or suffix_name(names.given)
    if suffix is not None:
        found.append(_token(suffix, Part.OTHER, family_likely=False))
    found += _initials(given or called[:-1], suffix)
    return _settled(found)


def relative_tokens(name: str | None, *, kin_words: bool = True) -> tuple[Token, ...]:
    """The words of a relative's name; none for `Mama`.

    `kin_words` says whether words such as `ba`, which are kinship to some and a name to others, are left out too.
    """
    named = proper(name)
    if kin_words and named and all(word in vocabulary()["kin"] for word in named):
        return ()
    return _settled(_loose(named))


def shown(name: str | None, *more: str | None) -> str | None:
    """Names as they were written, for people to read."""
    text = " ".join(part.strip() for part in (name, *more) if part and part.strip())
    return text or None


@lru_cache(maxsize=65536)
def sounds_of(form: str) -> tuple[str, ...]:
    """The Double Metaphone codes of a Latin form, without empty ones and repeats."""
    return tuple(dict.fromkeys(code for code in doublemetaphone(form) if code))


def _parted(given: list[str], fathers: frozenset[str]) -> tuple[list[str], list[str]]:
    """Given names, and the father's among them, which brothers and sisters share like a family name."""
    middle = [word for word in given[1:] if word in fathers or is_patronymic(word)]
    return [word for word in given if word not in middle], middle


@lru_cache(maxsize=65536)
def is_patronymic(word: str) -> bool:
    """Whether a folded word looks like a Russian or Ukrainian father's name: Petrovich, Сергіївна."""
    return _PATRONYMIC.match(word) is not None


def _tokens(found: Sequence[str], part: Part) -> list[Token]:
    return [_token(word, part, family_likely=part is Part.FAMILY) for word in found]


def _loose(found: Sequence[str], fathers: frozenset[str] = frozenset()) -> list[Token]:
    if len(found) == 1 and is_han(found[0]) and 1 < len(found[0]) <= 4:  # noqa: PLR2004 - family and given name
        whole = found[0]
        # Written without a space, the family name comes first; it has two characters in few families.
        cut = 2 if len(whole) == 4 or whole[:2] in vocabulary()["han_two_characters"] else 1  # noqa: PLR2004 - see above
        parts = [(whole[:cut], Part.LOOSE, True), (whole[cut:], Part.LOOSE, False), (whole, Part.OTHER, False)]
        return [_token(word, part, family_likely=likely) for word, part, likely in parts if word]
    middle: set[str] = set()
    if len(found) > 2:  # noqa: PLR2004 - given name, father's name, family name
        middle = {word for word in found[1:] if is_patronymic(word)} | (fathers & set(found[1:-1]))
    named = [word for word in found if word not in middle]
    family = _family_words(named)
    return [
        *(_token(word, Part.LOOSE, family_likely=index in family) for index, word in enumerate(named)),
        *_tokens([word for word in found if word in middle], Part.FAMILY),
    ]


def _family_words(found: Sequence[str]) -> tuple[int, ...]:
    """Which words are likely the family name: the last, or the first where people write it so (王 小明, Tran Van An).

    Of four words or more it is the last two: García López.
    """
    if len(found) <= 1:
        return ()
    first, last = found[0], found[-1]
    lists = vocabulary()
    if is_han(first) and (len(first) == 1 or first in lists["han_two_characters"]) and len(last) >= len(first):
        return (0,)
    if first in lists["family_first"] and last not in lists["family_first"]:
        return (0,)
    return (len(found) - 1,) if len(found) < TWO_AND_TWO else (len(found) - 2, len(found) - 1)


def _joined(found: Iterable[Token]) -> list[Token]:
    given = [token for token in found if token.part in (Part.GIVEN, Part.LOOSE) and token.forms]
    if not MOST_JOINED >= len(given) > 1:
        return []
    # Two loose words are a given and a family name; of two given names of any length a table may know the short form.
    short = (given[0].part is Part.GIVEN or len(given) > 2) and all(len(token.forms[0]) <= JOINABLE for token in given)  # noqa: PLR2004 - see above
    table = nickname_classes()
    return [
        _token(one.written + other.written, Part.JOINED, family_likely=False)
        for one, other in pairwise(given)
        if short or one.forms[0] + other.forms[0] in table
    ]


def _initials(given: Sequence[str], suffix: str | None) -> list[Token]:
    """What a child of two given names, or one named after the father, may be called by: AJ, TJ, MK."""
    named = [*given, suffix] if suffix == "junior" else [*given]
    if len(named) < 2 or not (named[0].isascii() and named[1].isascii()):  # noqa: PLR2004 - two initials
        return []
    both = named[0][0] + named[1][0]
    # Not what is a name by itself, such as An, Le and Ng.
    spoken = both[1] == "j" or not (set(both) & set("aeiouyh") or both == "ng")
    return [_token(both, Part.JOINED, family_likely=False)] if spoken else []


def _settled(found: Iterable[Token]) -> tuple[Token, ...]:
    # Sorted, so that the order in which names were given has no effect; another spelling counts only if it is new.
    distinct = {(token.part, token.written): token for token in found if token.forms}
    main = {written for part, written in distinct if part is not Part.OTHER}
    kept = [token for (part, written), token in distinct.items() if part is not Part.OTHER or written not in main]
    order = (Part.GIVEN, Part.FAMILY, Part.LOOSE, Part.OTHER, Part.JOINED)
    return tuple(sorted(kept, key=lambda token: (order.index(token.part), token.written))[:MOST_TOKENS])


@lru_cache(maxsize=65536)
def _token(written: str, part: Part, *, family_likely: bool) -> Token:
    forms = _forms(written)
    bare = bare_forms(written)
    return Token(
        written=written,
        part=part,
        forms=forms,
        bare=bare,
        sounds=tuple(dict.fromkeys(code for form in forms + bare for code in sounds_of(form)))[:MOST_FORMS],
        classes=_classes(forms),
        family_likely=family_likely,
    )


def _classes(forms: tuple[str, ...]) -> tuple[str, ...]:
    table, known, shares = nickname_classes(), known_names(), name_shares()
    found = dict.fromkeys(full for form in forms for full in table.get(form, ()))
    for form in forms[:1]:
        for plain in plain_names(form):
            if plain in known:
                found |= dict.fromkeys((plain, *table.get(plain, ())))
    # A full name stands for itself first, then the commonest: they are never what the bound leaves out.
    return tuple(sorted(found, key=lambda full: (full not in forms, -shares.get(full, 0.0), full)))[:MOST_CLASSES]


def _forms(written: str) -> tuple[str, ...]:
    if written.startswith(ARABIC_ARTICLE) and len(written) > LONGER_THAN_AN_ARTICLE:
        bare = latin_forms(written.removeprefix(ARABIC_ARTICLE))
        return tuple(dict.fromkeys([*bare[: MOST_FORMS - 1], *(f"al{form}" for form in bare[:1])]))
    if is_arabic(written):
        for start, plain in _KUNYA.items():
            if written.startswith(start) and len(written) > len(start) + 1:
                return tuple(plain + form for form in _forms(written.removeprefix(start)))
    return _with_mans_surname(latin_forms(written)[:MOST_FORMS])


def _with_mans_surname(forms: tuple[str, ...]) -> tuple[str, ...]:
    """Ivanova is of the family Ivanov, Skorokhodskaya of the family Skorokhodskiy."""
    mans = (_WOMANS_SURNAME.sub(lambda found: f"{found[1]}iy" if found[1] else "", form) for form in forms)
    return tuple(dict.fromkeys([*forms, *mans]))[:MOST_FORMS]
