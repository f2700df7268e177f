"""How a name changes on its way to paper: into Latin letters, and with a slip of the hand."""

import re
import unicodedata
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from anyascii import anyascii
from pypinyin import Style, pinyin

if TYPE_CHECKING:
    from arabic_name_romanizer import Transliterator

_HAN = re.compile(r"[一-鿿]")
_ARABIC = re.compile(r"[؀-ۿ]")
_HEARD_ALIKE = (("ph", "f"), ("ck", "k"), ("ie", "y"), ("y", "i"), ("c", "k"), ("z", "s"), ("sh", "ch"), ("ou", "u"))


def latin(name: str) -> str:
    """A name as an English-speaking volunteer writes it, each word with a capital."""
    return " ".join(_latin_word(word).replace("'", "").capitalize() for word in name.split())


def without_accents(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def with_a_slip(random: Random, name: str) -> str:
    """The name with one mistake: a letter doubled, left out or swapped with the next, or a sound spelt another way."""
    inner = range(1, len(name) - 1)
    if len(inner) < 2:  # noqa: PLR2004 (two letters inside, to swap)
        return name
    at = random.choice(inner)
    alike = [(heard, other) for heard, other in _HEARD_ALIKE if heard in name[1:]]
    match random.randrange(4):
        case 0:
            return name[:at] + name[at] + name[at:]
        case 1:
            return name[:at] + name[at + 1 :]
        case 2 if alike:
            heard, other = random.choice(alike)
            return name[0] + name[1:].replace(heard, other, 1)
        case _:
            at = random.choice(inner[:-1])
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _latin_word(word: str) -> str:
    if _HAN.search(word):
        return "".join(reading[0] for reading in pinyin(word, style=Style.NORMAL))
    if _ARABIC.search(word):
        return str(_romaniser().transliterate(word))
    return anyascii(word)


@cache
def _romaniser() -> "Transliterator":
    # Imported at its first use: it brings numpy and two small models.
    from arabic_name_romanizer import Transliterator  # noqa: PLC0415 (see above)

    return Transliterator()
