"""The cultures of the invented families: their pools of names, pet names, looks, and words for kin."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import accumulate
from random import Random
from types import MappingProxyType
from typing import Any

from tests.bench.people.latin import DATA, arabic_spellings

SEXES = ("F", "M")


@dataclass(frozen=True, slots=True)
class Pool:
    """Names to draw from, with their running shares."""

    names: tuple[str, ...]
    shares: tuple[float, ...]

    def draw(self, random: Random) -> str:
        return random.choices(self.names, cum_weights=self.shares)[0]


@dataclass(frozen=True, slots=True)
class Culture:
    """`kin` gives the words for mother, father, brother, sister, grandmother, aunt; `calls` what a small child says
    for its parents. `latin_script` cultures have one script only.
    """

    locale: str
    language: str
    script: str
    share: int
    given: Mapping[str, Pool]
    family: Mapping[str, Pool]
    alike: Mapping[tuple[str, str], tuple[str, ...]]
    pet_names: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    kin: tuple[str, ...]
    calls: tuple[tuple[str, ...], tuple[str, ...]]
    hair: tuple[str, ...]
    eyes: tuple[str, ...]

    @property
    def latin_script(self) -> bool:
        return self.script == "latin"


_DARK = ("black", "black", "black", "dark brown", "brown")
_MIXED = ("brown", "blond", "dark brown", "black", "black", "red")
_FAIR = ("blond", "light brown", "brown", "dark brown")
_ANY_EYES = ("brown", "blue", "green", "brown", "hazel")
_OWN = (
    ("en_US", "en", "latin", 38, ("mother", "father", "brother", "sister", "grandmother", "aunt"),
     (("Mama", "Mommy", "Mom"), ("Daddy", "Dada", "Dad")), _MIXED, _ANY_EYES),
    ("es_MX", "es", "latin", 22, ("madre", "padre", "hermano", "hermana", "abuela", "tía"),
     (("Mamá", "Mami", "Mama"), ("Papá", "Papi")), _DARK, ("brown", "brown", "brown", "hazel")),
    ("vi_VN", "vi", "latin", 11, ("mẹ", "bố", "anh", "chị", "bà", "cô"),
     (("Mẹ", "Má"), ("Ba", "Bố")), ("black", "black", "dark brown"), ("brown",)),
    ("ar_SA", "ar", "arabic", 10, ("أم", "أب", "أخ", "أخت", "جدة", "خالة"),
     (("ماما", "يما"), ("بابا",)), _DARK, ("brown", "brown", "green")),
    ("zh_CN", "zh", "han", 7, ("妈妈", "爸爸", "哥哥", "姐姐", "奶奶", "阿姨"),
     (("妈妈", "妈"), ("爸爸", "爸")), ("black",), ("brown",)),
    ("ru_RU", "ru", "cyrillic", 6, ("мать", "отец", "брат", "сестра", "бабушка", "тётя"),
     (("Мама",), ("Папа",)), _FAIR, _ANY_EYES),
    ("uk_UA", "uk", "cyrillic", 6, ("мати", "батько", "брат", "сестра", "бабуся", "тітка"),
     (("Мама",), ("Тато",)), _FAIR, _ANY_EYES),
)  # fmt: skip
ENGLISH_KIN = ("mother", "father", "brother", "sister", "grandmother", "aunt")
_MORE_HAN_SECOND = "轩涵怡杰雨琪博嘉晨泽语桐可馨诺天佳文思俊"


@cache
def all_cultures() -> tuple[Culture, ...]:
    """Faker's pools by locale, with the bench's own pet names."""
    pet_names = _pet_names()
    cultures = []
    for locale, language, script, share, kin, calls, hair, eyes in _OWN:
        given, family = _pools(locale)
        cultures.append(
            Culture(
                locale, language, script, share, given, family, _alike(given), MappingProxyType(pet_names[locale]),
                kin, calls, hair, eyes,
            )
        )  # fmt: skip
    return tuple(cultures)


def _pools(locale: str) -> tuple[dict[str, Pool], dict[str, Pool]]:
    # Only the pools are wanted; a Faker object would load all its other providers too.
    provider: Any = import_module(f"faker.providers.person.{locale}").Provider
    given = {sex: _pool(getattr(provider, f"first_names_{word}")) for sex, word in _WORDS}
    if locale in {"ru_RU", "uk_UA"}:
        return given, {sex: _pool(getattr(provider, f"last_names_{word}")) for sex, word in _WORDS}
    if locale == "ar_SA":
        given, family = _arabic(given)
    elif locale == "vi_VN":
        given = {sex: _vietnamese(provider, word) for sex, word in _WORDS}
        family = _pool(dict(zip(provider.last_names, (38, 11, 10, 7, 5, 5, 4, 4, 3, 3), strict=True)))
    else:
        family = _pool(provider.last_names)
        if locale == "zh_CN":
            given = {sex: _han(pool) for sex, pool in given.items()}
        if locale == "es_MX":
            given = {sex: _double(pool) for sex, pool in given.items()}
    return given, dict.fromkeys(SEXES, family)


_WORDS = (("F", "female"), ("M", "male"))


def _pool(names: Mapping[str, float] | Sequence[str]) -> Pool:
    weighted = names if isinstance(names, Mapping) else _falling(names)
    return Pool(tuple(weighted), tuple(accumulate(weighted.values())))


def _falling(names: Sequence[str]) -> dict[str, float]:
    """Shares for a list without any: some names are common, most are not. Which ones goes by their length, not by the
    alphabet, and the order of the list within.
    """
    ordered = sorted(dict.fromkeys(names), key=lambda name: (len(name) * 7919 + sum(map(ord, name))) % 1009)
    return {name: 1 / (place + 8) ** 0.8 for place, name in enumerate(ordered)}


def _arabic(given: dict[str, Pool]) -> tuple[dict[str, Pool], Pool]:
    """Names with known spellings are two thirds; the rest of Faker's are written letter by letter."""
    common: dict[str, list[str]] = {"F": [], "M": []}
    with (DATA / "arabic.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            common[row["sex"].upper()].append(row["name"])
    with (DATA / "arabic_families.csv").open(encoding="utf-8", newline="") as file:
        families = [row["name"] for row in csv.DictReader(file)]
    pools = {}
    for sex in SEXES:
        known = {name: 1 / (place + 6) ** 0.7 for place, name in enumerate(common[sex])}
        others = [name for name in given[sex].names if name not in arabic_spellings()]
        each = sum(known.values()) / 2 / len(others)
        pools[sex] = _pool(known | dict.fromkeys(others, each))
    return pools, _pool(families)


def _vietnamese(provider: Any, word: str) -> Pool:
    """Family names are few there, so given names come with a middle one."""
    singles = [*getattr(provider, f"first_names_{word}"), *provider.first_names_unisex]
    middles = [*provider.middle_names, "Minh", "Gia", "Bảo"]
    usual = "Thị" if word == "female" else "Văn"
    never = "Văn" if word == "female" else "Thị"
    names: dict[str, float] = {}
    for single in singles:
        for middle in middles:
            if middle not in (never, single):
                names[f"{middle} {single}"] = 4.0 if middle == usual else 1.0
        names[single] = 2.0
    return _pool(names)


def _han(pool: Pool) -> Pool:
    """One sign or two; Faker has few of two, so more are made."""
    names = dict.fromkeys(pool.names, 3.0)
    singles = [name for name in pool.names if len(name) == 1]
    for place, first in enumerate(singles):
        for step in range(4):
            names.setdefault(first + _MORE_HAN_SECOND[(place * 3 + step * 5) % len(_MORE_HAN_SECOND)], 2.0)
    return _pool(names)


def _double(pool: Pool) -> Pool:
    """A fifth of the children have two given names; Faker's own have a few such."""
    names = dict(_falling(pool.names))
    whole = sum(names.values())
    singles = [name for name in names if " " not in name]
    pairs = {f"{first} {singles[(place * 17 + 5) % len(singles)]}": 1.0 for place, first in enumerate(singles)}
    return _pool(names | {name: whole / 4 / len(pairs) for name in pairs if len(set(name.split())) > 1})


def _alike(given: Mapping[str, Pool]) -> dict[tuple[str, str], tuple[str, ...]]:
    """By sex and first two letters: what parents of twins choose from."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sex, pool in given.items():
        for name in pool.names:
            found[sex, name[:2]].append(name)
    return {key: tuple(names) for key, names in found.items()}


def _pet_names() -> dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    found: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(dict)
    with (DATA / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["locale"]][row["name"]] = (tuple(row["common"].split(";")), tuple(row["other"].split(";")))
    return found
