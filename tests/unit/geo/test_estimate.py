from collections import Counter
from math import cos, pi, radians, sin
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cells import cell
from geo.corridors import FEWEST, MOST_TOGETHER, REGION, learnt
from geo.displacement import Displacement
from geo.estimate import LEAST_ANYWHERE, MOST_ANYWHERE, Journey, held_out, learn
from geo.gathered import Place, gather

BILOXI, NEW_ORLEANS, HOUSTON = (30.396, -88.885), (29.9511, -90.0715), (29.7604, -95.3698)
PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def away(place: Place, km: float, bearing: float) -> Place:
    north, east = km * cos(bearing) / 111.2, km * sin(bearing) / 111.2 / cos(radians(place[0]))
    return place[0] + north, place[1] + east


def carried(count: int, law: Displacement, *, bus: float = 0.0, seed: int = 1) -> list[Journey]:
    """Journeys under a law; of those from New Orleans a part is taken to Houston by bus."""
    random, found = Random(seed), []  # noqa: S311 (it draws test data)
    for _ in range(count):
        town = random.choice((BILOXI, NEW_ORLEANS))
        lost, days, drawn = (
            away(town, random.random() * 6, random.random() * 2 * pi),
            random.random() * 6,
            random.random(),
        )
        distance = min(3000.0, law.scale_after(days) * ((1 - drawn) / drawn) ** (1 / law.shape))
        by_bus = town == NEW_ORLEANS and random.random() < bus
        end = HOUSTON if by_bus else away(lost, distance, random.random() * 2 * pi)
        found.append(Journey(lost, end, days))
    return found


def everywhere(journeys: list[Journey], assumed: Displacement) -> Displacement:
    return Displacement(assumed.scale_km, gathered=gather(journey.found for journey in journeys))


@pytest.mark.parametrize(("scale", "shape"), [(15, 1.75), (120, 1.5), (200, 2.2)])
def test_many_journeys_tell_scale_and_shape_whatever_was_assumed(scale: float, shape: float) -> None:
    journeys = carried(600, Displacement(scale, shape))
    estimate = learn(journeys, everywhere(journeys, Displacement(60)))
    assert estimate.count == 600
    assert estimate.scale_km == pytest.approx(scale, rel=0.15)
    assert estimate.shape == pytest.approx(shape, rel=0.15)


def test_ten_journeys_move_what_is_assumed_only_a_little() -> None:
    journeys = carried(10, Displacement(200))
    estimate = learn(journeys, Displacement(60))
    assert 60 < estimate.scale_km < 100
    assert learn([], Displacement(60)).scale_km == pytest.approx(60, rel=0.01)


def test_that_children_were_found_soon_makes_no_small_event() -> None:
    law = Displacement(200)
    soon = [Journey(one.lost, one.found, 0.0) for one in carried(400, Displacement(law.scale_after(0.0)))]
    late = [Journey(one.lost, one.found, None) for one in soon]
    assert learn(soon, law).scale_km > 1.5 * learn(late, law).scale_km


def test_a_bus_from_one_town_becomes_a_corridor_and_does_not_stretch_the_law() -> None:
    journeys = carried(600, Displacement(60), bus=0.3)
    estimate = learn(journeys, everywhere(journeys, Displacement(60)))
    first = estimate.corridors[0]
    assert (first.from_cell, first.to_cell) == (cell(*NEW_ORLEANS, REGION), cell(*HOUSTON, REGION))
    assert 0.15 < first.share < 0.4
    assert estimate.scale_km == pytest.approx(60, rel=0.2)


def test_what_was_learnt_foretells_places_better_than_what_was_assumed() -> None:
    journeys = carried(300, Displacement(60), bus=0.4)
    assumed = everywhere(journeys, Displacement(60))
    before, after = held_out(journeys, assumed, assumed)
    assert after > before + 0.1


def test_where_the_assumed_law_is_right_nothing_is_lost_by_learning() -> None:
    journeys = carried(200, Displacement(60))
    assumed = everywhere(journeys, Displacement(60))
    before, after = held_out(journeys, assumed, assumed)
    assert after > before - 0.05


def test_fewer_than_five_journeys_make_no_corridor_since_they_could_point_at_one_child() -> None:
    start, end = cell(*NEW_ORLEANS, REGION), cell(*HOUSTON, REGION)
    assert not learnt(Counter({(start, end): FEWEST - 1}), {})
    (corridor,) = learnt(Counter({(start, end): FEWEST}), {})
    assert corridor.share <= 0.5


def test_what_distance_explains_is_no_corridor_and_next_door_is_none() -> None:
    start, end = cell(*NEW_ORLEANS, REGION), cell(*BILOXI, REGION)
    assert learnt(Counter({(start, end): 30}), {(start, end): 5.0})
    assert not learnt(Counter({(start, end): 30}), {(start, end): 25.0})
    assert not learnt(Counter({(start, start): 30}), {})
    assert not learnt(Counter({(start, cell(*away(NEW_ORLEANS, 40, 0), REGION)): 30}), {})


def test_the_corridors_from_a_town_never_take_more_than_half_of_its_people() -> None:
    start = cell(*NEW_ORLEANS, REGION)
    ends = [cell(*away(HOUSTON, km, 0), REGION) for km in (0, 200, 400)]
    corridors = learnt(Counter({(start, end): 100 for end in ends}), {})
    assert len(corridors) == 3
    assert sum(one.share for one in corridors) == pytest.approx(MOST_TOGETHER)


@given(st.lists(st.builds(Journey, PLACES, PLACES, st.none() | st.floats(-1e4, 1e4)), max_size=8), st.floats(1, 500))
@settings(max_examples=15, deadline=None)
def test_any_journeys_give_a_law_within_its_bounds(journeys: list[Journey], scale: float) -> None:
    estimate = learn(journeys, Displacement(scale))
    assert scale / 20 <= estimate.scale_km <= scale * 20
    assert 1.75 / 3 <= estimate.shape <= 1.75 * 3
    assert LEAST_ANYWHERE <= estimate.anywhere <= MOST_ANYWHERE
