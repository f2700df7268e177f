"""Evidence has words for people: for every feature and level, in every language, and never more than it was given."""

import json
import re
import string
from importlib.resources import files
from typing import Any

import pytest

from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.domain.person import Item, Names
from backend.matching.sentences import LANGUAGES, LONGEST_QUOTE, QUOTED, sentence
from notifications import catalogue
from tests.unit.matching.people import compared, person, registration, report

ISOLATED = re.compile("\u2068([^\u2068\u2069]*)\u2069")
SAID = [(feature, level) for feature in Feature for level in Level if level is not Level.UNKNOWN]
SCRIPTS = {"ar": "\u0600-\u06ff", "uk": "\u0400-\u04ff"}
"""The letters of the languages that are not written in Latin ones."""


def words_of(language: str) -> dict[str, Any]:
    folder = files("backend.matching") / "data" / "sentences"
    content: dict[str, Any] = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    return content


def names(level: Level, one: str | None, other: str | None) -> Evidence:
    return Evidence(Feature.GIVEN_NAME, level, 1.0, one, other)


def test_the_languages_are_those_of_the_alerts_and_each_has_its_file() -> None:
    folder = files("backend.matching") / "data" / "sentences"
    assert LANGUAGES == catalogue.LANGUAGES
    assert {entry.name for entry in folder.iterdir()} == {f"{language}.json" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_feature_has_words_at_every_level_and_nothing_else_has(language: str) -> None:
    sentences = words_of(language)["sentences"]
    listed = [(feature, level) for feature, levels in sentences.items() for level in levels]
    assert sorted(listed) == sorted(SAID)
    for feature, level in SAID:
        said = sentences[feature][level]
        assert said == sentence(Evidence(feature, level, 1.0), language)
        assert said == said.strip()
        assert 0 < len(said) < 140
        assert not re.search(r"[{}.]", said), "a value has its place in the frame, and the reader sets the full stop"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_levels_of_a_feature_read_differently(language: str) -> None:
    for feature, levels in words_of(language)["sentences"].items():
        assert len(set(levels.values())) == len(levels), feature


@pytest.mark.parametrize(("feature", "level"), SAID)
def test_no_two_languages_say_it_in_the_same_words(feature: Feature, level: Level) -> None:
    piece = Evidence(feature, level, 1.0)
    assert len({sentence(piece, language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(("language", "letters"), SCRIPTS.items())
def test_a_language_is_written_in_its_own_letters(language: str, letters: str) -> None:
    content = words_of(language)
    every = content["sentences"] | {
        f"{kind} {name}": levels for kind in ("two_records", "sighted") for name, levels in content[kind].items()
    }
    texts = [said for levels in every.values() for said in levels.values()]
    for text in texts:
        assert re.search(f"[{letters}]", text), text
        assert not re.search("[A-Za-z]", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_frames_have_the_same_places_in_every_language(language: str) -> None:
    frames = words_of(language)["quoted"]
    places = {
        name: sorted(place for _, place, _, _ in string.Formatter().parse(frame) if place is not None)
        for name, frame in frames.items()
    }
    values = ["registration", "report", "sentence"]
    assert places == {"both": ["sentence", "value"], "each": values, "two": values, "sighted": values}


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_sighting_it_is_said_that_somebody_saw_the_child_and_what_is_quoted_is_of_the_sighting(
    language: str,
) -> None:
    said = set()
    for feature in (Feature.PLACE, Feature.TIME):
        for level in [level for level in Level if level is not Level.UNKNOWN]:
            piece = Evidence(feature, level, 1.0, "Houma", "Gray", "sighting")
            own = sentence(piece._replace(sighting_id=None), language)
            text = sentence(piece, language)
            assert text is not None
            assert text != own
            assert ("Houma" in text) is (feature is Feature.PLACE)
            said.add(text)
    assert len(said) == 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_two_records_of_which_neither_says_who_is_missing_other_words_are_said_of_place_and_time(
    language: str,
) -> None:
    for feature in (Feature.PLACE, Feature.TIME):
        said = {
            (level, of_two): sentence(Evidence(feature, level, 1.0), language, of_two_records=of_two)
            for level in Level
            if level is not Level.UNKNOWN
            for of_two in (False, True)
        }
        for level in (Level.AGREE, Level.CLOSE, Level.CONFLICT):
            assert said[level, True] != said[level, False], (feature, level)
    told = sentence(names(Level.CLOSE, "Lupita", "Guadalupe"), language, of_two_records=True)
    assert told is not None
    assert ISOLATED.findall(told) == ["Lupita", "Guadalupe"]
    assert told != sentence(names(Level.CLOSE, "Lupita", "Guadalupe"), language)


@pytest.mark.parametrize("feature", Feature)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_unknown_says_nothing(feature: Feature, language: str) -> None:
    assert sentence(unknown(feature), language) is None


def test_what_a_comparison_finds_is_told_in_plain_words() -> None:
    one = person(names=Names(given="Lupita", family="Reyes"), years=6, clothing=(Item("shirt", "red"),))
    other = person(names=Names(given="Guadalupe", family="Reyes"), years=14, clothing=(Item("shirt", "red"),))
    found = {piece.feature: sentence(piece) for piece in compared(report(one), registration(other)).evidence}
    assert found[Feature.GIVEN_NAME] == (
        "The given names are alike: “\u2068Lupita\u2069” in the report, “\u2068Guadalupe\u2069” in the registration"
    )
    assert found[Feature.FAMILY_NAME] == "The family names match: “\u2068Reyes\u2069”"
    assert found[Feature.AGE] == "The ages cannot be of one child"
    assert found[Feature.HAIR] is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feature", sorted(QUOTED))
def test_quoted_values_are_isolated_from_the_direction_of_the_sentence(language: str, feature: Feature) -> None:
    said = sentence(Evidence(feature, Level.CLOSE, 1.0, "Lupita 7", "محمد"), language)
    assert said is not None
    assert ISOLATED.findall(said) == ["Lupita 7", "محمد"]
    around = ISOLATED.sub("", said)
    assert "Lupita" not in around
    assert "محمد" not in around


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_that_both_sides_gave_is_quoted_once(language: str) -> None:
    said = sentence(names(Level.AGREE, "Lupita", "Lupita"), language)
    assert said is not None
    assert ISOLATED.findall(said) == ["Lupita"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("one", "other"), [(None, "Lupita"), ("Lupita", None), (None, None), ("", "Lupita")])
def test_a_sentence_quotes_nothing_once_either_value_is_hidden(
    language: str, one: str | None, other: str | None
) -> None:
    assert sentence(names(Level.CLOSE, one, other), language) == sentence(names(Level.CLOSE, None, None), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feature", sorted(set(Feature) - QUOTED))
def test_ids_codes_and_english_words_are_not_quoted(language: str, feature: Feature) -> None:
    for level in (Level.AGREE, Level.DISAGREE):
        bare = sentence(Evidence(feature, level, 1.0), language)
        assert sentence(Evidence(feature, level, 1.0, "0197c0de", "FEMALE"), language) == bare


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_cannot_break_out_of_its_quotation(language: str) -> None:
    said = sentence(names(Level.CLOSE, "a\u2069\u202eb\u200f", "{report}\n{0.bits} \u2067%s"), language)
    assert said is not None
    assert ISOLATED.findall(said) == ["ab", "{report} {0.bits} %s"]
    assert not re.search("[\u202a-\u202e\u2066\u2067\u200f\n]", said)


def test_a_value_too_long_for_a_sentence_is_left_to_the_record() -> None:
    longest, longer = "x" * LONGEST_QUOTE, "x" * (LONGEST_QUOTE + 1)
    assert longest in (sentence(names(Level.CLOSE, longest, "Lupita")) or "")
    assert sentence(names(Level.CLOSE, longer, "Lupita")) == "The given names are alike"


@pytest.mark.parametrize("tag", ["ar-EG", "AR", "ar-Arab-EG"])
def test_a_regional_tag_gets_its_language(tag: str) -> None:
    piece = names(Level.CLOSE, "Lupita", "Guadalupe")
    assert sentence(piece, tag) == sentence(piece, "ar") != sentence(piece, "en")


@pytest.mark.parametrize("tag", [None, "", "tlh", "../en", "english", "e\u0301s", "zh-Hant"])
def test_a_language_without_words_gets_english(tag: str | None) -> None:
    piece = names(Level.CLOSE, "Lupita", "Guadalupe")
    assert sentence(piece, tag) == sentence(piece, "en")
