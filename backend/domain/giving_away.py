"""Whether somebody's own words hold a name, or a place, that whoever reads them must not learn, in any script."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

_OF_PLACES = frozenset({
    *("arena", "camp", "center", "centre", "church", "college", "community", "gym", "hall", "high", "hospital"),
    *("house", "police", "reception", "relief", "school", "shelter", "stadium", "station", "street", "the", "tent"),
})  # fmt: skip
"""Words of a place's name that tell nobody which place it is."""
_COMMON = frozenset({
    *("ai", "al", "am", "an", "as", "at", "au", "be", "by", "ce", "co", "da", "de", "di", "do", "du", "el", "em", "en"),
    *("es", "et", "eu", "ga", "go", "ha", "he", "ho", "if", "il", "in", "is", "it", "je", "ki", "la", "le", "li", "lo"),
    *("ma", "me", "mi", "mo", "mw", "my", "na", "ne", "ni", "no", "of", "oh", "ok", "on", "or", "os", "ou", "pa", "se"),
    *("si", "so", "su", "ta", "te", "ti", "to", "tu", "un", "up", "us", "va", "we", "wi", "ya", "yo"),
    *("до", "же", "за", "із", "її", "їм", "їх", "на", "не", "ні", "по", "та", "те", "ти", "то", "це", "ці", "чи"),
})  # fmt: skip
"""Words of two letters that begin or fill a sentence in the languages that are spoken here. Some are names, too."""
_TITLES = frozenset({"dr", "jr", "mr", "ms", "sr", "st"})
SHORTEST_WORD = 3
"""Letters of a word that tells somebody, however it is written. A shorter one is looked for as a name only."""
SHORTEST_NAME = 2
_SENTENCE_ENDS = frozenset('.!?:;¿¡\n"“”«»()؟।')
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
"""Accents, and the vowels that Hebrew and Arabic may leave out. In other scripts a mark is part of the letter."""
_SYLLABLES = re.compile("[\u30a0-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+")
"""Han, Katakana and Hangul: two of these are a name."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, and those of China, Japan and Korea: in them words follow without a space, or with an
ending.
"""


@dataclass(frozen=True, slots=True)
class Secret:
    """What must not be learnt: `names` of people; and others, such as places, of which only longer words tell."""

    names: tuple[str, ...]
    others: tuple[str, ...] = ()


def said(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Those that there are."""
    return tuple(text for text in texts if text)


def gives_away(text: str, secret: Secret, known: Sequence[str]) -> bool:
    """Whether `text` holds a word of what is secret that is no word of what is `known` already."""
    long = _long_words((*secret.names, *secret.others)) - _long_words(known) - _OF_PLACES
    short = _short_names(secret.names) - _short_names(known)
    return bool(_long_words([text]) & long or _short_words(text) & short or _holds_a_run(text, secret, known))


def _long_words(texts: Iterable[str]) -> set[str]:
    return {
        word.casefold()
        for text in texts
        for word in _words(_plain(text))
        if len(word) >= SHORTEST_WORD and not _UNSPACED.match(word)
    }


def _short_names(names: Iterable[str]) -> set[str]:
    """Words of two letters that are names: not the `de la` of somebody's, unless it is written as a name is."""
    found = set()
    for name in names:
        for word in _words(_plain(name)):
            folded = word.casefold()
            if _is_short(word) and (folded not in _COMMON or not word.islower()):
                found.add(folded)
    return found - _TITLES


def _short_words(text: str) -> set[str]:
    """Words of two letters that may be a name: with a capital within a sentence, or not common."""
    found, begins = set(), True
    for is_word, letters in groupby(_plain(text), lambda letter: _kind(letter) is not None):
        if not is_word:
            begins = begins or not _SENTENCE_ENDS.isdisjoint(letters)
            continue
        for word in _words("".join(letters)):
            folded = word.casefold()
            if _is_short(word) and (folded not in _COMMON or not (begins or word.islower())):
                found.add(folded)
            begins = False
    return found


def _is_short(word: str) -> bool:
    return len(word) == SHORTEST_NAME and word.isalpha() and not _UNSPACED.match(word)


def _holds_a_run(text: str, secret: Secret, known: Sequence[str]) -> bool:
    """Whether the text holds a secret word in a script without spaces, other than within a word that is known."""
    said = "".join(_plain(text).split())
    known_runs = set(_runs(known, SHORTEST_NAME))
    for run in {*_runs(secret.names, SHORTEST_NAME), *_runs(secret.others, SHORTEST_WORD)} - known_runs:
        rest = said
        for wider in (one for one in known_runs if run in one):
            rest = rest.replace(wider, " ")
        if run in rest:
            return True
    return False


def _runs(texts: Iterable[str], shortest: int) -> Iterator[str]:
    """The words in scripts without spaces that are long enough, and a name of several as one word."""
    for text in texts:
        plain = _plain(text)
        for run in (*_words(plain), "".join(plain.split())):
            enough = shortest if _SYLLABLES.fullmatch(run) else max(shortest, SHORTEST_WORD)
            if len(run) >= enough and all(_kind(letter) == "run" for letter in run):
                yield run


def _words(plain: str) -> list[str]:
    """Of a text without accents; where a script without spaces meets another, one word ends."""
    return ["".join(letters) for kind, letters in groupby(plain, _kind) if kind is not None]


def _kind(letter: str) -> str | None:
    """Of what a letter is part: of a run of a script without spaces, of a word, or of neither."""
    if unicodedata.category(letter)[0] not in "LMN":
        return None
    return "run" if _UNSPACED.match(letter) else "word"


def _plain(text: str) -> str:
    """Without accents, in the one way to write each letter."""
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
