from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, islice
from random import Random

import pytest

from backend.domain.person import Names, Person, Point
from backend.domain.registration import CareStatus
from backend.domain.validation import registration_problems, report_problems
from backend.simulation.gulf import gulf_towns
from backend.simulation.story import Arrival, Filing, Happening, OpenSite, Stage, tell_story

BEGAN = datetime(2026, 9, 2, 12, tzinfo=UTC)
SITES = [OpenSite("first", Point(29.95, -90.07)), OpenSite("second", Point(30.4, -88.9))]


def stage(seed: int) -> Stage:
    numbers = count(1)
    return Stage(
        random=Random(seed),  # noqa: S311 (it invents people and keeps no secret)
        incident_id="incident",
        sites=SITES,
        towns=gulf_towns(),
        began=BEGAN,
        new_id=lambda: str(next(numbers)),
        new_retry_key=lambda: "k" * 32,
    )


def told(seed: int, most: int) -> tuple[Stage, list[Happening]]:
    on = stage(seed)
    return on, list(islice(tell_story(on), most))


@pytest.fixture(scope="module")
def long_story() -> tuple[Stage, list[Happening]]:
    return told(7, 1500)


def taken_in(happenings: list[Happening]) -> Iterator[tuple[str, Person]]:
    for happening in happenings:
        if isinstance(happening, Arrival):
            for registration in happening.registrations:
                assert registration.id is not None
                yield registration.id, registration.person


def missed(happenings: list[Happening]) -> Iterator[tuple[str, Person]]:
    for happening in happenings:
        if isinstance(happening, Filing):
            for child in happening.report.children:
                assert child.id is not None
                yield child.id, child.person


def test_the_same_seed_invents_the_same_people_and_another_one_others() -> None:
    assert (one := told(1, 60)[1]) == told(1, 60)[1]
    assert one != told(2, 60)[1]


def test_the_first_family_files_at_once_and_its_children_reach_the_first_site_together(
    long_story: tuple[Stage, list[Happening]],
) -> None:
    on, happenings = long_story
    filing = happenings[0]
    assert isinstance(filing, Filing)
    assert (filing.at, filing.by_telephone) == (0, False)
    children = {on.truth[str(child.id)] for child in filing.report.children}
    arrival = next(one for one in happenings if isinstance(one, Arrival) and one.registrations[0].id in children)
    assert {registration.id for registration in arrival.registrations} == children
    assert (arrival.site_id, len(children) > 1, arrival.at < 10) == ("first", True, True)


def test_things_happen_in_order_every_few_seconds(long_story: tuple[Stage, list[Happening]]) -> None:
    _, happenings = long_story
    times = [happening.at for happening in happenings]
    assert times == sorted(times)
    assert 2 < times[-1] / len(times) < 8


def test_the_server_would_refuse_none_of_it(long_story: tuple[Stage, list[Happening]]) -> None:
    for happening in long_story[1]:
        if isinstance(happening, Filing):
            assert list(report_problems(happening.report, BEGAN)) == []
        else:
            for registration in happening.registrations:
                assert list(registration_problems(registration, BEGAN)) == []
                assert registration.found_at < BEGAN
                assert registration.care_status in {CareStatus.UNACCOMPANIED, CareStatus.SEPARATED}


def test_most_children_are_both_missed_and_found_and_some_are_only_one_of_these(
    long_story: tuple[Stage, list[Happening]],
) -> None:
    on, happenings = long_story
    found, reported = dict(taken_in(happenings)), dict(missed(happenings))
    both = sum(on.truth.get(report_id) in found for report_id in reported)
    assert 0.6 < both / len(reported) < 0.95
    assert 0.6 < both / len(found) < 0.95


def test_families_of_seven_languages_come_in(long_story: tuple[Stage, list[Happening]]) -> None:
    languages = {language for _, person in missed(long_story[1]) for language in person.languages}
    assert languages == {"en", "es", "vi", "ar", "zh", "ru", "uk"}


def test_names_differ_between_the_two_accounts_and_the_smallest_say_none(
    long_story: tuple[Stage, list[Happening]],
) -> None:
    on, happenings = long_story
    found = dict(taken_in(happenings))
    pairs = [(person, found[on.truth[its]]) for its, person in missed(happenings) if on.truth.get(its) in found]
    alike = sum(one.names == other.names for one, other in pairs)
    nameless = [other for _, other in pairs if other.names == Names()]
    assert 0 < alike < len(pairs) / 2
    assert nameless
    assert all((person.age.maximum or 0) <= 4 for person in nameless)


def test_telephone_numbers_are_of_the_range_kept_for_fiction(long_story: tuple[Stage, list[Happening]]) -> None:
    for happening in long_story[1]:
        if isinstance(happening, Filing):
            assert " 555 01" in str(happening.report.reporter.phone)
