"""Towns by name, in seven languages and more scripts, with slips; and points in words."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.matching.text import latin, words
from geo.spoken import languages, spoken
from geo.towns import Nearby, Script, Towns, bearing, read_towns

NEW_ORLEANS, HOUMA = (29.9511, -90.0715), (29.5958, -90.7195)


@cache
def towns() -> Towns:
    return read_towns(Script(words, latin))


def first(text: str) -> str | None:
    found = towns().find(text, near=NEW_ORLEANS)
    return found[0].name if found else None


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("behind the church in Huoma, Louisiana", "Houma"),
        ("huoma louisiana", "Houma"),
        ("Baton Rogue LA", "Baton Rouge"),
        ("Port au Prins", "Port-au-Prince"),
        ("cerca de Nueva Orlens", "New Orleans"),
        ("près de la Nouvele Orléans", "New Orleans"),
        ("قرب هيوستن", "Houston"),
        ("هيوستون", "Houston"),
        ("біля Батон-Руж", "Baton Rouge"),
        ("Новий Орлаен", "New Orleans"),
        ("gần Houstn", "Houston"),
        ("Thành phố Hồ Chí Min", "Ho Chi Minh City"),
        ("bò Pòtoprens", "Port-au-Prince"),
        ("nan Pòtopren", "Port-au-Prince"),
        ("新奥尔良", "New Orleans"),
        ("ХЬЮСТН", "Houston"),
        ("NEW ORLAENS", "New Orleans"),
    ],
)
def test_a_town_is_found_in_any_script_and_with_slips(text: str, town: str) -> None:
    assert first(text) == town


def test_of_towns_of_one_name_the_one_near_the_incident_comes_first_and_the_others_follow() -> None:
    assert next(town.region for town in towns().find("Paris", near=(33.6, -95.5))) == "Texas, United States"
    assert next(town.region for town in towns().find("Paris", near=(48.8, 2.3))) == "France"
    assert "France" in {town.region for town in towns().find("Paris")}


def test_the_state_beside_a_town_says_which_one_is_meant() -> None:
    assert towns().find("Houston")[0].region == "Texas, United States"
    assert towns().find("Springfield, Missouri", near=(39.8, -89.6))[0].region == "Missouri, United States"


def test_what_is_no_town_finds_none() -> None:
    for text in ("", "  ", "!!!", "near the Superdome", "x", "a" * 200, "\ud800", "🙂"):
        assert towns().find(text, near=NEW_ORLEANS) == []


@given(st.text(max_size=60))
@settings(max_examples=30, deadline=None)
def test_any_text_is_survived_and_few_are_offered(text: str) -> None:
    assert len(towns().find(text)) <= 8


def test_a_point_is_read_out_as_seen_from_the_town_that_people_would_name() -> None:
    def said(latitude: float, longitude: float, language: str | None = None) -> str:
        nearby = towns().nearest((latitude, longitude))
        assert nearby is not None
        return spoken(nearby, language)

    assert said(29.61, -90.735) == "2 km north-west of Houma"
    assert said(*HOUMA) == "in Houma"
    assert said(29.61, -90.735, "es-MX") == "a 2 km al noroeste de Houma"
    assert said(29.61, -90.735, "tlh") == "2 km north-west of Houma"
    # Gretna is nearer to the Superdome's river bank, and nobody would say so.
    assert said(29.93, -90.07) == "3 km south of New Orleans"


def test_every_language_of_the_alerts_says_every_direction_in_words_of_its_own() -> None:
    assert languages() == {"en", "es", "fr", "ar", "uk", "vi", "ht"}
    town = towns().find("Houma")[0]
    for language in languages():
        said = [spoken(Nearby(town, 2.2, degrees), language) for degrees in range(0, 360, 45)]
        assert len(set(said)) == 8
        assert all("Houma" in one and "2" in one for one in said)
        assert spoken(Nearby(town, 2.2, 359.0), language) == said[0]
        assert spoken(Nearby(town, 0.4, 90.0), language) not in said


def test_directions_go_clockwise_from_north() -> None:
    north, east = (30.0, -90.0), (29.0, -89.0)
    assert bearing((29.0, -90.0), north) == pytest.approx(0, abs=0.1)
    assert bearing((29.0, -90.0), east) == pytest.approx(90, abs=0.5)
    assert bearing(north, (29.0, -90.0)) == pytest.approx(180, abs=0.1)
    assert bearing((0.0, 179.9), (0.0, -179.9)) == pytest.approx(90, abs=0.1)
