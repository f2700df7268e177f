from dataclasses import replace
from itertools import pairwise
from math import cos, isfinite, radians, sin
from timeit import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.bands import crowds_of, never_rising, parts_counted
from geo.cells import cell
from geo.corridors import MOST_TOGETHER, REGION, Corridor
from geo.displacement import MOST_BITS, Displacement
from geo.distance import distance_km
from geo.gathered import Gathered, Place, gather

NEW_ORLEANS = (29.9511, -90.0715)
HOUSTON = (29.7604, -95.3698)

places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
days_between = st.none() | st.floats(-1e6, 1e6)
gulf_places = st.tuples(st.floats(27, 34), st.floats(-97, -85))
crowds = st.lists(gulf_places, max_size=12).map(lambda found: gather(found * 50))


def away(place: Place, km: float, bearing: float = 0.0) -> Place:
    north, east = km * cos(bearing) / 111.2, km * sin(bearing) / 111.2 / cos(radians(place[0]))
    return place[0] + north, place[1] + east


def region(place: Place) -> str:
    return cell(*place, REGION)


def bus(start: Place, end: Place, share: float) -> Corridor:
    return Corridor(region(start), region(end), share)


def test_near_speaks_for_a_pair_and_far_against_it() -> None:
    law = Displacement(scale_km=15)
    assert law.bits(NEW_ORLEANS, NEW_ORLEANS) > 1
    near, further, far = (law.bits(NEW_ORLEANS, away(NEW_ORLEANS, km)) for km in (10, 50, 300))
    assert near > further > far
    assert far < -1


def test_a_catastrophe_makes_a_long_way_less_telling() -> None:
    far = away(NEW_ORLEANS, 300)
    assert Displacement(200).bits(NEW_ORLEANS, far) > Displacement(15).bits(NEW_ORLEANS, far)


def test_a_child_is_carried_further_in_days_than_in_hours() -> None:
    law = Displacement(scale_km=60)
    assert law.scale_after(0.1) < law.scale_after(1) < law.scale_after(5) == law.scale_after(None) == 60
    assert law.survival(60) == 0.5
    assert law.bits(NEW_ORLEANS, HOUSTON, days=0.1) < law.bits(NEW_ORLEANS, HOUSTON, days=5)


def test_to_be_found_where_everybody_is_says_less_than_to_be_found_alone() -> None:
    mobile = (30.69, -88.04)
    crowd = gather([away(NEW_ORLEANS, 8)] * 900 + [away(mobile, 8)] * 100)
    law = Displacement(60, gathered=crowd)
    in_the_crowd, alone = (law.bits(lost, away(lost, 8)) for lost in (NEW_ORLEANS, mobile))
    assert alone > in_the_crowd + 1
    assert abs(in_the_crowd) < 0.5


def test_a_child_lost_where_nobody_is_taken_in_is_not_held_against_every_site() -> None:
    far_sites = gather([away(NEW_ORLEANS, 300), away(NEW_ORLEANS, 330)] * 5000)
    assert Displacement(15, gathered=far_sites).bits(NEW_ORLEANS, away(NEW_ORLEANS, 300)) > -0.5


def test_over_all_who_are_registered_the_evidence_says_nothing_on_average() -> None:
    found = [away(NEW_ORLEANS, km, turn) for km in range(5, 400, 12) for turn in (0, 1, 2, 3, 4, 5)]
    law = Displacement(60, gathered=gather(found * 20))
    mean = sum(law.ratio(NEW_ORLEANS, place) for place in found) / len(found)
    assert mean == pytest.approx(1, abs=0.2)


def test_a_corridor_speaks_for_the_far_place_where_the_buses_went_and_hardly_against_others() -> None:
    registered = gather([NEW_ORLEANS] * 500 + [away(HOUSTON, 3)] * 200 + [away(HOUSTON, 300)] * 300)
    base = Displacement(60, gathered=registered)
    law = replace(base, corridors=(bus(NEW_ORLEANS, HOUSTON, 0.4),))
    assert base.bits(NEW_ORLEANS, HOUSTON) < 0 < law.bits(NEW_ORLEANS, HOUSTON)
    assert law.bits(HOUSTON, NEW_ORLEANS) == base.bits(HOUSTON, NEW_ORLEANS)
    assert law.bits(NEW_ORLEANS, NEW_ORLEANS) > base.bits(NEW_ORLEANS, NEW_ORLEANS) - 1


