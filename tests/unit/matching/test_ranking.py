"""The cheap ranking: which keys are asked for, and whom of those found it is worth comparing with."""

import csv
from pathlib import Path

import pytest

from backend.domain.person import Names, Person, Place, Point, Sex
from backend.domain.subject import Side
from backend.exchange.lists import read_list
from backend.matching.keys import Asked, Kind, asked_keys, keys
from backend.matching.profile import Profile, profile
from backend.matching.ranking import (
    AT_ONCE,
    COMMONEST,
    Bounds,
    Count,
    hits_of,
    is_small,
    keys_worth_asking,
    most_promising,
    sketch,
)
from tests.unit.matching.people import person, registration, report

LISTS = Path(__file__).parents[2] / "data" / "two-lists"
FEW = Bounds(found=100, found_by_place=50, compared=10, compared_by_place=5)


def asked(key: str, promise: float = 0.3, *, placed: bool = False) -> Asked:
    return Asked(key, promise, Kind("tried", promise, 0.3, placed))


def test_rare_keys_are_asked_first_and_common_ones_while_there_is_room() -> None:
    counts = {"common": 90, "rare": 5, "hot": 5000, "nobody": 0, "middling": 20}
    chosen = keys_worth_asking(
        [asked(key) for key in counts], lambda key: Count(counts[key], seen=True), FEW, small=False
    )
    assert [one.key for one in chosen] == ["rare", "middling"]


def test_of_two_keys_as_common_the_one_that_promises_more_is_asked_first() -> None:
    chosen = keys_worth_asking(
        [asked("child", 0.03), asked("name", 0.3)], lambda _: Count(60, seen=True), FEW, small=False
    )
    assert [one.key for one in chosen] == ["name"]


def test_a_record_with_nothing_but_a_common_key_is_still_looked_for_by_it() -> None:
    assert keys_worth_asking([asked("hot")], lambda _: Count(COMMONEST, seen=True), FEW, small=False)
    assert not keys_worth_asking([asked("hot")], lambda _: Count(COMMONEST + 1, seen=True), FEW, small=False)


def test_keys_that_perhaps_nobody_has_never_take_the_place_of_the_only_one_that_somebody_has() -> None:
    perhaps = [asked(f"perhaps {number}") for number in range(200)]
    counts = {"common": Count(150, seen=True)}
    chosen = keys_worth_asking(
        [*perhaps, asked("common")], lambda key: counts.get(key, Count(1.9, seen=False)), FEW, small=False
    )
    assert "common" in {one.key for one in chosen}
    assert len(chosen) <= 1 + FEW.found / 1.9


def test_more_is_looked_at_for_a_child_too_small_to_say_a_name() -> None:
    many = [asked(str(number)) for number in range(9)]
    assert len(keys_worth_asking(many, lambda _: Count(50, seen=True), FEW, small=True)) > len(
        keys_worth_asking(many, lambda _: Count(50, seen=True), FEW, small=False)
    )
    assert is_small(profile(report(person(names=Names(given="Ana"), years=1))))
    assert not is_small(profile(report(person(names=Names(given="Ana"), years=9))))
    assert is_small(profile(report(person(years=9))))


def test_keys_of_a_place_never_crowd_out_the_others() -> None:
    others = [asked(str(number)) for number in range(9)]
    near = [asked(f"near {number}", placed=True) for number in range(9)]
    alone = keys_worth_asking(others, lambda _: Count(20, seen=True), FEW, small=False)
    beside = keys_worth_asking([*near, *others], lambda _: Count(20, seen=True), FEW, small=False)
    assert [one for one in beside if not one.kind.placed] == list(alone)
    assert any(one.kind.placed for one in beside)


def test_who_is_compared_without_the_place_does_not_depend_on_the_place() -> None:
    subject = person(names=Names(given="Ana"), sex=Sex.FEMALE, years=6, hair="black")
    crowd = {
        number: sketch(
            profile(
                registration(person(sex=Sex.FEMALE, years=4 + number % 5), place=Place(point=Point(27 + number, -82)))
            )
        )
        for number in range(40)
    }
    crowd[99] = sketch(profile(registration(subject, place=Place(point=Point(60, 10)))))
    for point in (Point(27, -82), Point(60, 10), Point(-30, 100)):
        here = sketch(profile(report(subject, place=Place(point=point))))
        assert most_promising(here, crowd, {}, {}, FEW)[: FEW.compared][0] == 99


@pytest.fixture(scope="module")
def lists() -> tuple[dict[str, Profile], dict[str, Profile]]:
    reports, registrations = (
        read_list(LISTS / f"{name}.csv", side).subjects
        for name, side in (("reports", Side.REPORT), ("registrations", Side.REGISTRATION))
    )
    return {one.id: profile(one) for one in reports}, {one.id: profile(one) for one in registrations}


def test_of_all_that_were_found_the_right_one_is_among_the_few_that_are_compared(
    lists: tuple[dict[str, Profile], dict[str, Profile]],
) -> None:
    reports, registrations = lists
    kept = {one: keys(found) for one, found in registrations.items()}
    sketches = {one: sketch(found) for one, found in registrations.items()}
    with (LISTS / "truth.csv").open(encoding="utf-8") as lines:
        pairs = [(row["report_id"], row["registration_id"]) for row in csv.DictReader(lines)]
    met = 0
    for report_id, registration_id in pairs:
        everything = asked_keys(reports[report_id])
        # Everybody in the list is found: only the ranking decides.
        hits, sizes = hits_of({one.key: one for one in everything}, kept)
        best = most_promising(sketch(reports[report_id]), sketches, hits, sizes, AT_ONCE)
        assert len(best) <= AT_ONCE.compared + AT_ONCE.compared_by_place
        met += registration_id in best
    assert met >= 0.97 * len(pairs)


def test_a_sketch_of_nothing_is_ranked_too() -> None:
    empty = sketch(profile(report(Person())))
    crowd = dict.fromkeys(range(40), empty)
    assert len(most_promising(empty, crowd, {}, {}, FEW)) == FEW.compared + FEW.compared_by_place
