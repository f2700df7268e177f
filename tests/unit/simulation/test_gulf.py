from random import Random

from backend.domain.site import SiteKind
from backend.simulation.gulf import EAST, NORTH, SOUTH, WEST, distance_km, gulf_towns, near, plan_sites


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (it invents people and keeps no secret)


def test_forty_sites_stand_in_forty_real_towns_of_the_gulf_coast() -> None:
    sites = plan_sites(seeded(1), gulf_towns(), 40)
    assert len({site.town for site in sites}) == len({site.name for site in sites}) == 40
    assert {"Houston", "New Orleans", "Mobile", "Gulfport"} <= {site.town.name for site in sites}
    assert {SiteKind.SHELTER, SiteKind.HOSPITAL, SiteKind.SCHOOL} <= {site.kind for site in sites}
    for site in sites:
        assert SOUTH - 0.1 < site.point.latitude < NORTH + 0.1
        assert WEST - 0.1 < site.point.longitude < EAST + 0.1


def test_a_home_lies_near_its_town() -> None:
    town = gulf_towns()[0]
    assert all(distance_km(town.point, near(seeded(seed), town.point, 4)) < 4 * 1.5 for seed in range(50))
