"""Where and when a child was lost and found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.evidence import Evidence, Feature, Level
from backend.domain.person import Place, Point
from backend.matching.compare_life import compare_place, compare_time
from backend.matching.context import default_context
from backend.matching.profile import profile
from geo.displacement import Displacement
from geo.distance import distance_km
from tests.unit.matching.people import LOST_AT, person, registration, report

NEW_ORLEANS = Place("New Orleans", Point(29.9511, -90.0715))
METAIRIE = Place("Metairie", Point(29.9841, -90.1529))
HOUSTON = Place("Houston", Point(29.7604, -95.3698))
LAW = Displacement(60)

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
places = st.builds(
    Place, st.none() | st.sampled_from(["Houston", "Canal Street, New Orleans", "home"]), st.none() | points
)
moments = st.none() | st.datetimes(timezones=st.just(UTC))


def place_evidence(
    lost: Place | None = None, found: Place | None = None, *, home: Place | None = None, site: Place | None = None
) -> Evidence:
    taken_in = registration(person(), at=LOST_AT + timedelta(days=4), place=found)
    taken_in = replace(taken_in, places=(*taken_in.places, *(() if site is None else (site,))))
    missed = profile(report(person(home=home), place=lost))
    return compare_place(missed, profile(taken_in), LAW, default_context().weights.place)


def time_evidence(
    lost: datetime | None,
    found: datetime | None,
    recorded: datetime | None = None,
    *,
    filed: datetime | None = None,
    lost_in: Place | None = None,
    found_in: Place | None = None,
) -> Evidence:
    missed = profile(report(person(), at=lost, place=lost_in, recorded_at=filed))
    taken_in = profile(registration(person(), at=found, place=found_in, recorded_at=recorded))
    return compare_time(missed, taken_in, default_context().weights.time)


def test_found_near_speaks_for_a_pair_and_shows_both_places_in_words() -> None:
    near, far = place_evidence(NEW_ORLEANS, METAIRIE), place_evidence(NEW_ORLEANS, HOUSTON)
    assert (near.level, near.report_value, near.registration_value) == (Level.AGREE, "New Orleans", "Metairie")
    assert (far.level, far.registration_value) == (Level.DISAGREE, "Houston")
    assert -5.5 < far.bits < 0 < near.bits


def test_where_a_child_was_found_says_more_than_the_site_and_last_seen_more_than_home() -> None:
    assert (
        place_evidence(NEW_ORLEANS, METAIRIE, site=HOUSTON).bits
        > place_evidence(NEW_ORLEANS, HOUSTON, site=METAIRIE).bits
    )
    assert (
        place_evidence(NEW_ORLEANS, METAIRIE, home=HOUSTON).bits
        > place_evidence(HOUSTON, METAIRIE, home=NEW_ORLEANS).bits
    )
    assert place_evidence(None, METAIRIE, home=NEW_ORLEANS).bits == place_evidence(NEW_ORLEANS, METAIRIE).bits


def test_two_places_on_each_side_do_not_make_nearness_by_chance_more_telling() -> None:
    one = place_evidence(NEW_ORLEANS, METAIRIE).bits
    assert place_evidence(NEW_ORLEANS, METAIRIE, home=HOUSTON, site=HOUSTON).bits < one
    assert place_evidence(NEW_ORLEANS, METAIRIE, home=NEW_ORLEANS, site=METAIRIE).bits == pytest.approx(one)


def test_the_same_town_in_words_counts_only_where_there_are_no_points() -> None:
    in_words = place_evidence(Place("New Orleans"), Place("Canal Street, New Orleans"))
    assert in_words.bits == default_context().weights.place.town
    assert in_words.level is Level.AGREE
    both = place_evidence(NEW_ORLEANS, Place("New Orleans"), site=HOUSTON)
    assert both.bits == pytest.approx(place_evidence(NEW_ORLEANS, HOUSTON).bits)


def test_a_place_that_is_not_known_weighs_nothing() -> None:
    for evidence in (
        place_evidence(None, HOUSTON),
        place_evidence(HOUSTON, None),
        place_evidence(Place("a bus"), HOUSTON),
        place_evidence(NEW_ORLEANS, Place("a bus")),
        place_evidence(),
    ):
        assert (evidence.level, evidence.bits) == (Level.UNKNOWN, 0.0)


@given(places, places, places, places)
@settings(max_examples=150)
def test_places_anywhere_on_earth_or_missing_are_survived_within_bounds(
    lost: Place, home: Place, found: Place, site: Place
) -> None:
    evidence = place_evidence(lost, found, home=home, site=site)
    assert -5.5 < evidence.bits <= 6
    assert evidence.level is not Level.UNKNOWN or evidence.bits == 0


@given(points, points, points)
@settings(max_examples=100)
def test_found_nearer_to_where_it_was_lost_a_pair_never_has_fewer_bits(lost: Point, one: Point, other: Point) -> None:
    start = lost.latitude, lost.longitude
    near, far = sorted((one, other), key=lambda found: distance_km(start, (found.latitude, found.longitude)))
    bits = [place_evidence(Place(None, lost), Place(None, found)).bits for found in (near, far)]
    assert bits[0] >= bits[1] - 1e-9


def test_taken_in_before_it_was_lost_is_strong_evidence_against_beyond_twelve_hours_of_slack() -> None:
    weights = default_context().weights.time
    assert time_evidence(LOST_AT, LOST_AT - timedelta(hours=13)).level is Level.CONFLICT
    assert time_evidence(LOST_AT, None, LOST_AT - timedelta(hours=13)).bits == weights.before_lost < -4
    assert time_evidence(LOST_AT, LOST_AT - timedelta(hours=11)).level is Level.CLOSE


def test_found_weeks_later_is_no_evidence_against() -> None:
    late = time_evidence(LOST_AT, LOST_AT + timedelta(weeks=9))
    assert (late.level, late.bits > 0) == (Level.AGREE, True)
    assert late.bits < log2(1.5)


def test_found_within_a_day_in_the_same_town_says_a_little_more() -> None:
    soon, later = LOST_AT + timedelta(hours=9), LOST_AT + timedelta(hours=40)
    here = partial(time_evidence, lost_in=NEW_ORLEANS, found_in=NEW_ORLEANS)
    near = here(LOST_AT, soon)
    assert 0 < near.bits < 1
    assert near.bits > here(LOST_AT, later).bits
    assert near.bits > time_evidence(LOST_AT, soon, lost_in=NEW_ORLEANS, found_in=HOUSTON).bits
    assert near.bits == time_evidence(LOST_AT, soon, lost_in=Place("Biloxi"), found_in=Place("Dock, Biloxi")).bits


def test_a_date_without_an_hour_is_the_whole_day_and_not_its_first_minute() -> None:
    midnight = LOST_AT.replace(hour=0)
    evening = midnight + timedelta(hours=20)
    assert time_evidence(evening, midnight).level is not Level.CONFLICT
    assert time_evidence(evening, midnight - timedelta(days=1)).level is Level.CONFLICT


def test_last_seen_after_the_report_was_filed_is_a_slip_and_not_evidence_against() -> None:
    found = LOST_AT + timedelta(hours=6)
    next_year = LOST_AT + timedelta(days=365)
    assert time_evidence(next_year, found).level is Level.CONFLICT
    assert time_evidence(next_year, found, filed=found).level is not Level.CONFLICT


@given(moments, moments, moments, moments)
@settings(max_examples=150)
def test_any_times_are_survived_and_a_missing_one_weighs_nothing(
    lost: datetime | None, found: datetime | None, recorded: datetime | None, filed: datetime | None
) -> None:
    evidence = time_evidence(lost, found, recorded, filed=filed, lost_in=NEW_ORLEANS, found_in=NEW_ORLEANS)
    assert evidence.feature is Feature.TIME
    unknown = lost is None or (found is None and recorded is None)
    assert (evidence.level is Level.UNKNOWN) == unknown
    assert -8 < evidence.bits < 1
    assert evidence.bits == 0 or not unknown
