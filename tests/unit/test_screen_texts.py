"""The texts of the web app's screens: every language has every one of them."""

import json
import re
from pathlib import Path

import pytest

from backend.domain.errors import ErrorCode

LANGUAGES = Path(__file__).parents[2] / "web" / "src" / "languages"
SPOKEN = ("es", "fr", "ht", "vi", "uk", "ar")
PARTS = ("shared", "family", "volunteer", "seen")
DESK = ("coordinator", "map", "calls", "record")
SOURCES = LANGUAGES.parent
SPOKEN_IN = {
    "sighting/": {"seen"},
    "faces/family/": {"family"},
    "faces/family/seen-screen": {"seen"},
    "faces/volunteer/": {"volunteer"},
    "faces/coordinator/": {"coordinator"},
    "faces/coordinator/map/": {"map"},
    "faces/coordinator/map/telling": {"calls"},
    "faces/coordinator/record/": {"record"},
    "faces/coordinator/calls/": {"calls"},
    "faces/coordinator/calls/calls": {"seen"},
}
"""What a screen loads beside the shared texts, by how the name of its file begins."""


def catalogue(language: str, part: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((LANGUAGES / language / f"{part}.json").read_text(encoding="utf-8"))
    return texts


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", SPOKEN)
def test_a_language_has_every_text_with_the_same_values_in_it(language: str, part: str) -> None:
    english, texts = catalogue("en", part), catalogue(language, part)
    assert list(texts) == list(english)
    for key, text in texts.items():
        assert text.strip(), key
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key


def test_no_two_parts_have_a_text_of_the_same_key() -> None:
    keys = [key for part in (*PARTS, *DESK) for key in catalogue("en", part)]
    assert len(keys) == len(set(keys))


def test_a_screen_says_nothing_that_stands_in_another_part_s_texts() -> None:
    """Or people read a key: what is on every face speaks with the texts that every face has."""
    part_of = {key: part for part in (*PARTS, *DESK) for key in catalogue("en", part)}
    misplaced = [
        (str(path.relative_to(SOURCES)), key, part_of[key])
        for path in sorted(SOURCES.rglob("*.ts*"))
        for key in re.findall(r'"([\w.]+)"', path.read_text(encoding="utf-8"))
        if part_of.get(key, "shared") not in spoken_in(path.relative_to(SOURCES))
    ]
    assert misplaced == []


def test_whatever_the_server_refuses_has_words_on_every_phone() -> None:
    """Its own are English; the other languages have every text that English has."""
    assert {f"refused.{code}" for code in ErrorCode} <= set(catalogue("en", "shared"))


def test_what_is_said_of_a_field_is_said_of_one_that_the_server_names() -> None:
    table = (LANGUAGES / "refusals.ts").read_text(encoding="utf-8")
    server = "".join(path.read_text(encoding="utf-8") for path in (SOURCES.parents[1] / "backend").rglob("*.py"))
    rows = re.findall(r'"(\w+) (\w+)": "(refused\.[\w.]+)"', table)
    assert rows
    for code, field, key in rows:
        assert code in set(ErrorCode)
        assert re.search(rf'["}}.]{field}"', server), field
        assert key.startswith(f"refused.{code}.")
    said = {key for key in catalogue("en", "shared") if key.count(".") == 2 and key.startswith("refused.")}
    assert said == {key for _, _, key in rows}


def test_no_phone_shows_the_server_s_own_words() -> None:
    showing = [
        str(path.relative_to(SOURCES))
        for path in sorted(SOURCES.rglob("*.tsx"))
        if not str(path.relative_to(SOURCES)).startswith(("faces/coordinator/", "languages/"))
        and re.search(r"(error|problem|refused)\??\.message|\{ message \}", path.read_text(encoding="utf-8"))
    ]
    assert showing == []


def spoken_in(source: Path) -> set[str]:
    return {"shared"}.union(*(parts for place, parts in SPOKEN_IN.items() if str(source).startswith(place)))
