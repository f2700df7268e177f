"""Candidates from the database: found by key, however many share a name."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.domain.person import Age, Item, Mark, MarkKind, Names, Person, Place, Point, Sex
from backend.domain.subject import Side, Subject
from backend.matching.profile import profile
from backend.matching.ranking import AT_ONCE
from backend.store.candidates import Candidate, Candidates, candidate, candidates_by_key, kept_for_matching
from backend.store.key_counts import ONE_IN, KeyCounts
from tests.support.client import new_id
from tests.support.house import House

MANY = 3000
HERE = Place(point=Point(27.95, -82.46))
COMMON = Names(None, "Maria", "Nguyen")
MOST = AT_ONCE.compared + AT_ONCE.compared_by_place
INCIDENT = "incident"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def registrations(house: House) -> Candidates:
    return house.use.store.registrations.collection


def document(person: Person, *, is_open: bool = True, **more: Any) -> dict[str, Any]:
    record_id = new_id()
    subject = Subject(Side.REGISTRATION, record_id, person, (HERE,))
    kept = kept_for_matching(record_id, profile(subject), open_to_matching=is_open)
    return {"_id": record_id, "version": 1, "incidentId": INCIDENT, "siteId": "site", **kept, **more}


def looking_for(person: Person) -> Candidate:
    subject = Subject(Side.REPORT, "report", person, (HERE,))
    return Candidate("report", 1, INCIDENT, "family", None, profile(subject), (1,))


def crowd() -> Iterator[dict[str, Any]]:
    for number in range(MANY):
        yield document(Person(names=COMMON, sex=Sex.FEMALE, age=Age(None, 7, 7), height_cm=100 + number % 40))


async def found(registrations: Candidates, person: Person) -> set[str]:
    return {one.id for one in await candidates_by_key(registrations, KeyCounts(), looking_for(person))}


async def test_thousands_of_one_name_hide_nobody_and_are_not_all_compared(registrations: Candidates) -> None:
    marked = Person(
        names=COMMON, sex=Sex.FEMALE, age=Age(None, 7, 7), marks=(Mark(MarkKind.SCAR, "left knee"),), height_cm=121
    )
    rare = Person(names=Names(None, "Marisol", "Quintanilla"), sex=Sex.FEMALE, age=Age(None, 7, 7))
    marked_one, rare_one = document(marked), document(rare)
    await registrations.insert_many([*crowd(), marked_one, rare_one])
    alike = await found(registrations, marked)
    assert marked_one["_id"] in alike
    assert len(alike) <= MOST
    assert rare_one["_id"] in await found(registrations, rare)
    assert len(await found(registrations, Person(names=COMMON, sex=Sex.FEMALE, age=Age(None, 7, 7)))) <= MOST


async def test_a_record_of_a_description_and_a_place_finds_its_like(registrations: Candidates) -> None:
    seen = Person(sex=Sex.MALE, age=Age(None, 2, 4), clothing=(Item("t-shirt", "green"),))
    like = document(seen)
    older = Person(names=COMMON, sex=Sex.FEMALE, age=Age(None, 12, 12))
    await registrations.insert_many([like, document(older)])
    assert await found(registrations, seen) == {like["_id"]}


async def test_who_is_not_to_be_matched_is_not_found_and_looks_for_nobody(registrations: Candidates) -> None:
    named = Person(names=COMMON)
    closed, open_one = document(named, is_open=False), document(named)
    elsewhere = document(named, incidentId="another")
    await registrations.insert_many([closed, open_one, elsewhere])
    assert await found(registrations, named) == {open_one["_id"]}
    read = await candidate(registrations, closed["_id"])
    assert read is not None
    assert not read.keys
    assert await candidates_by_key(registrations, KeyCounts(), read) == []


async def test_how_common_keys_are_is_read_again_when_it_has_grown_old(registrations: Candidates) -> None:
    clock = Clock()
    counts = KeyCounts(clock)
    before = await counts.of(registrations, INCIDENT)
    documents = list(crowd())
    await registrations.insert_many(documents)
    key = documents[0]["keys"][0]
    have_it = sum(key in one["keys"] for one in documents)
    assert (await counts.of(registrations, INCIDENT))(key) == before(key)
    clock.now = 3600.0
    after = await counts.of(registrations, INCIDENT)
    assert have_it / 2 < after(key).about < have_it * 2
    assert after(key).seen
    assert before(key).about < ONE_IN
    assert not before(key).seen
