"""A pair whose names are spelled otherwise, found in a crowd; and one that distance, age and name do not make."""

from dataclasses import replace
from itertools import islice, product

import pytest

from backend.domain.person import Age, Names, Person, Place, Point, Relative
from backend.domain.subject import Side, Subject
from backend.exchange.pairs import match_lists
from backend.matching.compare import compare
from backend.matching.context import default_context
from backend.matching.profile import profile
from backend.matching.text import words
from tests.unit.matching.people import FOUND_AT, LOST_AT

PROPOSE = 0.3
GIVEN = words(
    "Ahmed Mohamed Youssef Omar Ali Hassan Khaled Ibrahim Tarek Samir Karim Bilal Anas Hamza Rami Yazan Osman Rashid "
    "Ana Luis Carlos Sofia Diego Maria Minh Hoa Linh Katya Ivan Olena Jayden Emma Liam Noah Usman Adam Zaid Fadi"
)
FATHERS = words(
    "Yazan Rashid Hasan Mahmoud Ziad Nabil Adel Majed Jorge Pedro Dung Petro John Mark Sami Fares Amin Omar"
)
FAMILY = words(
    "Rashid Hassan Khalil Haddad Mansour Najjar Saleh Garcia Lopez Nguyen Tran Petrov Smith Jones Brown Nasser"
)


def child(key: str, side: Side, name: str, father: str, years: float = 13) -> Subject:
    person = Person(
        names=Names(full=name), age=Age(minimum=years, maximum=years), relatives=(Relative("father", father),)
    )
    at = LOST_AT if side is Side.REPORT else FOUND_AT
    return Subject(side, key, person, (), at, FOUND_AT)


def others(count: int) -> list[Subject]:
    named = islice(product(GIVEN, FATHERS, FAMILY), count)
    return [
        child(f"other-{index}", Side.REGISTRATION, f"{given} Al-{family}", f"{father} {family}", 5 + index % 12)
        for index, (given, father, family) in enumerate(named)
    ]


def test_a_name_romanised_otherwise_ranks_first_among_ten_thousand() -> None:
    wanted = child("wanted", Side.REPORT, "Usama Yazan Al-Rashid", "Yazan Al-Rashid")
    crowd = others(10_000)
    found = child("found", Side.REGISTRATION, "Ausama Al Rashid", "Yazen Al-Rashid")
    pairs = match_lists([wanted], [*crowd[:5000], found, *crowd[5000:]], default_context(), top=3)
    assert pairs[0].registration_id == "found"
    assert pairs[0].comparison.bits > pairs[1].comparison.bits + 3


@pytest.mark.parametrize("scale", [15.0, 200.0])
def test_a_like_name_far_away_and_of_another_age_is_not_proposed(scale: float) -> None:
    here, there = Place(point=Point(30.0, -90.0)), Place(point=Point(31.8, -90.0))  # 200 km
    report = replace(child("R", Side.REPORT, "Johan Gomez", "", 36), places=(here,))
    registration = replace(child("S", Side.REGISTRATION, "John Alex Gomez", "", 20), places=(there,))
    assert compare(profile(report), profile(registration), default_context(scale)).probability < PROPOSE
