import pytest

from geo.cells import cell, cells_around
from geo.displacement import Displacement
from geo.distance import distance_km, is_point

NEW_ORLEANS = (29.9511, -90.0715)
HOUSTON = (29.7604, -95.3698)


def test_new_orleans_and_houston_are_about_512_km_apart() -> None:
    assert distance_km(NEW_ORLEANS, HOUSTON) == pytest.approx(512, rel=0.01)


def test_a_point_off_the_earth_or_not_a_number_is_no_point() -> None:
    assert is_point(90, -180)
    assert not is_point(90.1, 0)
    assert not is_point(0, 181)
    assert not is_point(float("nan"), 0)


def test_two_points_on_either_side_of_a_border_of_cells_share_one_of_the_cells_around() -> None:
    own = cell(*NEW_ORLEANS)
    around = cells_around(*NEW_ORLEANS)
    assert around[0] == own
    assert len(around) == 7
    across = next(near for near in around if near != own)
    assert across != own


def test_near_speaks_for_a_pair_and_far_against_it() -> None:
    law = Displacement(scale_km=15)
    assert law.bits(1) > 1
    assert law.bits(10) > law.bits(50) > law.bits(300)
    assert law.bits(300) < -1


def test_the_worst_distance_costs_no_more_than_five_bits() -> None:
    assert Displacement(scale_km=15).bits(20_000, days=0) > -5
    assert Displacement(scale_km=200).bits(20_000) > -5


def test_a_catastrophe_makes_a_long_way_less_telling() -> None:
    assert Displacement(scale_km=200).bits(300) > Displacement(scale_km=15).bits(300)


def test_a_child_is_carried_further_in_days_than_in_hours() -> None:
    law = Displacement(scale_km=60)
    assert law.scale_after(0.1) < law.scale_after(1) < law.scale_after(5) == law.scale_after(None) == 60
    assert law.bits(100, days=0.1) < law.bits(100, days=5)
