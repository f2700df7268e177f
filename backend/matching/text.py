"""Text in any script, made comparable: folded words, and their Latin form."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from anyascii import anyascii

if TYPE_CHECKING:
    from arabic_name_romanizer import Transliterator

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"['’ʼʻ`´]")  # noqa: RUF001 - apostrophes as people and phones type them
_ARABIC = re.compile(r"[؀-ۿݐ-ݿﭐ-﷿ﹰ-﻿]")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_TATWEEL_AND_MARKS = re.compile(r"[ـً-ٰٟ]")

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
# As passports write them: Ukraine since 2010 (resolution 55: Mykola, Yuliia, Hryhorii), Russia by ICAO 9303 (Iuliia).
_OTHER_CYRILLIC = (
    str.maketrans(dict(zip("гґиіїйєёюя", "h g y i i i ie yo iu ia".split(), strict=True))),  # noqa: SIM905 - Cyrillic
    str.maketrans(dict(zip("йёюяъ", "i e iu ia ie".split(), strict=True))),  # noqa: SIM905 - letter by letter
)

# How a character is read when it is a family name, where that differs from its usual reading.
_FAMILY_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "朴": "piao", "翟": "zhai", "覃": "qin", "洗": "xian", "乐": "yue", "员": "yun", "繁": "po", "秘": "bi",
}  # fmt: skip


def fold(text: str) -> str:
    """The text in NFKC, without case, outer spaces, or the marks that Arabic may leave out."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        # Marks of direction and joiners come with what is pasted from a phone; they would part a word.
        folded = _UNSEEN.sub("", folded)
    return _TATWEEL_AND_MARKS.sub("", _APOSTROPHE.sub("", folded)).strip()


def words(text: str) -> list[str]:
    """The folded words of a text, in order; letters and digits of any script."""
    # Marks that follow a letter (Indic vowels, a decomposed accent) belong to the word.
    composed = unicodedata.normalize("NFC", fold(text))
    if composed.isascii():
        return _WORD.findall(composed)
    spaced = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in composed)
    return spaced.split()


def is_han(text: str) -> bool:
    """Whether the text holds Chinese characters."""
    return not text.isascii() and _HAN.search(text) is not None


def is_arabic(text: str) -> bool:
    """Whether the text holds letters of the Arabic script, which leaves out vowels."""
    return not text.isascii() and _ARABIC.search(text) is not None


@lru_cache(maxsize=65536)
def latin_forms(word: str) -> tuple[str, ...]:
    """A folded word in plain Latin letters, likeliest reading first; empty if it has none.

    Arabic gives its usual romanised spellings, Han its pinyin, all else what anyascii makes of it. Cached, since names
    repeat and Arabic costs a look-up in a database of names (about 1 ms).
    """
    if word.isascii():
        return (word,) if word else ()
    if is_arabic(word):
        return _distinct(_romanised(word)) or bare_forms(word)
    if is_han(word):
        readings = ["".join(parts) for parts in _readings(word)]
        # ü, here v, is written u where no v can be typed, and yu in passports.
        return _distinct([form.replace("v", vowel) for vowel in ("u", "yu", "v") for form in readings])
    read = _letters(anyascii(word))
    if _CYRILLIC.search(word) is None:
        return _distinct([read])
    return _distinct([read, *(_letters(anyascii(word.translate(table))) for table in _OTHER_CYRILLIC)])


def bare_forms(word: str) -> tuple[str, ...]:
    """The letters of an Arabic word one by one, without the vowels it leaves out (`mhmd`); none for other scripts."""
    return _distinct([_letters(anyascii(word))]) if is_arabic(word) else ()


def latin(text: str) -> str:
    """All words of a text in plain Latin letters, one reading each, separated by spaces."""
    return " ".join(forms[0] for forms in map(latin_forms, words(text)) if forms)


def _distinct(forms: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if form))


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold())).replace("_", "")


def _readings(word: str) -> list[list[str]]:
    # Imported at its first use: its dictionaries take longer to load than most commands take to run.
    from pypinyin import Style, pinyin  # noqa: PLC0415 - see above

    usual = [reading[0] for reading in pinyin(word, style=Style.NORMAL)]
    usual = [_letters(anyascii(part)) for part in usual]
    as_family = _FAMILY_READINGS.get(word[0])
    return [usual] if as_family is None else [usual, [as_family, *usual[1:]]]


@cache
def _romaniser() -> "Transliterator":
    # Imported at its first use: it brings numpy and two small models, which a site without Arabic names never needs.
    from arabic_name_romanizer import Transliterator  # noqa: PLC0415 - see above

    return Transliterator()


def _romanised(word: str) -> list[str]:
    candidates = _romaniser().transliterate(word, top_k=3)
    return [_letters(candidate.text) for candidate in candidates]
