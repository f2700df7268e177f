"""Every language has words for every kind of message."""

import json
from importlib.resources import files

import pytest

from notifications.catalogue import LANGUAGES, objecting, stopping, text
from notifications.messages import Kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_a_title_and_a_body_for_every_kind_and_nothing_else(language: str) -> None:
    content = json.loads(files("notifications.catalogue").joinpath(f"{language}.json").read_text(encoding="utf-8"))
    assert set(content) == set(Kind)
    for words in content.values():
        assert set(words) == {"title", "body"}
        assert all(part.strip() == part and part for part in words.values())
        assert "{" not in str(list(words.values())), "a text has no place for a name to be put in"


def test_every_catalogue_file_is_a_known_language() -> None:
    names = {entry.name for entry in files("notifications.catalogue").iterdir() if entry.name.endswith(".json")}
    assert names == {f"{language}.json" for language in LANGUAGES}


@pytest.mark.parametrize("kind", Kind)
def test_no_two_languages_say_it_in_the_same_words(kind: Kind) -> None:
    assert len({text(language, kind).title for language in LANGUAGES}) == len(LANGUAGES)


def test_a_regional_tag_gets_its_language() -> None:
    assert text("es-MX", Kind.REPORT_NEWS) == text("es", Kind.REPORT_NEWS)


@pytest.mark.parametrize("language", ["", "tlh", "../en", "english"])
def test_a_language_without_a_catalogue_gets_english(language: str) -> None:
    assert text(language, Kind.REPORT_NEWS) == text("en", Kind.REPORT_NEWS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_words_for_ending_e_mails(language: str) -> None:
    words = stopping(language)
    assert all(part.strip() == part and part for part in (words.stop, words.stopped, words.explained))
    assert language == "en" or words != stopping("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_words_for_saying_that_it_was_not_oneself(language: str) -> None:
    words = objecting(language)
    said = (words.asked, words.object, words.objected, words.explained)
    assert all(part.strip() == part and part for part in said)
    assert language == "en" or words != objecting("en")
