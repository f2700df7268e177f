"""The cheap ranking: which keys are asked for."""

from collections.abc import Iterable, Mapping

from backend.domain.person import Names
from backend.matching.keys import Asked, Kind
from backend.matching.profile import profile
from backend.matching.ranking import COMMONEST, Bounds, is_small, keys_worth_asking
from tests.unit.matching.people import person, report

FEW = Bounds(found=100, found_by_place=50, compared=10, compared_by_place=5)


def asked(key: str, promise: float = 0.3, *, placed: bool = False) -> Asked:
    return Asked(key, promise, Kind("tried", promise, 0.3, placed))


def chosen(keys: Iterable[Asked], counts: Mapping[str, int], *, small: bool = False) -> list[str]:
    """Those chosen, of keys that so many records have."""
    return keys_worth_asking({one.key: one for one in keys}, counts, FEW, small=small)


def test_rare_keys_are_asked_first_and_common_ones_while_there_is_room() -> None:
    counts = {"common": 90, "rare": 5, "hot": 5000, "nobody": 0, "middling": 20}
    assert chosen(map(asked, counts), counts) == ["rare", "middling"]


def test_of_two_keys_as_common_the_one_that_promises_more_is_asked_first() -> None:
    assert chosen([asked("child", 0.03), asked("name", 0.3)], {"child": 60, "name": 60}) == ["name"]


def test_a_record_with_nothing_but_a_common_key_is_still_looked_for_by_it() -> None:
    assert chosen([asked("hot")], {"hot": COMMONEST}) == ["hot"]
    assert chosen([asked("hot")], {"hot": COMMONEST + 1}) == []


def test_more_is_looked_at_for_a_child_too_small_to_say_a_name() -> None:
    counts = {f"key {number}": 50 for number in range(9)}
    many = [asked(key) for key in counts]
    assert len(chosen(many, counts, small=True)) > len(chosen(many, counts))
    assert is_small(profile(report(person(names=Names(given="Ana"), years=1))))
    assert not is_small(profile(report(person(names=Names(given="Ana"), years=9))))
    assert is_small(profile(report(person(years=9))))


def test_keys_of_a_place_never_crowd_out_the_others() -> None:
    others = [asked(f"other {number}") for number in range(9)]
    near = [asked(f"near {number}", placed=True) for number in range(9)]
    counts = {one.key: 20 for one in (*others, *near)}
    alone, beside = chosen(others, counts), chosen([*near, *others], counts)
    assert [key for key in beside if key.startswith("other")] == alone
    assert any(key.startswith("near") for key in beside)
