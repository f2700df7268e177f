"""What counts as new since a rejection: other values, never other weights, and never a place."""

from backend.domain.evidence import Evidence, Feature, Level
from backend.matching.reopening import in_words, new_evidence

NAME = Evidence(Feature.FAMILY_NAME, Level.AGREE, 5.0, "Quintanilla", "Quintanilla")
AGE = Evidence(Feature.AGE, Level.AGREE, 2.0, "7", "7")
NO_MARKS = Evidence(Feature.MARKS, Level.UNKNOWN, 0.0)
MARKS = Evidence(Feature.MARKS, Level.AGREE, 3.0, "scar left knee", "scar left knee")


def piece(feature: Feature, bits: float, value: str) -> Evidence:
    return Evidence(feature, Level.AGREE, bits, value, value)


def test_a_value_that_was_not_there_is_new_by_what_it_weighs() -> None:
    assert new_evidence((NAME, AGE, NO_MARKS), (NAME, AGE, MARKS)) == {Feature.MARKS: 3.0}


def test_another_weight_of_the_same_values_is_not_new() -> None:
    heavier = Evidence(Feature.AGE, Level.AGREE, 12.0, "7", "7")
    assert new_evidence((NAME, AGE), (NAME, heavier)) == {}


def test_a_value_that_now_disagrees_counts_against() -> None:
    worse = Evidence(Feature.AGE, Level.CONFLICT, -6.0, "15", "7")
    assert new_evidence((AGE,), (worse,)) == {Feature.AGE: -8.0}


def test_place_time_and_what_brothers_say_are_never_new() -> None:
    now = [piece(feature, 9.0, "near") for feature in (Feature.PLACE, Feature.TIME, Feature.TOGETHER)]
    assert new_evidence((), now) == {}


def test_what_speaks_for_the_family_is_counted_as_a_whole() -> None:
    bounded = Evidence(Feature.FAMILY_NAME, Level.AGREE, 3.0, "Quintanilla", "Quintanilla")
    phone = piece(Feature.PHONE, 6.0, "5045550142")
    gained = new_evidence((NAME,), (bounded, phone))
    assert (gained[Feature.PHONE], gained[Feature.FAMILY_NAME]) == (6.0, -2.0)
    assert sum(gained.values()) == 4.0


def test_the_reason_is_told_in_words_the_weightiest_first() -> None:
    gained = {Feature.AGE: -0.5, Feature.MARKS: 3.04, Feature.PHONE: 6.0, Feature.SEX: 0.01}
    assert in_words(gained) == "New since it was rejected: PHONE +6.0 bits, MARKS +3.0 bits, AGE -0.5 bits"
