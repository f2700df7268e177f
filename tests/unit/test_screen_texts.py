"""The texts of the web app's screens: every language has every one of them."""

import json
import re
from pathlib import Path

import pytest

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


def spoken_in(source: Path) -> set[str]:
    return {"shared"}.union(*(parts for place, parts in SPOKEN_IN.items() if str(source).startswith(place)))
