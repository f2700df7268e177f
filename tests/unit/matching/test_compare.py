from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest

from backend.domain.evidence import Feature, Level
from backend.domain.person import Age, AgeSource, Item, Mark, MarkKind, Names, Place, Point, Relative, Sex
from backend.domain.subject import Reporter
from backend.matching.compare import compare, compare_if_likely
from backend.matching.context import CATASTROPHIC_KM, default_context
from backend.matching.keys import keys, shared_keys
from backend.matching.profile import profile
from tests.unit.matching.people import FOUND_AT, LOST_AT, compared, described, person, piece, registration, report


def test_ages_six_and_seven_match() -> None:
    comparison = described(person(years=6), person(years=7))
    assert piece(comparison, Feature.AGE).bits > -0.5
    assert piece(comparison, Feature.AGE).level is not Level.DISAGREE
    assert piece(described(person(years=6), person(years=6)), Feature.AGE).level is Level.AGREE


def test_strangers_are_not_compared_to_the_end() -> None:
    mother = (Relative("mother", "Rosaura Quintanilla"),)
    girl = person(names=Names(given="Marisol"), sex=Sex.FEMALE, years=4, relatives=mother)
    boy = person(names=Names(given="Otto"), sex=Sex.MALE, years=14, relatives=mother)
    sides = profile(report(girl)), profile(registration(boy))
    assert compare_if_likely(*sides, default_context(), 0.005) is None
    assert compare_if_likely(*sides, default_context(), 0.0) == compare(*sides, default_context())


def test_an_age_gap_that_cannot_be_weighs_heavily_and_is_finite() -> None:
    gap = piece(described(person(years=2), person(years=14)), Feature.AGE)
    assert gap.level is Level.CONFLICT
    assert -15 < gap.bits < -7


def test_a_narrow_agreement_of_ages_says_more_than_a_wide_one() -> None:
    exact = piece(described(person(born="2019-04-30"), person(born="2019-04-30")), Feature.AGE)
    year = piece(described(person(born="2019-04-30"), person(born="2019")), Feature.AGE)
    assert exact.bits > year.bits > 0


def test_day_and_month_swapped_is_close() -> None:
    swapped = piece(described(person(born="2019-04-03"), person(born="2019-03-04")), Feature.AGE)
    assert swapped.level is Level.CLOSE
    assert swapped.bits > 4


def test_an_age_taken_years_ago_is_moved_to_the_same_day() -> None:
    years_ago = replace(person(), age=Age(minimum=6, maximum=6, as_of=LOST_AT - timedelta(days=4 * 365)))
    assert piece(described(years_ago, person(years=10)), Feature.AGE).level is Level.AGREE
    assert piece(described(years_ago, person(years=6)), Feature.AGE).level in (Level.DISAGREE, Level.CONFLICT)


def test_a_guess_is_given_more_room_than_a_document() -> None:
    guess = replace(person(), age=Age(minimum=4, maximum=4, source=AgeSource.ESTIMATED))
    stated = replace(person(), age=Age(minimum=4, maximum=4, source=AgeSource.DOCUMENT))
    other = person(years=6)
    assert piece(described(guess, other), Feature.AGE).bits > piece(described(stated, other), Feature.AGE).bits


def test_an_age_nobody_dated_still_compares_with_one_that_has_a_date() -> None:
    undated = report(person(years=7), at=None, recorded_at=None)
    comparison = compared(undated, registration(person(born="2018-11-03")))
    assert piece(comparison, Feature.AGE).level is Level.AGREE


def test_opposite_sex_weighs_heavily_and_never_hides_a_pair() -> None:
    girl = person(
        names=Names(full="Quirina Abernathy"),
        born="2019-04-30",
        home=Place(text="12 Canal St, New Orleans"),
        sex=Sex.FEMALE,
    )
    wrong_form = described(girl, replace(girl, sex=Sex.MALE))
    assert piece(wrong_form, Feature.SEX).level is Level.CONFLICT
    assert piece(wrong_form, Feature.SEX).bits < -4
    assert wrong_form.probability > 0.8


