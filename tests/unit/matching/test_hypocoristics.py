"""The table of pet names: what a volunteer's new line must hold."""

import csv
from collections import Counter
from importlib.resources import files

import pytest
from nicknames import NickNamer

from backend.matching.names import MOST_CLASSES
from backend.matching.tables import nickname_classes, vocabulary
from backend.matching.text import latin_forms, words

AT_LEAST = {
    "es": 800,
    "pt": 300,
    "fr": 250,
    "ht": 250,
    "en": 350,
    "ru": 600,
    "uk": 300,
    "ar": 450,
    "vi": 60,
    "zh": 30,
    "yue": 30,
    "nan": 15,
    "ko": 50,
    "mul": 150,
}


def plain(name: str) -> str:
    return latin_forms("".join(words(name)))[0]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    text = (files("backend.matching") / "data" / "hypocoristics.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def test_every_line_has_a_language_a_name_and_another_form_of_it(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert set(row) == {"language", "name", "hypocoristic"}, row
        assert row["language"] in AT_LEAST, f"unknown language: {row}"
        assert all(value and value == value.strip() for value in row.values()), f"an empty cell or outer spaces: {row}"
        assert plain(row["name"]) != plain(row["hypocoristic"]), f"one name in Latin letters, no line is needed: {row}"


def test_no_line_is_there_twice_either_way_round(rows: list[dict[str, str]]) -> None:
    pairs = Counter(frozenset((plain(row["name"]), plain(row["hypocoristic"]))) for row in rows)
    assert [sorted(pair) for pair, count in pairs.items() if count > 1] == []


def test_no_line_repeats_what_the_package_nicknames_knows(rows: list[dict[str, str]]) -> None:
    known = NickNamer().nickname_lookup
    repeated = [row for row in rows if plain(row["hypocoristic"]) in known.get(plain(row["name"]), ())]
    assert repeated == []


def test_no_pet_name_is_a_word_for_a_parent_or_for_nobody(rows: list[dict[str, str]]) -> None:
    lists = vocabulary()
    no_name = lists["parent"] | lists["no_name"] | lists["nothing"]
    assert [row for row in rows if "".join(words(row["hypocoristic"])) in no_name] == []


def test_each_language_has_its_share(rows: list[dict[str, str]]) -> None:
    counts = Counter(row["language"] for row in rows)
    assert {language for language, least in AT_LEAST.items() if counts[language] < least} == set()
    assert sum(counts.values()) - counts["mul"] >= 1500
    assert sum(counts.values()) >= 2200


def test_no_pet_name_stands_for_more_names_than_a_word_keeps() -> None:
    assert {name for name, full in nickname_classes().items() if len(full) > MOST_CLASSES} == set()
