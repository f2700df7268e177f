"""Names of other scripts in Latin letters, by several hands. Apart from the matcher's romanisers, so as to prove them.

Each word has a usual way and a rarer one (another country's habit); which is taken is the caller's draw.
"""

import csv
import unicodedata
from functools import cache
from pathlib import Path
from random import Random
from types import MappingProxyType

DATA = Path(__file__).parent / "data"

# BGN/PCGN and passport habits first, then an informal, a German and a French hand.
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_RUSSIAN_HANDS = (
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya",
    "a b v g d e yo zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia",
    "a b v g d e io j z i y k l m n o p r s t u f h c ch sh sch - i - e yu ya",
    "a b w g d je jo sch s i i k l m n o p r s t u f ch z tsch sch schtsch - y - e ju ja",
)
_UKRAINIAN = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'\N{MODIFIER LETTER APOSTROPHE}\N{RIGHT SINGLE QUOTATION MARK}"
_UKRAINIAN_HANDS = (
    "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch - iu ia - - -",
    "a b v h g d e ye zh z y i yi y k l m n o p r s t u f kh ts ch sh shch - yu ya - - -",
    "a b v g g d e e zh z i i i y k l m n o p r s t u f h ts ch sh sch - yu ya - - -",
    "a b w h g d e je sch s y i ji j k l m n o p r s t u f ch z tsch sch schtsch - ju ja - - -",
)
_ARABIC_SIGNS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأؤإئپگ "
_ARABIC_HANDS = tuple(
    tuple(hand.split())
    for hand in (
        "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w i a a - a a u i i p g",
        "a b t t g h h d z r z s ch s d t z a g f k k l m n h ou i a a - a a ou i i p g",
    )
)
_TABLES = MappingProxyType(
    {
        language: tuple(
            {ord(sign): ("" if sound == "-" else sound) for sign, sound in zip(signs, hand.split(), strict=True)}
            for hand in hands
        )
        for language, signs, hands in (
            ("ru", _RUSSIAN, _RUSSIAN_HANDS),
            ("uk", _UKRAINIAN, _UKRAINIAN_HANDS),
        )
    }
)
_OLD_PINYIN = (("zh", "ch"), ("q", "ch"), ("x", "hs"), ("j", "ch"), ("z", "ts"), ("c", "ts"), ("r", "j"))
_CANTONESE = MappingProxyType(
    {
        "wang": "Wong", "chen": "Chan", "huang": "Wong", "li": "Lee", "zhang": "Cheung", "lin": "Lam", "wu": "Ng",
        "liu": "Lau", "zhou": "Chow", "xu": "Tsui", "he": "Ho", "zheng": "Cheng", "liang": "Leung", "guo": "Kwok",
        "zhao": "Chiu", "xie": "Tse", "ye": "Yip", "lu": "Lo", "yang": "Yeung", "deng": "Tang", "luo": "Law",
    }
)  # fmt: skip
_VOWELS = tuple("aeiou")
_LONG = MappingProxyType({"و": "ou", "ي": "i", "ى": "a"})


def without_accents(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def latin(name: str, language: str, random: Random, rare: float) -> str:
    """A name in Latin letters; `rare` is the share of unusual hands."""
    if language in _TABLES:
        hands = _TABLES[language]
        hand = hands[3] if random.random() < rare / 2 else hands[int(random.random() * 3)]
        return _capitals(name.lower().translate(hand))
    if language == "ar":
        return _arabic(name, random, rare)
    if language == "zh":
        return _han(name, random, rare)
    return name


def latin_family(name: str, language: str, random: Random, rare: float) -> str:
    """As `latin`, for a family name: a Cantonese family keeps its own."""
    written = latin(name, language, random, rare)
    if language == "zh" and random.random() < rare / 2:
        return _CANTONESE.get(written.lower(), written)
    return written


def _capitals(name: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in name.split(" "))


def _arabic(name: str, random: Random, rare: float) -> str:
    known = arabic_spellings().get(name)
    if known is not None:
        usual, rarer = known
        return random.choice(rarer if random.random() < rare else usual)
    return " ".join(_arabic_word(word, random, rare) for word in name.split(" "))


def _arabic_word(word: str, random: Random, rare: float) -> str:
    """Letter by letter, with vowels where consonants would stand together: a volunteer's way."""
    known = arabic_spellings().get(word)
    if known is not None:
        return random.choice(known[0])
    if word == "عبد":
        return "Abd" if random.random() < 0.5 else "Abdul"
    if word.startswith("ال") and len(word) > 3:
        return random.choice(("Al-", "Al ", "al-", "El ")) + _arabic_word(word[2:], random, rare)
    hand = _ARABIC_HANDS[random.random() < rare]
    written = ""
    for place, sign in enumerate(word):
        if sign not in _ARABIC_SIGNS[:-1]:
            continue
        sound = hand[_ARABIC_SIGNS.index(sign)]
        if place and sign in _LONG:
            sound = _LONG[sign] if written[-1:] not in _VOWELS else sound
        elif written and sound and sound[0] not in _VOWELS and written[-1] not in _VOWELS:
            written += "a" if place == 1 else "i"
        written += sound
    return _capitals(written)


def _han(name: str, random: Random, rare: float) -> str:
    syllables = [pinyin().get(sign, "") for sign in name]
    if random.random() < rare / 3:
        syllables = [_older(syllable) for syllable in syllables]
    drawn = random.random()
    if drawn < 0.6 or len(syllables) == 1:
        return "".join(syllables).capitalize()
    joint = "-" if drawn < 0.75 else " "
    return joint.join(syllable.capitalize() for syllable in syllables)


def _older(syllable: str) -> str:
    for new, old in _OLD_PINYIN:
        if syllable.startswith(new):
            return old + syllable[len(new) :]
    return syllable


@cache
def pinyin() -> dict[str, str]:
    """The syllable of each sign that the bench's names use, without tones; family names have their own reading."""
    with (DATA / "pinyin.csv").open(encoding="utf-8", newline="") as file:
        return {row["sign"]: row["syllable"] for row in csv.DictReader(file)}


@cache
def arabic_spellings() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Usual and rarer Latin spellings of the Arabic names of the bench."""
    found = {}
    for name in ("arabic.csv", "arabic_families.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["name"]] = (tuple(row["common"].split(";")), tuple(row["rarer"].split(";")))
    return found
