import pytest

from backend.domain.evidence import Feature, Level
from backend.domain.person import Names
from backend.matching.keys import shared_keys
from backend.matching.profile import profile
from tests.unit.matching.people import described, person, piece, registration, report


def full(name: str) -> Names:
    return Names(full=name)


def said(name: str) -> Names:
    return Names(as_said=name)


def name_bits(one: Names, other: Names) -> float:
    comparison = described(person(names=one), person(names=other))
    return piece(comparison, Feature.GIVEN_NAME).bits + piece(comparison, Feature.FAMILY_NAME).bits


SAME = [
    (full("محمد الحسن"), said("Mohamed")),
    (full("أحمد الحسن"), said("Ahmed")),
    (full("محمد الحسن"), full("Mohammed Al-Hassan")),
    (full("محمد الحسن"), full("Muhammad Alhasan")),
    (full("احمد"), full("أحمد")),
    (full("Екатерина Соколова"), said("Katya")),
    (full("Александр Щербаков"), full("Oleksandr Shcherbakov")),
    (full("王小明"), full("Xiaoming Wang")),
    (full("王小明"), full("Wang Xiao Ming")),
    (full("王小明"), Names(given="XiaoMing", family="Wang")),
    (Names(given="小明", family="王"), said("Xiaoming")),
    (full("Nguyễn Thị Hoa"), full("Hoa Nguyen")),
    (full("Phúc Lê"), full("PHUC LE")),
    (full("José Gómez"), full("Jose Gomez")),
    (Names(given="Guadalupe", family="Hernández López"), Names(given="Lupita", family="Lopez")),
    (Names(given="Jean-Baptiste", family="Pierre"), said("Jean")),
    (Names(given="Robert"), said("Bobby")),
    (Names(given="Robert", family="Larson"), Names(given="Larson", family="Robert")),
    (full("Sean O'Brien"), full("OBrien Sean")),
    (Names(given="María José"), said("Majo")),
    (Names(given="Gabriela", others=("Gaby",)), said("Gaby")),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=str)
def test_two_ways_to_write_a_name_agree_and_share_a_key(one: Names, other: Names) -> None:
    assert name_bits(one, other) > 3.5
    assert name_bits(other, one) > 3.5
    described_one = person(names=one, years=6)
    described_other = person(names=other, years=7)
    here, there = profile(report(described_one)), profile(registration(described_other))
    assert shared_keys(here, there)
    assert shared_keys(there, here)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Cristal", "Critsal"),
        ("Montemayor", "Motemayor"),
        ("Elizabeth", "Elizabth"),
        ("Elizabeth", "Elisabeth"),
        ("Shcherbakov", "Sherbakov"),
        ("Larson", "Larsson"),
    ],
)
def test_one_typo_does_not_break_a_name(right: str, wrong: str) -> None:
    assert name_bits(full(right), full(wrong)) > 3


DIFFERENT = [
    ("Mohamed", "Mahmoud"),
    ("محمد", "محمود"),
    ("Hoa", "Huong"),
    ("Lan", "Linh"),
    ("Faina", "Naina"),
    ("Anna", "Hugo"),
    ("Li", "Lu"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_name_that_looks_or_sounds_alike_is_not_taken_for_the_same(one: str, other: str) -> None:
    assert name_bits(full(one), full(other)) <= 1


@pytest.mark.parametrize(
    "nobody", ["Mama", "mamá", "ماما", "妈妈", "unknown", "Unknown Child", "desconocido", "J", "", "???"]
)
def test_what_is_no_name_says_nothing(nobody: str) -> None:
    comparison = described(person(names=full("Ana Ruiz")), person(names=full(nobody)))
    assert piece(comparison, Feature.GIVEN_NAME).level is Level.UNKNOWN
    assert piece(comparison, Feature.FAMILY_NAME).level is Level.UNKNOWN
    assert profile(registration(person(names=said(nobody)))).names == ()


def test_a_rare_name_says_more_than_a_common_one() -> None:
    rare = name_bits(Names(family="Quackenbush"), Names(family="Quackenbush"))
    common = name_bits(Names(family="Nguyen"), Names(family="Nguyen"))
    assert rare > common + 4


def test_a_missing_part_of_a_name_weighs_nothing() -> None:
    alone = described(person(names=Names(given="Brooke", family="Larson")), person(names=Names(given="Brooke")))
    assert piece(alone, Feature.FAMILY_NAME).level is Level.UNKNOWN
    assert piece(alone, Feature.GIVEN_NAME).level is Level.AGREE


def test_a_given_name_met_as_family_name_is_close_and_says_less() -> None:
    straight = Names(given="Robert", family="Larson")
    crossed = Names(given="Larson", family="Robert")
    comparison = described(person(names=straight), person(names=crossed))
    assert piece(comparison, Feature.GIVEN_NAME).level is Level.CLOSE
    assert name_bits(straight, crossed) < name_bits(straight, straight)


def test_different_given_names_under_one_surname_disagree() -> None:
    comparison = described(
        person(names=Names(given="Clemente", family="Montemayor")),
        person(names=Names(given="Vicente", family="Montemayor")),
    )
    assert piece(comparison, Feature.GIVEN_NAME).level is Level.DISAGREE
    assert piece(comparison, Feature.FAMILY_NAME).level is Level.AGREE


def test_marks_of_tone_that_differ_say_less_than_marks_left_out() -> None:
    assert name_bits(full("Hòa"), full("Hóa")) < name_bits(full("Hòa"), full("Hoa"))