def test_a_child_taken_in_before_it_was_lost_is_a_conflict_beyond_twelve_hours_of_slack() -> None:
    lost = report(person())
    within = registration(person(), at=LOST_AT - timedelta(hours=11), recorded_at=LOST_AT - timedelta(hours=11))
    before = registration(person(), at=None, recorded_at=LOST_AT - timedelta(hours=13))
    assert piece(compared(lost, within), Feature.TIME).bits >= 0
    conflict = piece(compared(lost, before), Feature.TIME)
    assert conflict.level is Level.CONFLICT
    assert -10 < conflict.bits < -4


def test_two_people_200_km_and_sixteen_years_apart_stay_low_for_all_their_alike_names() -> None:
    johan = report(person(names=Names(full="Johan Gomez"), years=36), place=Place(point=Point(10.5, -66.9)))
    john = registration(person(names=Names(full="John Alex Gomez"), years=20), place=Place(point=Point(10.5, -65.1)))
    assert compared(johan, john).probability < 0.05


def test_sharing_only_a_sex_is_next_to_nothing() -> None:
    assert described(person(sex=Sex.MALE), person(sex=Sex.MALE)).probability < 0.01


def test_a_name_an_age_and_a_home_that_agree_are_a_match() -> None:
    child = person(
        names=Names(full="Brooke Larson"), years=10, sex=Sex.FEMALE, home=Place(text="2715 William Wall, Clearwater")
    )
    assert described(child, child).probability > 0.98


def test_a_brother_is_not_taken_for_the_child_however_sure_the_family_is() -> None:
    terry = person(
        names=Names(full="Terry Abernathy"),
        years=6,
        sex=Sex.MALE,
        home=Place(text="2639 Ashley Stream, Bradenton"),
        relatives=(Relative("mother", "Judy Abernathy", "+1 504 555 0142"), Relative("father", "Kenneth")),
    )
    patrick = replace(terry, names=Names(full="Patrick Abernathy"), age=Age(minimum=11, maximum=11))
    assert described(terry, patrick).probability < 0.1
    assert described(terry, terry).probability > 0.98


def test_a_phone_a_child_knows_by_heart_finds_its_family_whatever_is_written_around_the_digits() -> None:
    missed = report(person(), reporter=Reporter("Ana Lopez", "mother", "+1 (504) 555-0142"))
    for written in (Relative("mother", phone="504.555.0142"), Relative("mother", name="504 555 0142")):
        comparison = compared(missed, registration(person(relatives=(written,))))
        assert piece(comparison, Feature.PHONE).level is Level.AGREE
        assert piece(comparison, Feature.PHONE).bits > 6
        assert piece(comparison, Feature.PHONE).report_value == "...0142"


def test_the_reporter_counts_as_a_relative() -> None:
    missed = report(person(), reporter=Reporter("Nadia Quackenbush", "mother"))
    comparison = compared(missed, registration(person(relatives=(Relative("mamá", "Nadia"),))))
    assert piece(comparison, Feature.RELATIVES).level is Level.AGREE
    assert piece(comparison, Feature.RELATIVES).bits > 3


def test_a_mother_called_mama_says_nothing() -> None:
    missed = report(person(), reporter=Reporter("Nadia Larson", "mother"))
    comparison = compared(missed, registration(person(relatives=(Relative("mother", "Mama"),))))
    assert piece(comparison, Feature.RELATIVES).level is Level.UNKNOWN


def test_a_mark_of_one_kind_at_one_place_is_told_in_any_words() -> None:
    here = person(marks=(Mark(MarkKind.SCAR, "left knee"), Mark(MarkKind.MOLE, "chin")))
    there = person(marks=(Mark(MarkKind.SCAR, "rodilla izquierda"),))
    found = piece(described(here, there), Feature.MARKS)
    assert found.level is Level.AGREE
    assert found.bits > 2
    assert piece(described(here, person(marks=(Mark(MarkKind.BURN, "back"),))), Feature.MARKS).level is Level.DISAGREE


