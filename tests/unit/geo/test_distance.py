import pytest

from geo.cells import cell, cells_around
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
