"""The bench's invented people: the same for a seed, in the shares asked for, readable, and true to their truth."""

import json
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from backend.domain.subject import Side
from backend.exchange.lists import read_list
from tests.bench.people import write_people
from tests.bench.people.cultures import all_cultures
from tests.bench.people.land import distance_km, gulf
from tests.bench.people.latin import latin
from tests.bench.people.noise import PROFILES, SEVERITIES

REGISTRATIONS, REPORTS = 3_000, 1_500


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    write_people(folder, registrations=REGISTRATIONS, reports=REPORTS, seed=7)
    return folder


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    with (folder / f"{name}.ndjson").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("again", 3), ("another", 4)):
        write_people(tmp_path / name, registrations=120, reports=40, seed=seed)

    def written(name: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted((tmp_path / name).iterdir())]

    assert written("one") == written("again")
    assert written("one") != written("another")


def test_there_are_as_many_rows_as_asked_and_two_fifths_of_the_reports_have_no_match(people: Path) -> None:
    truth = rows_of(people, "truth")
    assert len(rows_of(people, "registrations")) == REGISTRATIONS
    assert len(rows_of(people, "reports")) == len(truth) == REPORTS
    assert sum(row["registration_id"] is None for row in truth) == REPORTS * 0.4


@pytest.mark.parametrize("noise", sorted(PROFILES))
def test_every_row_is_read_without_a_problem(tmp_path: Path, noise: str) -> None:
    write_people(tmp_path, registrations=900, reports=600, seed=11, noise=noise)
    for side, name in ((Side.REPORT, "reports"), (Side.REGISTRATION, "registrations")):
        read = read_list(tmp_path / f"{name}.ndjson", side)
        assert (read.warnings, read.rejected) == ((), ())


def test_the_truth_names_rows_that_are_there_and_no_registration_twice(people: Path) -> None:
    truth = rows_of(people, "truth")
    registered = {row["id"] for row in rows_of(people, "registrations")}
    pairs = [row["registration_id"] for row in truth if row["registration_id"]]
    assert {row["report_id"] for row in truth} == {row["id"] for row in rows_of(people, "reports")}
    assert set(pairs) <= registered
    assert len(pairs) == len(set(pairs))


def test_the_slices_have_their_shares(people: Path) -> None:
    truth = rows_of(people, "truth")
    shares = {
        kind: {value: count / REPORTS for value, count in Counter(row["slices"][kind] for row in truth).items()}
        for kind in truth[0]["slices"]
    }
    assert shares["severity"] == pytest.approx(dict.fromkeys(SEVERITIES, 1 / 3), abs=0.06)
    assert set(shares["age_band"]) == {"0-2", "3-5", "6-9", "10-13", "14-17"}
    assert min(shares["age_band"].values()) > 0.08
    assert set(shares["script"]) == {"latin", "arabic", "han", "cyrillic"}
    assert shares["across_scripts"][True] > 0.04
    assert 0.2 < shares["surname_missing"][True] < 0.5
    assert 0.02 < shares["siblings"]["twins"] < 0.12
    assert set(shares["locale"]) == {"en_US", "es_MX", "vi_VN", "ar_SA", "zh_CN", "ru_RU", "uk_UA"}


def test_a_family_may_have_one_child_found_and_another_missing_still(people: Path) -> None:
    family_of = {row["id"]: row.get("family") for row in rows_of(people, "reports")}
    fates: dict[str, set[bool]] = {}
    for row in rows_of(people, "truth"):
        family = family_of[row["report_id"]]
        if family:
            fates.setdefault(family, set()).add(row["registration_id"] is None)
    assert sum(len(fate) == 2 for fate in fates.values()) > 50


def test_siblings_registered_together_share_a_group_and_a_site(people: Path) -> None:
    groups: dict[str, list[str]] = {}
    for row in rows_of(people, "registrations"):
        if "group" in row:
            groups.setdefault(row["group"], []).append(row["site_name"])
    assert len(groups) > 200
    assert all(len(sites) > 1 and len(set(sites)) == 1 for sites in groups.values())


def test_small_children_seldom_give_a_family_name_and_big_ones_mostly_do(people: Path) -> None:
    missing = Counter[str]()
    counted = Counter[str]()
    for row in rows_of(people, "truth"):
        if row["registration_id"]:
            counted[row["slices"]["age_band"]] += 1
            missing[row["slices"]["age_band"]] += row["slices"]["surname_missing"]
    assert missing["0-2"] / counted["0-2"] > 0.5
    assert missing["14-17"] / counted["14-17"] < 0.3


def test_severe_noise_leaves_fewer_names_alike_than_mild(people: Path) -> None:
    reports = {row["id"]: row for row in rows_of(people, "reports")}
    registrations = {row["id"]: row for row in rows_of(people, "registrations")}
    alike: dict[str, list[bool]] = {severity: [] for severity in SEVERITIES}
    for row in rows_of(people, "truth"):
        registration = registrations.get(row["registration_id"], {})
        given = (reports[row["report_id"]].get("given_name"), registration.get("given_name"))
        if all(given):
            alike[row["slices"]["severity"]].append(given[0] == given[1])
    shares = [sum(found) / len(found) for found in alike.values()]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] > 0.15


def test_half_of_the_children_are_carried_beyond_the_scale_after_three_days() -> None:
    random = Random(5)  # noqa: S311 (invented people, no secrets)
    land = gulf(random, 60.0)
    carried = []
    for _ in range(1_500):
        town = land.home_town(random)
        carried.append(distance_km(town.point, land.carried(random, town, town.point, 4.0)))
    share = sum(distance > 60 for distance in carried) / len(carried)
    assert 0.44 < share < 0.62


def test_there_are_about_three_hundred_sites_and_children_are_taken_to_a_near_one() -> None:
    random = Random(5)  # noqa: S311 (invented people, no secrets)
    land = gulf(random, 60.0)
    assert len(land.sites) == 300
    town = land.home_town(random)
    nearest = sorted(distance_km(site.point, town.point) for site in land.sites)
    assert distance_km(land.site_for(random, town.point).point, town.point) < nearest[12]


def test_a_name_is_romanised_by_several_hands() -> None:
    random = Random(1)  # noqa: S311 (invented people, no secrets)
    written = {
        latin(name, language, random, 0.3) for _ in range(80) for name, language in (("محمد", "ar"), ("Юлия", "ru"))
    }
    assert {"Mohammed", "Muhammad", "Yuliya", "Iuliia", "Julija"} <= written


def test_every_han_name_can_be_romanised() -> None:
    random = Random(1)  # noqa: S311 (invented people, no secrets)
    culture = next(culture for culture in all_cultures() if culture.locale == "zh_CN")
    for pool in (*culture.given.values(), culture.family["F"]):
        assert all(latin(name, "zh", random, 0.0).isascii() for name in pool.names)
        assert all(latin(name, "zh", random, 0.0) for name in pool.names)


def test_reports_that_could_not_have_their_pairs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="100 reports need at least 60 registrations"):
        write_people(tmp_path, registrations=59, reports=100)


def test_two_thousand_people_take_less_than_two_seconds(tmp_path: Path) -> None:
    write_people(tmp_path, registrations=10, reports=5)
    start = time.process_time()
    write_people(tmp_path, registrations=2_000, reports=400)
    assert time.process_time() - start < 2.0
