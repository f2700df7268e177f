"""Sightings that staff linked with a report, as evidence of place and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.evidence import Evidence, Feature, Level
from backend.domain.person import Place, Point
from backend.domain.subject import Sighted, Subject
from backend.matching.compare import compare
from backend.matching.context import default_context
from backend.matching.duplicates import compare_duplicates
from backend.matching.keys import shared_keys
from backend.matching.news import probability_for_the_family
from backend.matching.profile import profile
from backend.store.codec import pack, unpack
from tests.unit.matching.people import LOST_AT, compared, person, piece, registration, report

NEW_ORLEANS = Place("New Orleans", Point(29.9511, -90.0715))
HOUSTON = Place("Houston", Point(29.7604, -95.3698))
BUS_STATION = Place("Bus station", Point(29.7483, -95.3694))
DAY = timedelta(days=1)
FOUND = registration(person(), at=LOST_AT + 4 * DAY, place=HOUSTON, recorded_at=LOST_AT + 4 * DAY)

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
places = st.builds(Place, st.sampled_from([None, "Houston", "home", "a bus"]), st.none() | points)
moments = st.none() | st.datetimes(
    LOST_AT.replace(month=4, tzinfo=None),
    LOST_AT.replace(month=6, tzinfo=None),
    timezones=st.just(UTC),
)
sightings = st.lists(st.tuples(places, moments), max_size=5).map(
    lambda seen: tuple(Sighted(f"sighting-{index}", place, at) for index, (place, at) in enumerate(seen))
)
reports = st.builds(
    lambda place, at: report(person(), place=place, at=at, recorded_at=None), st.none() | places, moments
)
registrations = st.builds(
    lambda place, at: registration(person(), place=place, at=at, recorded_at=None), st.none() | places, moments
)


def seen(place: Place = Place(), at: datetime | None = LOST_AT + 3 * DAY, sighting_id: str = "seen") -> Sighted:  # noqa: B008 (frozen)
    return Sighted(sighting_id, place, at)


def missing(*sighted: Sighted, place: Place | None = NEW_ORLEANS, at: datetime | None = LOST_AT) -> Subject:
    return replace(report(person(), place=place, at=at), sighted=sighted)


def place_of(*sighted: Sighted, place: Place | None = NEW_ORLEANS, found: Subject = FOUND) -> Evidence:
    return piece(compared(missing(*sighted, place=place), found), Feature.PLACE)


def time_of(*sighted: Sighted, at: datetime | None = LOST_AT, found: Subject = FOUND) -> Evidence:
    return piece(compared(missing(*sighted, at=at), found), Feature.TIME)


def test_a_child_seen_near_where_another_was_found_speaks_for_the_pair_and_names_the_sighting() -> None:
    alone, near = place_of(), place_of(seen(BUS_STATION))
    assert alone.bits < -1
    assert near.bits > 1
    assert (near.level, near.report_value, near.registration_value) == (Level.AGREE, "Bus station", "Houston")
    assert (alone.sighting_id, near.sighting_id) == (None, "seen")


def test_a_report_that_knows_no_place_has_one_by_a_sighting() -> None:
    assert place_of(place=None).level is Level.UNKNOWN
    assert place_of(seen(BUS_STATION), place=None).bits > 1
    assert place_of(seen(NEW_ORLEANS, LOST_AT + DAY), place=None).level in (Level.CLOSE, Level.DISAGREE)


def test_seen_elsewhere_takes_a_bit_at_most_and_the_report_s_own_place_is_still_the_reason() -> None:
    here = replace(FOUND, places=(NEW_ORLEANS,))
    alone, elsewhere = place_of(found=here), place_of(seen(HOUSTON), found=here)
    assert alone.bits - 1 <= elsewhere.bits < alone.bits
    assert (elsewhere.level, elsewhere.report_value, elsewhere.sighting_id) == (Level.AGREE, "New Orleans", None)


def test_the_latest_sighting_says_most() -> None:
    early, late = LOST_AT + DAY, LOST_AT + 3 * DAY
    last_near = place_of(seen(HOUSTON, late, "a"), seen(NEW_ORLEANS, early, "b"))
    last_far = place_of(seen(HOUSTON, early, "a"), seen(NEW_ORLEANS, late, "b"))
    assert last_near.bits > last_far.bits


def test_what_was_seen_before_the_family_last_saw_the_child_or_after_it_was_found_says_nothing_of_the_way() -> None:
    alone = place_of()
    assert place_of(seen(BUS_STATION, LOST_AT - 2 * DAY)) == alone
    assert place_of(seen(BUS_STATION, LOST_AT + 5 * DAY)) == alone
    assert place_of(seen(Place("a bus"))) == alone


def test_seen_after_another_was_taken_in_speaks_against_the_pair_but_is_no_contradiction() -> None:
    alone, later = time_of(), time_of(seen(at=LOST_AT + 6 * DAY))
    assert alone.level is Level.AGREE
    assert (later.level, later.sighting_id, later.report_value) == (Level.DISAGREE, "seen", "2026-05-10 08:00+00:00")
    assert -1 <= later.bits < 0 < alone.bits
    assert time_of(seen(at=None)) == alone


def test_a_sighting_never_makes_a_conflict_of_times_good() -> None:
    early = registration(person(), at=LOST_AT - 3 * DAY, recorded_at=LOST_AT - 3 * DAY, place=HOUSTON)
    conflict = time_of(found=early)
    assert conflict.level is Level.CONFLICT
    assert time_of(seen(at=LOST_AT - 4 * DAY), found=early) == conflict


@given(reports, registrations, sightings)
@settings(max_examples=150, deadline=None)
def test_linking_never_costs_more_than_a_bit_of_place_and_one_of_time_and_changes_nothing_else(
    one: Subject, other: Subject, sighted: tuple[Sighted, ...]
) -> None:
    alone, linked = compared(one, other), compared(replace(one, sighted=sighted), other)
    for before, after in zip(alone.evidence, linked.evidence, strict=True):
        if before.feature in (Feature.PLACE, Feature.TIME):
            # Each piece is weighed by its fitted strength, which is near 1.
            assert after.bits >= before.bits - 1.3
            assert after.bits <= 6.5
            assert after.level is not Level.CONFLICT or before.level is Level.CONFLICT
        else:
            assert before == after
    context = default_context()
    assert probability_for_the_family(alone, context) == probability_for_the_family(linked, context)


@given(reports, registrations, sightings, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_in_which_sightings_were_linked_changes_nothing(
    one: Subject, other: Subject, sighted: tuple[Sighted, ...], chance: object
) -> None:
    shuffled = list(sighted)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert compared(replace(one, sighted=sighted), other) == compared(replace(one, sighted=tuple(shuffled)), other)


@given(points, points, points)
@settings(max_examples=80, deadline=None)
def test_without_a_place_of_its_own_a_nearer_sighting_never_says_less(seen_at: Point, one: Point, other: Point) -> None:
    def bits(found: Point) -> float:
        return place_of(seen(Place(None, seen_at)), place=None, found=replace(FOUND, places=(Place(None, found),))).bits

    def alone(found: Point) -> float:
        return place_of(
            place=Place(None, seen_at), found=replace(FOUND, places=(Place(None, found),), at=LOST_AT + DAY)
        ).bits

    assert (bits(one) >= bits(other) - 1e-9) == (alone(one) >= alone(other) - 1e-9) or abs(
        bits(one) - bits(other)
    ) < 1e-6


def test_a_child_without_a_name_is_looked_for_where_it_was_seen_and_where_it_was_lost_as_before() -> None:
    nameless = replace(missing(), person=person(years=6))
    there = profile(replace(FOUND, person=person(years=6)))
    assert not any(" cell " in key for key in shared_keys(profile(nameless), there))
    sighted = profile(replace(nameless, sighted=(seen(BUS_STATION),)))
    assert any("child cell" in key for key in shared_keys(sighted, there))
    assert any("child cell" in key for key in shared_keys(there, sighted))
    here = profile(replace(FOUND, person=person(years=6), places=(NEW_ORLEANS,)))
    assert set(shared_keys(profile(nameless), here)) <= set(shared_keys(sighted, here))


def test_two_reports_of_one_child_are_compared_by_what_their_families_said() -> None:
    one, other = profile(missing()), profile(replace(missing(), id="R-2"))
    sighted = profile(missing(seen(BUS_STATION)))
    context = default_context()
    assert compare_duplicates(sighted, other, context, together=False) == compare_duplicates(
        one, other, context, together=False
    )


def test_sightings_are_kept_with_the_profile_and_older_profiles_have_none() -> None:
    sighted, found = profile(missing(seen(BUS_STATION))), profile(FOUND)
    kept = unpack(type(sighted), pack(sighted))
    assert kept == sighted
    assert compare(kept, found, default_context()) == compare(sighted, found, default_context())
