"""Candidates from the database: found by key, however many share a name."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from backend.domain.person import Age, Item, Mark, MarkKind, Names, Person, Place, Point, Sex
from backend.domain.subject import Side, Subject
from backend.matching.key_index import KeyIndex
from backend.matching.profile import profile
from backend.matching.ranking import AT_ONCE
from backend.store import key_indexes
from backend.store.candidates import Candidate, candidate, candidates_by_key, kept_for_matching
from backend.store.key_indexes import LATE, Candidates, KeyIndexes, SeenAs
from tests.support.client import new_id
from tests.support.house import House

MANY = 3000
HERE = Place(point=Point(27.95, -82.46))
COMMON = Names(None, "Maria", "Nguyen")
MOST = AT_ONCE.compared + AT_ONCE.compared_by_place
INCIDENT = "incident"


@pytest.fixture
def registrations(house: House) -> Candidates:
    return house.use.store.registrations


def document(person: Person, *, is_open: bool = True, **more: Any) -> dict[str, Any]:
    record_id = new_id()
    about = {"_id": record_id, "version": 1, "incidentId": INCIDENT, "siteId": "site"}
    return {**about, **kept(person, is_open=is_open), **more}


def kept(person: Person, *, is_open: bool = True) -> dict[str, Any]:
    subject = Subject(Side.REGISTRATION, "any", person, (HERE,))
    return kept_for_matching(profile(subject), open_to_matching=is_open, at=datetime.now(UTC))


def looking_for(person: Person) -> Candidate:
    subject = Subject(Side.REPORT, "report", person, (HERE,))
    return Candidate("report", 1, INCIDENT, "family", None, profile(subject), is_open=True)


def crowd() -> Iterator[dict[str, Any]]:
    for number in range(MANY):
        yield document(Person(names=COMMON, sex=Sex.FEMALE, age=Age(None, 7, 7), height_cm=100 + number % 40))


async def found(registrations: Candidates, person: Person, indexes: KeyIndexes | None = None) -> set[str]:
    subject = looking_for(person)
    alike = await candidates_by_key(registrations, indexes or KeyIndexes(), [subject])
    return {one.id for one in alike[subject.id]}


async def test_thousands_of_one_name_hide_nobody_and_are_not_all_compared(registrations: Candidates) -> None:
    marked = Person(
        names=COMMON, sex=Sex.FEMALE, age=Age(None, 7, 7), marks=(Mark(MarkKind.SCAR, "left knee"),), height_cm=121
    )
    rare = Person(names=Names(None, "Marisol", "Quintanilla"), sex=Sex.FEMALE, age=Age(None, 7, 7))
    marked_one, rare_one = document(marked), document(rare)
    await registrations.collection.insert_many([*crowd(), marked_one, rare_one])
    alike = await found(registrations, marked)
    assert marked_one["_id"] in alike
    assert len(alike) <= MOST
    assert rare_one["_id"] in await found(registrations, rare)
    assert len(await found(registrations, Person(names=COMMON, sex=Sex.FEMALE, age=Age(None, 7, 7)))) <= MOST


async def test_a_record_of_a_description_and_a_place_finds_its_like(registrations: Candidates) -> None:
    seen = Person(sex=Sex.MALE, age=Age(None, 2, 4), clothing=(Item("t-shirt", "green"),))
    like = document(seen)
    older = Person(names=COMMON, sex=Sex.FEMALE, age=Age(None, 12, 12))
    await registrations.collection.insert_many([like, document(older)])
    assert await found(registrations, seen) == {like["_id"]}


async def test_who_is_not_to_be_matched_is_not_found_and_looks_for_nobody(registrations: Candidates) -> None:
    named = Person(names=COMMON)
    closed, open_one = document(named, is_open=False), document(named)
    elsewhere = document(named, incidentId="another")
    await registrations.collection.insert_many([closed, open_one, elsewhere])
    assert await found(registrations, named) == {open_one["_id"]}
    read = await candidate(registrations, closed["_id"])
    assert read is not None
    assert not read.is_open
    assert await candidates_by_key(registrations, KeyIndexes(), [read]) == {read.id: []}


async def test_what_is_written_changed_and_closed_is_known_at_the_next_look(registrations: Candidates) -> None:
    indexes, ana, bea = KeyIndexes(), Person(names=Names(None, "Ana", "Quintanilla")), Person(names=COMMON)
    assert await found(registrations, ana, indexes) == set()
    one = document(ana)
    await registrations.collection.insert_one(one)
    assert await found(registrations, ana, indexes) == {one["_id"]}
    assert await found(registrations, bea, indexes) == set()
    await registrations.collection.update_one({"_id": one["_id"]}, {"$set": kept(bea)})
    assert await found(registrations, ana, indexes) == set()
    assert await found(registrations, bea, indexes) == {one["_id"]}
    await registrations.collection.update_one({"_id": one["_id"]}, {"$set": kept(bea, is_open=False)})
    assert await found(registrations, bea, indexes) == set()
    assert len(await indexes.current(registrations, INCIDENT, SeenAs.CHILD)) == 0


async def test_all_is_known_of_an_import_that_is_too_large_for_its_records_to_be_named(
    registrations: Candidates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_indexes, "MOST_ASKED_BY_ID", 2)
    indexes, ana = KeyIndexes(), Person(names=Names(None, "Ana", "Quintanilla"))
    assert len(await indexes.current(registrations, INCIDENT, SeenAs.CHILD)) == 0
    imported = [document(ana) for _ in range(3)]
    await registrations.collection.insert_many([*imported, document(ana, incidentId="another")])
    asked = list[dict[str, Any]]()
    collection = registrations.collection

    def find(wanted: dict[str, Any], *rest: Any, **more: Any) -> Any:
        asked.append(wanted)
        return collection.find(wanted, *rest, **more)

    noting: Any = SimpleNamespace(find=find, name=collection.name)
    index = await indexes.current(replace(registrations, collection=noting), INCIDENT, SeenAs.CHILD)
    assert len(index) == len(imported)
    assert all("_id" not in wanted for wanted in asked)


async def test_a_record_that_comes_to_be_seen_later_than_it_says_is_not_missed(registrations: Candidates) -> None:
    indexes, now = KeyIndexes(), datetime.now(UTC)
    ana = Person(names=Names(None, "Ana", "Quintanilla"))
    await registrations.collection.insert_one(document(ana))
    assert len(await found(registrations, ana, indexes)) == 1
    late = document(ana, keptAt=now - LATE / 2)
    await registrations.collection.insert_one(late)
    assert late["_id"] in await found(registrations, ana, indexes)


async def test_a_server_whose_clock_is_ahead_hides_nothing_that_others_write(registrations: Candidates) -> None:
    indexes, now = KeyIndexes(), datetime.now(UTC)
    ana = Person(names=Names(None, "Ana", "Quintanilla"))
    await registrations.collection.insert_one(document(ana, keptAt=now + timedelta(hours=1)))
    assert len(await found(registrations, ana, indexes)) == 1
    await registrations.collection.insert_one(document(ana, keptAt=now))
    assert len(await found(registrations, ana, indexes)) == 2


async def test_in_quiet_hours_nothing_is_read_twice(registrations: Candidates, monkeypatch: pytest.MonkeyPatch) -> None:
    moment, read = [0.0], list[str]()
    monkeypatch.setattr(key_indexes, "monotonic", lambda: moment[0])
    put = key_indexes._put  # noqa: SLF001 (what is read whole is seen from nowhere else)

    def note(indexes: dict[SeenAs, KeyIndex], one: dict[str, Any]) -> None:
        read.append(one["_id"])
        put(indexes, one)

    monkeypatch.setattr(key_indexes, "_put", note)
    indexes, ana = KeyIndexes(), Person(names=Names(None, "Ana", "Quintanilla"))
    before = document(ana)
    await registrations.collection.insert_one(before)
    for seconds in (0.0, 1.0, 60.0):
        moment[0] = seconds
        await found(registrations, ana, indexes)
    assert read == [before["_id"]]
    after = document(ana, keptAt=before["keptAt"] + timedelta(seconds=60))
    await registrations.collection.insert_one(after)
    moment[0] = 61.0
    assert after["_id"] in await found(registrations, ana, indexes)
    assert read == [before["_id"], after["_id"]]


@pytest.mark.parametrize("set_back", [timedelta(0), timedelta(hours=1)])
async def test_what_was_written_long_before_the_next_look_is_found_though_the_clock_was_set_back(
    registrations: Candidates, monkeypatch: pytest.MonkeyPatch, set_back: timedelta
) -> None:
    moment, wall = [1000.0], [datetime.now(UTC)]
    monkeypatch.setattr(key_indexes, "monotonic", lambda: moment[0])
    indexes, ana = KeyIndexes(lambda: wall[0]), Person(names=Names(None, "Ana", "Quintanilla"))

    def goes_by(seconds: float) -> None:
        moment[0] += seconds
        wall[0] += timedelta(seconds=seconds)

    first = document(ana, keptAt=wall[0])
    await registrations.collection.insert_one(first)
    assert await found(registrations, ana, indexes) == {first["_id"]}
    goes_by(100)
    assert await found(registrations, ana, indexes) == {first["_id"]}
    wall[0] -= set_back
    goes_by(20)
    second = document(ana, keptAt=wall[0])
    await registrations.collection.insert_one(second)
    goes_by(3600)
    assert await found(registrations, ana, indexes) == {first["_id"], second["_id"]}


async def test_who_gives_up_waiting_for_the_first_reading_does_not_stop_it(registrations: Candidates) -> None:
    await registrations.collection.insert_many([document(Person(names=COMMON)) for _ in range(50)])
    indexes = KeyIndexes()
    waiting = asyncio.create_task(indexes.current(registrations, INCIDENT, SeenAs.CHILD))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(10):
        while not indexes._followed["registrations", INCIDENT].read_at:  # noqa: ASYNC110, SLF001 (nobody else may ask)
            await asyncio.sleep(0.01)
    assert len(await indexes.current(registrations, INCIDENT, SeenAs.CHILD)) == 50


async def test_two_records_written_at_once_never_miss_each_other_in_two_processes(registrations: Candidates) -> None:
    """Each process looks after its own record was written, as a worker does: at least one finds the other's."""
    processes = KeyIndexes(), KeyIndexes()
    for number in range(20):
        ana = Person(names=Names(None, f"Ana{number}", "Quintanilla"))

        async def write_and_look(indexes: KeyIndexes, ana: Person = ana) -> tuple[str, set[str]]:
            own = document(ana)
            await registrations.collection.insert_one(own)
            return own["_id"], await found(registrations, ana, indexes)

        (one, seen_by_one), (other, seen_by_other) = await asyncio.gather(*map(write_and_look, processes))
        assert other in seen_by_one or one in seen_by_other
