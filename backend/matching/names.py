"""Names taken apart: each word with its Latin forms, its sounds and the full names it may stand for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from doublemetaphone import doublemetaphone

from backend.domain.person import Names
from backend.matching.tables import nickname_classes, vocabulary
from backend.matching.text import bare_forms, is_han, latin_forms, words

MOST_TOKENS = 10
MOST_FORMS = 4
MOST_CLASSES = 8
MOST_JOINED = 3
JOINABLE = 6
"""Neighbouring names no longer than this are also compared as one word: `Gui Xiang`, `GuiXiang`."""
ARABIC_ARTICLE = "ال"
LONGER_THAN_AN_ARTICLE = 4


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


@dataclass(frozen=True, slots=True)
class Token:
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


def name_tokens(names: Names) -> tuple[Token, ...]:
    """The words of a person's names, sorted, without particles, initials and what is no name."""
    found: list[Token] = []
    given = _proper(names.given)
    family = _proper(names.family)
    found += _tokens(given, Part.GIVEN)
    found += _tokens(family, Part.FAMILY)
    if names.full and not (given and family):
        known = set(given) | set(family)
        loose = [word for word in _proper(names.full) if word not in known]
        found += _loose(loose)
    said = _proper(names.as_said)
    if not found:
        # All that is known is what the child says: one word is a given name.
        found += _tokens(said, Part.GIVEN) if len(said) == 1 else _loose(said)
    for other in (*map(_proper, names.others), said):
        found += _tokens(other, Part.OTHER)
    found += _joined(found)
    return _settled(found)


def relative_tokens(name: str | None, *, kin_words: bool = True) -> tuple[Token, ...]:
    """The words of a relative's name; none for `Mama`.

    `kin_words` says whether words such as `ba`, which are kinship to some and a name to others, are left out too.
    """
    proper = _proper(name)
    if kin_words and proper and all(word in vocabulary()["kin"] for word in proper):
        return ()
    return _settled(_loose(proper))


def shown(name: str | None, *more: str | None) -> str | None:
    """Names as they were written, for people to read."""
    text = " ".join(part.strip() for part in (name, *more) if part and part.strip())
    return text or None


@lru_cache(maxsize=65536)
def sounds_of(form: str) -> tuple[str, ...]:
    """The Double Metaphone codes of a Latin form, without empty ones and repeats."""
    return tuple(dict.fromkeys(code for code in doublemetaphone(form) if code))


def _proper(text: str | None) -> list[str]:
    """The words of a name that are a name; several in a name keep their order."""
    if not text:
        return []
    found = words(text)
    lists = vocabulary()
    if any(word in lists["no_name"] for word in found) and len(found) <= 2:  # noqa: PLR2004 - `unknown child`
        found = [word for word in found if word not in lists["no_name"] and word not in ("john", "jane")]
    if all(word in lists["parent"] or word.isdigit() for word in found):
        return []
    named = [word for word in found if word not in lists["particles"] and not word.isdigit()]
    if len(named) > 2:  # noqa: PLR2004 - given, middle, family
        named = [word for word in named if word not in lists["middle"]]
    # An initial is no identity; a single Chinese character is a whole name.
    return [word for word in named or found if len(word) > 1 or is_han(word)]


def _tokens(found: Sequence[str], part: Part) -> list[Token]:
    return [_token(word, part, family_likely=part is Part.FAMILY) for word in found]


def _loose(found: Sequence[str]) -> list[Token]:
    if len(found) == 1 and is_han(found[0]) and 1 < len(found[0]) <= 4:  # noqa: PLR2004 - family and given name
        whole = found[0]
        # Written without a space: family name first, of two characters only when four are there.
        cut = 2 if len(whole) == 4 else 1  # noqa: PLR2004 - see above
        return [
            _token(whole[:cut], Part.LOOSE, family_likely=True),
            _token(whole[cut:], Part.LOOSE, family_likely=False),
            _token(whole, Part.OTHER, family_likely=False),
        ]
    last = len(found) - 1
    return [
        _token(word, Part.LOOSE, family_likely=last > 0 and (index == last or (is_han(word) and len(word) == 1)))
        for index, word in enumerate(found)
    ]


def _joined(found: Iterable[Token]) -> list[Token]:
    given = [token for token in found if token.part in (Part.GIVEN, Part.LOOSE) and token.forms]
    least = 2 if given and given[0].part is Part.GIVEN else 3
    if not least <= len(given) <= MOST_JOINED or any(len(token.forms[0]) > JOINABLE for token in given):
        return []
    return [_token(one.written + other.written, Part.JOINED, family_likely=False) for one, other in pairwise(given)]


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
    table = nickname_classes()
    found = dict.fromkeys(full for form in forms for full in table.get(form, ()))
    # A full name stands for itself first, so that it is never what the bound leaves out.
    return tuple(sorted(found, key=lambda full: full not in forms))[:MOST_CLASSES]


def _forms(written: str) -> tuple[str, ...]:
    if written.startswith(ARABIC_ARTICLE) and len(written) > LONGER_THAN_AN_ARTICLE:
        bare = latin_forms(written.removeprefix(ARABIC_ARTICLE))
        return tuple(dict.fromkeys([*bare[: MOST_FORMS - 1], *(f"al{form}" for form in bare[:1])]))
    return latin_forms(written)[:MOST_FORMS]
