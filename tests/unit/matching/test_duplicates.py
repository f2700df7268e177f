"""Two records of one side: moved or written down twice, brothers and sisters, two relatives."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.evidence import Comparison, Feature, Level
from backend.domain.person import Item, Mark, MarkKind, Names, Place, Point, Relative, Sex
from backend.domain.subject import Reporter
from backend.matching.context import default_context
from backend.matching.duplicates import compare_duplicates
from backend.matching.profile import Profile, profile
from tests.unit.matching.people import FOUND_AT, LOST_AT, person, piece, registration, report

CONTEXT = default_context()
NEW_ORLEANS, HOUSTON = Place(point=Point(29.9511, -90.0715)), Place("Houston", Point(29.7604, -95.3698))
MARISOL: dict[str, Any] = {"names": Names(given="Marisol", family="Quintanilla"), "sex": Sex.FEMALE, "years": 8.0}
SCAR = (Mark(MarkKind.SCAR, "left knee"),)
MOTHER = Reporter("Rosaura Quintanilla", "mother", "+1 504 555 0142")
AUNT = Reporter("Carmen Quintanilla", "aunt", "+1 713 555 0177")


def taken_in(place: Place = NEW_ORLEANS, hours: float = 0, **described: Any) -> Profile:
    at = FOUND_AT + timedelta(hours=hours)
    return profile(registration(person(**{**MARISOL, **described}), at=at, place=place, recorded_at=at))


def missed(reporter: Reporter, days: float = 0, **described: Any) -> Profile:
    at = LOST_AT + timedelta(days=days)
    return profile(report(person(**{**MARISOL, **described}), at=at, place=NEW_ORLEANS, reporter=reporter))


def alike(one: Profile, other: Profile, *, together: bool = False) -> Comparison:
    return compare_duplicates(one, other, CONTEXT, together=together)


def test_one_child_registered_twice_at_a_site_is_likely() -> None:
    assert alike(taken_in(), taken_in(hours=3)).probability > 0.9


def test_a_child_moved_by_bus_and_registered_again_is_likely_and_being_far_away_weighs_little() -> None:
    moved = alike(taken_in(), taken_in(HOUSTON, hours=24))
    assert moved.probability > 0.5
    assert -2 < piece(moved, Feature.PLACE).bits < 0
    assert piece(moved, Feature.TIME).level is Level.UNKNOWN


def test_a_child_cannot_be_in_two_distant_places_within_the_hour() -> None:
    at_once = alike(taken_in(), taken_in(HOUSTON, hours=0.5))
    assert piece(at_once, Feature.TIME).level is Level.CONFLICT
    assert at_once.probability < 0.3


def test_children_registered_together_are_never_one_child() -> None:
    alone = alike(taken_in(marks=SCAR), taken_in(marks=SCAR))
    together = alike(taken_in(marks=SCAR), taken_in(marks=SCAR), together=True)
    assert piece(together, Feature.TOGETHER).level is Level.CONFLICT
    assert together.probability < 0.3 < alone.probability


def test_twins_registered_one_by_one_are_kept_apart_by_their_names() -> None:
    mother = (Relative("mother", "Rosaura Quintanilla", "+1 504 555 0142"),)
    born: dict[str, Any] = {"years": None, "born": "2018-03-09", "relatives": mother}
    twin = taken_in(names=Names(given="Lucero", family="Quintanilla"), **born)
    assert alike(taken_in(**born), twin).probability < 0.3
    assert alike(taken_in(**born), taken_in(**born)).probability > 0.95


def test_nobody_is_lost_before_being_found_here() -> None:
    assert piece(alike(taken_in(hours=-72), taken_in()), Feature.TIME).level is Level.UNKNOWN
    assert piece(alike(missed(MOTHER, days=2), missed(AUNT)), Feature.TIME).level is Level.UNKNOWN


def test_two_relatives_who_miss_one_child_are_likely_although_they_are_different_people() -> None:
    found = alike(missed(MOTHER), missed(AUNT, days=0.5, names=Names(full="Marisol Quintanilla")))
    assert found.probability > 0.9


def test_one_mother_s_reports_of_two_children_are_not_of_one() -> None:
    brother = missed(MOTHER, names=Names(given="Mateo", family="Quintanilla"), sex=Sex.MALE, years=5.0)
    assert alike(missed(MOTHER), brother).probability < 0.05


def test_last_seen_weeks_apart_speaks_against_two_reports() -> None:
    assert piece(alike(missed(MOTHER), missed(AUNT, days=20)), Feature.TIME).bits < 0


def test_what_a_toddler_wore_and_its_scar_count_where_nobody_knows_a_name() -> None:
    worn = (Item("t-shirt", "red"), Item("shoes", "blue"))
    nameless: dict[str, Any] = {"names": Names(), "years": 2.0, "marks": SCAR, "clothing": worn}
    bare: dict[str, Any] = {"names": Names(), "years": 2.0}
    assert alike(taken_in(**nameless), taken_in(**nameless)).bits > alike(taken_in(**bare), taken_in(**bare)).bits + 4


names = st.sampled_from([Names(), Names(given="Marisol"), Names(full="Mari Quintanilla"), Names(as_said="Lupita")])
profiles = st.builds(
    taken_in,
    st.sampled_from([NEW_ORLEANS, HOUSTON, Place("Houston"), Place()]),
    st.sampled_from([0.0, 0.5, 30.0]),
    names=names,
    sex=st.sampled_from([None, Sex.FEMALE, Sex.MALE]),
    years=st.sampled_from([None, 7.0, 8.0]),
    hair=st.sampled_from([None, "black", "brown"]),
)


@given(profiles, profiles, st.booleans())
def test_whichever_is_named_first_the_bits_are_the_same_and_each_value_stays_with_its_record(
    one: Profile,
    other: Profile,
    together: bool,  # noqa: FBT001 (hypothesis passes values by place)
) -> None:
    here, there = alike(one, other, together=together), alike(other, one, together=together)
    assert abs(here.bits - there.bits) < 1e-9
    assert {(part.feature, part.report_value, part.registration_value) for part in here.evidence} == {
        (part.feature, part.registration_value, part.report_value) for part in there.evidence
    }