@given(lost=places, found=places, days=days_between, scale=st.floats(0.5, 5000), crowd=crowds)
@settings(max_examples=100)
def test_any_two_points_on_earth_give_finite_bits_within_their_bounds(
    lost: Place, found: Place, days: float | None, scale: float, crowd: Gathered
) -> None:
    law = Displacement(scale, gathered=crowd, corridors=(bus(lost, found, 0.3), bus(found, lost, 0.5)))
    for one, other in ((lost, found), (found, lost), (lost, lost), ((90.0, 0.0), found), ((0.0, 180.0), (0.0, -180.0))):
        bits = law.bits(one, other, days)
        assert isfinite(bits)
        assert -5.5 < bits <= MOST_BITS


@given(lost=gulf_places, near=places, far=places, days=days_between, scale=st.floats(1, 1000), crowd=crowds)
@settings(max_examples=100)
def test_nearer_never_says_less_where_no_corridor_leads(
    lost: Place, near: Place, far: Place, days: float | None, scale: float, crowd: Gathered
) -> None:
    law = Displacement(scale, gathered=crowd)
    if distance_km(lost, near) > distance_km(lost, far):
        near, far = far, near
    assert law.bits(lost, near, days) >= law.bits(lost, far, days) - 1e-9


@given(lost=gulf_places, found=gulf_places, elsewhere=gulf_places, share=st.floats(0.01, MOST_TOGETHER), crowd=crowds)
@settings(max_examples=100)
def test_a_corridor_never_costs_another_place_more_than_a_bit(
    lost: Place, found: Place, elsewhere: Place, share: float, crowd: Gathered
) -> None:
    base = Displacement(60, gathered=crowd)
    law = replace(base, corridors=(bus(lost, elsewhere, share),))
    assert law.bits(lost, found) >= base.bits(lost, found) - 1


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(1e-6, 1)), min_size=1, max_size=30))
def test_what_never_rises_keeps_the_sum_it_had(values: list[tuple[float, float]]) -> None:
    raw, weights = [value for value, _ in values], [weight for _, weight in values]
    flat = never_rising(raw, weights)
    assert all(one >= other for one, other in pairwise(flat))
    before = sum(value * weight for value, weight in values)
    assert sum(value * weight for value, weight in zip(flat, weights, strict=True)) == pytest.approx(before)
    assert never_rising(sorted(raw, reverse=True), weights) == sorted(raw, reverse=True)


def test_people_scattered_over_a_country_are_counted_in_a_few_hundred_cells_and_nobody_is_lost() -> None:
    scattered = [(27 + place % 71 / 7, -101 + place % 97 / 5) for place in range(5000)]
    crowd = gather([*scattered, *[NEW_ORLEANS] * 1000])
    assert crowd.count == 6000
    assert len(crowd.cells) < 500
    assert sum(found.share for found in crowd.cells) == pytest.approx(1)
    assert crowd.cells[0].share > 1 / 6
    assert sum(parts_counted(crowds_of(crowd), NEW_ORLEANS)) == pytest.approx(1)


def test_the_second_question_about_a_place_costs_a_few_microseconds() -> None:
    crowd = gather([away(NEW_ORLEANS, km, turn / 10) for km in range(5, 800, 8) for turn in range(63)])
    law = Displacement(60, gathered=crowd, corridors=(bus(NEW_ORLEANS, HOUSTON, 0.4),))
    law.bits(NEW_ORLEANS, HOUSTON, 1.0)
    assert min(timeit(lambda: law.bits(NEW_ORLEANS, HOUSTON, 1.0), number=100) for _ in range(20)) / 100 < 50e-6
