"""The index of keys: who is found, and whom of those it is worth comparing with."""

import csv
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from backend.domain.person import Mark, MarkKind, Names, Person, Place, Point, Sex
from backend.domain.subject import Side
from backend.exchange.lists import read_list
from backend.matching import key_index
from backend.matching.key_index import KeyIndex
from backend.matching.keys import KINDS, Asked, asked_by_number, key_number, keys
from backend.matching.profile import Profile, profile
from backend.matching.ranking import AT_ONCE, Bounds
from tests.unit.matching.people import person, registration, report

LISTS = Path(__file__).parents[2] / "data" / "two-lists"
FEW = Bounds(found=100, found_by_place=50, compared=10, compared_by_place=5)
EVERYBODY = Asked("everybody", 1.0, KINDS["mark"])
NOBODY = profile(report(Person()))


def index_of(people: Iterable[tuple[str, Profile]]) -> KeyIndex:
    """All of them under one key, beside their own."""
    index = KeyIndex()
    for record_id, described in people:
        index.put(record_id, (0, *map(key_number, keys(described))), described, None)
    return index


def likeliest(index: KeyIndex, subject: Profile, bounds: Bounds = FEW) -> list[str]:
    return index.likeliest(subject, {0: EVERYBODY}, bounds)


def test_who_is_compared_without_the_place_does_not_depend_on_the_place() -> None:
    subject = person(names=Names(given="Ana"), sex=Sex.FEMALE, years=6, hair="black")
    crowd = {
        str(number): profile(
            registration(person(sex=Sex.FEMALE, years=4 + number % 5), place=Place(point=Point(27 + number, -82)))
        )
        for number in range(40)
    }
    index = index_of([*crowd.items(), ("she", profile(registration(subject, place=Place(point=Point(60, 10)))))])
    for point in (Point(27, -82), Point(60, 10), Point(-30, 100)):
        assert likeliest(index, profile(report(subject, place=Place(point=point))))[0] == "she"


def test_those_near_are_compared_too_where_many_are_alike() -> None:
    crowd = {
        str(number): profile(registration(person(years=6), place=Place(point=Point(27, -82 + number / 2))))
        for number in range(80)
    }
    subject = profile(report(person(years=6), place=Place(point=Point(27, -50))))
    assert {"63", "64", "65"} <= set(likeliest(index_of(crowd.items()), subject))


def test_a_description_filed_many_times_over_hides_nobody_who_is_described_a_little_otherwise() -> None:
    described = person(names=Names(given="Ana"), sex=Sex.FEMALE, years=6, hair="black")
    less = person(names=Names(given="Ana"), sex=Sex.FEMALE, years=6)
    crowd = {str(number): profile(registration(described)) for number in range(30)}
    index = index_of([*crowd.items(), ("she", profile(registration(less)))])
    bounds = Bounds(found=100, found_by_place=50, compared=10, compared_by_place=0, for_a_crowd=4)
    assert "she" in likeliest(index, profile(report(described)), bounds)


def test_a_record_of_nothing_is_ranked_too() -> None:
    index = index_of((str(number), NOBODY) for number in range(40))
    assert len(likeliest(index, NOBODY)) == FEW.compared + FEW.compared_by_place


def test_of_records_written_changed_and_taken_away_the_present_ones_are_found() -> None:
    index, present, chance = KeyIndex(), dict[str, int](), random.Random(5)  # noqa: S311 (no secret)
    everybody = Bounds(found=100_000, found_by_place=0, compared=100_000, compared_by_place=0)
    for _ in range(30):
        for _ in range(300):
            record_id, key = str(chance.randrange(400)), chance.randrange(20)
            if chance.random() < 0.3:
                index.drop(record_id)
                present.pop(record_id, None)
            else:
                index.put(record_id, (key,), NOBODY, None)
                present[record_id] = key
        key = chance.randrange(20)
        found = index.likeliest(NOBODY, {key: EVERYBODY}, everybody)
        assert sorted(found) == sorted(record_id for record_id, kept in present.items() if kept == key)
        assert len(index) == len(present)


def test_each_key_leads_to_its_own_records_however_unevenly_keys_are_spread() -> None:
    chance = random.Random(6)  # noqa: S311 (no secret)
    spread = [chance.randrange(1 << 48) for _ in range(500)]
    crowded = [spread[0] + number for number in range(100)]
    ends = [0, (1 << 48) - 1]
    asked = [*spread, *crowded, *ends, *(key + 1 for key in spread), *(chance.randrange(1 << 48) for _ in range(500))]
    index, kept = KeyIndex(), dict[int, set[str]]()
    for number in range(300):
        some = chance.sample([*spread, *crowded], 20) + ends
        index.put(str(number), tuple(some), NOBODY, None)
        for key in some:
            kept.setdefault(key, set()).add(str(number))
        if number % 50 == 0:
            assert index.likeliest(NOBODY, {ends[1]: EVERYBODY}, FEW)  # so that there are several lists
    everybody = Bounds(found=100_000, found_by_place=0, compared=100_000, compared_by_place=0)
    for key in asked:
        assert set(index.likeliest(NOBODY, {key: EVERYBODY}, everybody)) == kept.get(key, set())


def test_what_is_gone_is_forgotten_and_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_index, "_MOST_GONE", 10)
    index = KeyIndex()
    for _ in range(50):
        for number in range(20):
            index.put(str(number), (0,), NOBODY, None)
    assert len(index._ids) < 50  # noqa: SLF001 (what it takes is seen from nowhere else)
    assert len(likeliest(index, NOBODY)) == FEW.compared + FEW.compared_by_place


def test_neither_the_record_itself_nor_its_brothers_are_its_like() -> None:
    index = KeyIndex()
    for record_id, together in (("me", "family"), ("brother", "family"), ("stranger", "another"), ("alone", None)):
        index.put(record_id, (0,), NOBODY, together)
    found = index.likeliest(NOBODY, {0: EVERYBODY}, FEW, besides="me")
    assert sorted(found) == ["alone", "brother", "stranger"]
    found = index.likeliest(NOBODY, {0: EVERYBODY}, FEW, besides="me", apart_from="family")
    assert sorted(found) == ["alone", "stranger"]


def test_the_order_of_marks_never_decides_who_is_compared() -> None:
    places = ["left knee", "right knee", "chin", "nose", "left arm", "right arm", "neck"]
    marks = [Mark(MarkKind.SCAR, place) for place in places]
    crowd = {str(number): profile(registration(person(marks=(marks[number % 7],)))) for number in range(70)}
    index = index_of(crowd.items())
    forwards = likeliest(index, profile(report(person(marks=tuple(marks)))))
    assert likeliest(index, profile(report(person(marks=tuple(reversed(marks)))))) == forwards


def test_of_all_that_were_found_the_right_one_is_among_the_few_that_are_compared() -> None:
    reports, registrations = (
        {one.id: profile(one) for one in read_list(LISTS / f"{name}.csv", side).subjects}
        for name, side in (("reports", Side.REPORT), ("registrations", Side.REGISTRATION))
    )
    index = index_of(registrations.items())
    with (LISTS / "truth.csv").open(encoding="utf-8") as lines:
        pairs = [(row["report_id"], row["registration_id"]) for row in csv.DictReader(lines)]
    met = 0
    for report_id, registration_id in pairs:
        asked = asked_by_number(reports[report_id])
        best = index.likeliest(reports[report_id], asked, AT_ONCE)
        assert len(best) <= AT_ONCE.compared * AT_ONCE.for_a_crowd + AT_ONCE.compared_by_place
        met += registration_id in best
    assert met >= 0.97 * len(pairs)
