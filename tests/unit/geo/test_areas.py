"""Areas: what lies within, and the cells that they touch."""

from random import Random

import pytest

from geo.areas import COARSE, WIDEST, Area, Circle, Outline, around, at_each_size, covering
from geo.bounds import Bounds
from geo.cells import cell

NEW_ORLEANS = (29.9511, -90.0715)
FIJI = (-17.8, 179.95)
AROUND_NEW_ORLEANS = Outline(((29.6, -90.4), (29.6, -89.7), (30.2, -89.7), (30.2, -90.4)))
ACROSS_THE_MERIDIAN = Outline(((-18.5, 179.2), (-18.5, -179.3), (-17.0, -179.3), (-17.0, 179.2)))


def places_around(centre: tuple[float, float], degrees: float) -> list[tuple[float, float]]:
    random = Random(1)  # noqa: S311 (no secret)
    spread = [(random.uniform(-degrees, degrees), random.uniform(-degrees, degrees)) for _ in range(500)]
    return [(centre[0] + north, (centre[1] + east + 180) % 360 - 180) for north, east in spread]


@pytest.mark.parametrize(
    ("area", "centre", "degrees"),
    [
        (Circle(NEW_ORLEANS, 0.5), NEW_ORLEANS, 0.02),
        (Circle(NEW_ORLEANS, 40), NEW_ORLEANS, 0.8),
        (Circle(FIJI, 200), FIJI, 4),
        (Circle((64.1, -21.9), 120), (64.1, -21.9), 3),
        (AROUND_NEW_ORLEANS, NEW_ORLEANS, 0.8),
        (ACROSS_THE_MERIDIAN, FIJI, 1.5),
    ],
)
def test_whatever_lies_within_is_in_a_cell_that_is_touched_and_found_by_one_of_its_sizes(
    area: Area, centre: tuple[float, float], degrees: float
) -> None:
    touched, named = area.cells(), covering([area])
    found = [place for place in places_around(centre, degrees) if area.holds(place)]
    assert 0 < len(found) < 500
    # The corners of a ring are on the circle, and what is between them may lie outside of it by a thousandth.
    beyond = [place for place in found if cell(*place, COARSE) not in touched]
    assert len(beyond) <= len(found) / 100
    for one in touched:
        assert area.touches(one)
        assert len(named.intersection(at_each_size(one))) == 1


def test_a_circle_is_measured_along_the_earth_and_not_along_the_degrees() -> None:
    circle = Circle((60.0, 10.0), 100)
    assert circle.holds((60.0, 11.78))
    assert not circle.holds((60.0, 11.8))
    assert circle.holds((60.89, 10.0))
    assert not circle.holds((60.9, 10.0))
    # The ellipsoid says 100.07 km along the parallel, where the sphere would have said less.
    assert not circle.holds((60.0, 11.794))


def test_an_outline_that_crosses_itself_is_known_and_areas_are_about_as_large_as_they_are() -> None:
    assert Outline(((0, 0), (1, 1), (0, 1), (1, 0))).crosses_itself
    assert not AROUND_NEW_ORLEANS.crosses_itself
    assert AROUND_NEW_ORLEANS.area_km2 == pytest.approx(4505, rel=0.02)
    assert Circle(NEW_ORLEANS, 50).outline.area_km2 == pytest.approx(7854, rel=0.01)


def test_a_wide_area_is_named_by_few_cells() -> None:
    circle = Circle(NEW_ORLEANS, 200)
    assert len(circle.cells()) > 3000
    assert len(covering([circle])) < 500
    assert len(at_each_size(cell(*NEW_ORLEANS, COARSE))) == COARSE - WIDEST + 1


def test_areas_together_name_a_cell_once_that_both_touch() -> None:
    both = covering([Circle(NEW_ORLEANS, 30), AROUND_NEW_ORLEANS])
    for one in Circle(NEW_ORLEANS, 30).cells() | AROUND_NEW_ORLEANS.cells():
        assert len(both.intersection(at_each_size(one))) == 1


def test_bounds_around_an_area_hold_all_of_it_also_at_the_180th_meridian() -> None:
    circle = Circle((-17.7, 179.9), 50)
    assert around(circle).hold(-17.7, -179.7)
    assert not around(circle).hold(-17.7, 0.0)
    ring = Outline(((-17.0, 179.0), (-17.0, -179.0), (-18.0, -179.5)))
    assert around(ring) == Bounds(-17.0, -18.0, -179.0, 179.0)


def test_bounds_meet_where_they_have_anything_in_common() -> None:
    fiji = Bounds(-16.0, -19.0, -178.0, 177.0)
    assert fiji.meet(Bounds(-17.0, -18.0, -177.0, -179.0))
    assert Bounds(-17.0, -18.0, -177.0, -179.0).meet(fiji)
    assert fiji.meet(Bounds(90.0, -90.0, 180.0, -180.0))
    assert not fiji.meet(Bounds(-17.0, -18.0, 10.0, 0.0))
    assert not fiji.meet(Bounds(10.0, 0.0, 180.0, 178.0))
