"""Which of the words that were written are a name: titles, kinship, particles, initials and `unknown` are not."""

from itertools import takewhile

from backend.matching.tables import vocabulary
from backend.matching.text import is_arabic, is_han, words

MOST_WORDS = 24
MOST_LETTERS = 40
"""Longer words, and more of them, are no name that anybody bears; they are cut, not refused."""
_KUNYA = {"abu": "abu", "abou": "abu", "abo": "abu", "ابو": "ابو", "أبو": "ابو", "umm": "um", "oum": "um", "um": "um"}
_KUNYA |= {"ام": "um", "أم": "um"}
_SERVANT = {"abd": "abdul", "abdul": "abdul", "abdel": "abdul", "abdal": "abdul", "abdur": "abdul", "abdu": "abdul"}
_SERVANT |= {"عبد": "عبد"}
_SUFFIXES = {"jr": "junior", "jnr": "junior", "ii": "junior", "iii": "trey", "3rd": "trey"}
FEW = 2


def proper(text: str | None, *, family: bool = False) -> list[str]:
    """The words of a name in their order, folded; empty if it is none (`Mama`, `unknown`, `J.`).

    `family` says that the text is a family name by itself, so that it may begin with a particle.
    """
    if not text:
        return []
    lists = vocabulary()
    found = [word[:MOST_LETTERS] for word in words(text)[:MOST_WORDS]]
    if "".join(found) in lists["nothing"]:
        return []
    unnamed = ("john", "jane") if "doe" in found else ()
    found = [word for word in found if word not in lists["no_name"] and word not in unnamed]
    if all(word in lists["parent"] or word in lists["always_particle"] or word.isdigit() for word in found):
        return []
    found = _initials_as_one([word for word in found if not word.isdigit()])
    found = _without_titles(found)
    bound = _bound(found)
    named = [word for index, word in enumerate(bound) if not _is_particle(index, bound, family=family)] or bound
    # An initial is no identity; a single Chinese character is a whole name.
    return [word for word in named if len(word) > 1 or is_han(word)]


def suffix_name(text: str | None) -> str | None:
    """What somebody with such a suffix is often called: `junior` for `Jr.`, `trey` for `III`; None without one."""
    last = text.strip(" .").rsplit(maxsplit=1) if text else []
    return _SUFFIXES.get(last[-1].strip(".,").casefold()) if len(last) > 1 else None


def _initials_as_one(found: list[str]) -> list[str]:
    """`D. J. Carter` is called DJ; `J. Carter` could be anybody."""
    initials = list(takewhile(lambda word: len(word) == 1 and word.isascii(), found))
    if FEW <= len(initials) <= FEW + 1 and "".join(initials) not in vocabulary()["nothing"]:
        return ["".join(initials), *found[len(initials) :]]
    return found


def _without_titles(found: list[str]) -> list[str]:
    lists = vocabulary()
    while len(found) > 1 and (found[0] in lists["before_name"] or found[0] in lists["parent"]):
        found = found[1:]
    while len(found) > 1 and found[-1] in lists["after_name"]:
        found = found[:-1]
    return found


def _is_particle(index: int, found: list[str], *, family: bool) -> bool:
    """Whether a word only joins others. Le, Do, An, Van and Ben are names too, unless they stand between names."""
    word, last = found[index], index == len(found) - 1
    lists = vocabulary()
    if word in lists["always_particle"]:
        return len(found) > 1
    if last:
        return False
    if word in lists["particles"]:
        return index > 0 or family
    return word in lists["middle"] and (index > 0 or not word.isascii())


def _bound(found: list[str]) -> list[str]:
    """Arabic names of two words that are one: `Abd al-Rahman`, `Abdul Rahman`, `Abu Bakr`, `Umm Ahmad`."""
    result: list[str] = []
    position = 0
    while position < len(found):
        word = found[position]
        start = _SERVANT.get(word) or _KUNYA.get(word)
        following = position + 1
        if start is not None and following < len(found) - 1 and found[following] in vocabulary()["articles"]:
            following += 1
        if start is None or following >= len(found):
            result.append(word)
            position += 1
        else:
            result.append(_joined(start, found[following]))
            position = following + 1
    return result


def _joined(start: str, name: str) -> str:
    if start == "abdul" and not is_arabic(name):
        # The article may be written with the name or assimilated to it: abd alrahman, abd arrahman.
        name = name.removeprefix("al").removeprefix("el") if len(name) > len("allah") else name
        return f"abdul{name.removeprefix('l')}"
    return start + name