def test_clothing_says_less_the_longer_ago_the_child_was_last_seen() -> None:
    dressed = person(clothing=(Item("t-shirt", "red"), Item("shoes", "blue")))
    in_words = person(clothing=(Item("camiseta", "roja"), Item("zapatos", "azul")))
    soon = piece(compared(report(dressed), registration(in_words)), Feature.CLOTHING)
    later_at = LOST_AT + timedelta(days=20)
    later = piece(
        compared(report(dressed), registration(in_words, at=later_at, recorded_at=later_at)), Feature.CLOTHING
    )
    assert soon.level is later.level is Level.AGREE
    assert soon.bits > 3
    assert 0 < later.bits < 1


def test_evidence_names_every_feature_and_shows_what_was_compared() -> None:
    comparison = described(person(hair="rubia", height_cm=104), person(hair="blond", height_cm=106))
    assert {found.feature for found in comparison.evidence} == set(Feature) - {Feature.TOGETHER}
    assert piece(comparison, Feature.HAIR).level is Level.AGREE
    assert piece(comparison, Feature.HEIGHT).report_value == "104 cm"
    assert piece(comparison, Feature.EYES).registration_value is None


def test_bits_are_the_prior_and_the_evidence_and_nothing_else() -> None:
    child = person(names=Names(full="Brooke Larson"), years=10, sex=Sex.FEMALE, home=Place(text="12 Elm, Tampa"))
    comparison = described(child, child)
    total = default_context().prior_bits + sum(found.bits for found in comparison.evidence)
    assert comparison.bits == pytest.approx(total)


def test_where_people_are_carried_far_a_distance_says_less() -> None:
    near = profile(report(person(), place=Place(point=Point(29.95, -90.07))))
    far = profile(registration(person(), place=Place(point=Point(29.76, -95.37))))
    local = compare(near, far, default_context())
    katrina = compare(near, far, default_context(CATASTROPHIC_KM))
    assert piece(katrina, Feature.PLACE).bits > piece(local, Feature.PLACE).bits


def test_a_child_without_a_name_is_found_by_place_age_and_sex() -> None:
    missed = report(person(years=2, sex=Sex.FEMALE), place=Place(point=Point(27.99, -82.77)))
    nameless = registration(person(years=1, sex=Sex.FEMALE), place=Place(point=Point(27.95, -82.78)))
    by_town = registration(person(years=1, sex=Sex.FEMALE), place=Place(text="Clearwater"))
    missed_by_town = report(person(years=2, sex=Sex.FEMALE, home=Place(text="12 Elm St, Clearwater")))
    assert shared_keys(profile(missed), profile(nameless))
    assert shared_keys(profile(missed_by_town), profile(by_town))


def test_a_profile_and_a_comparison_cost_far_less_than_a_millisecond() -> None:
    child = person(
        names=Names(given="Brooke", family="Larson"),
        years=10,
        sex=Sex.FEMALE,
        home=Place(text="2715 William Wall, Clearwater", point=Point(27.99, -82.77)),
        relatives=(Relative("mother", "Karen Larson"), Relative("father", "Michael")),
        marks=(Mark(MarkKind.MOLE, "left cheek"),),
        clothing=(Item("t-shirt", "red"),),
    )
    one, other = report(child), registration(child, recorded_at=FOUND_AT)
    left, right, context = profile(one), profile(other), default_context()
    assert _median_seconds(lambda: profile(one)) < 0.001
    assert _median_seconds(lambda: compare(left, right, context)) < 0.0005
    assert _median_seconds(lambda: keys(left)) < 0.0005


def _median_seconds(work: object) -> float:
    assert callable(work)
    spent = []
    for _ in range(50):
        started = perf_counter()
        work()
        spent.append(perf_counter() - started)
    return median(spent)
