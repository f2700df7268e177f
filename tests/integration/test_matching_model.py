"""What an incident's pairs are scored under: frozen, made anew by itself when outgrown, and applied page by page."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.match import Match
from backend.domain.model import RescoringStep
from backend.domain.person import Sex
from backend.services.models import Rules, change_model, rules_of, start_rescoring
from backend.services.rescoring import REPORTS_A_PAGE, rescore_page, rescoring_of
from backend.store import events
from backend.store.records import Session
from backend.store.work import claim, finish
from tests.support.client import new_id
from tests.support.copies import copy_of
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.records import child, missing, report
from tests.support.snapshot import settled

GIVEN = ("Ada", "Bao", "Carlos", "Dmytro", "Esther", "Fatima", "Guo", "Hana", "Ilse", "Jorge")
FAMILY = ("Abara", "Brandt", "Castro", "Dlamini", "Eriksen", "Faris", "Gupta", "Haddad", "Ito", "Jansen")


@pytest.fixture
async def idle(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A server without a worker."""
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        yield house


def unrelated(site_id: str, number: int) -> dict[str, Any]:
    names = {"given": GIVEN[number % 10], "family": f"{FAMILY[number // 10 % 10]}-{FAMILY[number // 100 % 10]}"}
    person = {"names": names, "sex": "MALE", "age": {"birthDate": f"{2008 + number % 12}-0{1 + number % 9}-11"}}
    return child(site_id, person=person, foundPlace=None)


async def register(scene: Scene, count: int) -> None:
    for start in range(0, count, 20):
        wanted = (unrelated(scene.site_id, number) for number in range(start, start + 20))
        answers = await asyncio.gather(*(scene.volunteer.ask("registerPerson", input=one) for one in wanted))
        assert all(answer.made for answer in answers)
        await settled(scene.house.use.store)


async def copy_registrations(scene: Scene, times: int) -> None:
    """Each registration but the true one so many times again, without the wait for their own scoring."""
    registrations = scene.house.use.store.registrations
    there = [
        one
        async for one in registrations.collection.find()
        if registrations.record_of(dict(one)).person.sex is Sex.MALE
    ]
    await registrations.collection.insert_many([copy_of(registrations, one) for one in there for _ in range(times)])


async def matches_of(scene: Scene) -> dict[str, Match]:
    return {match.id: match for match in await scene.house.use.store.matches.find({})}


async def model_of(scene: Scene) -> Any:
    rules = await rules_of(scene.house.use, scene.incident_id)
    assert rules is not None
    return rules.model


async def test_hundreds_of_unrelated_records_change_no_pair_s_bits(scene: Scene) -> None:
    twin = report(scene.incident_id, missing(), missing(person={"names": {"full": "Tomás Quintanilla"}}))
    assert (await scene.stranger.ask("fileReport", input=twin)).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    before = await matches_of(scene)
    assert before
    await register(scene, 20)
    await copy_registrations(scene, 20)
    change = {"id": twin["children"][0]["id"], "version": 1, "lastSeenAt": "2026-09-01T22:00:00Z"}
    assert (await scene.coordinator.ask("changeReport", input=change)).made
    await settled(scene.house.use.store)
    after = await matches_of(scene)
    for match_id, match in before.items():
        assert (after[match_id].bits, after[match_id].evidence) == (match.bits, match.evidence)
    assert (await model_of(scene)).version == 1


async def test_an_incident_that_outgrows_its_model_gets_another_and_is_scored_anew(scene: Scene) -> None:
    assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    small = await change_model(
        scene.house.use, scene.incident_id, lambda rules: replace(rules.model, candidates=8, because="A test.")
    )
    await settled(scene.house.use.store)
    before = (await scene.house.use.store.matches.find({}))[0]
    assert before.model_version == small.version == 2
    await register(scene, 40)
    model = await model_of(scene)
    assert model.version > small.version
    assert 32 <= model.candidates <= 41
    assert "registrations" in model.because
    after = (await scene.house.use.store.matches.find({}))[0]
    assert after.model_version == model.version
    assert after.bits < before.bits
    assert await scene.house.use.store.matches.collection.count_documents({}) == 1


async def test_another_scale_is_another_model_and_weighs_distances_anew(scene: Scene) -> None:
    far = missing(lastSeenPlace={"point": {"latitude": 32.5, "longitude": -93.7}})
    assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id, far))).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    before = (await scene.house.use.store.matches.find({}))[0]
    change = {"id": scene.incident_id, "version": 1, "scale": "CATASTROPHIC"}
    assert (await scene.coordinator.ask("changeIncident", input=change)).made
    await settled(scene.house.use.store)
    after = (await scene.house.use.store.matches.find({}))[0]
    assert (before.model_version, after.model_version) == (1, 2)
    assert after.bits > before.bits
    assert (await model_of(scene)).displacement.scale_km == 200.0


async def file_reports(scene: Scene, count: int) -> None:
    for number in range(count):
        names = {"given": GIVEN[number % 10], "family": FAMILY[number // 10 % 10]}
        one = report(scene.incident_id, missing(person={"names": names}))
        assert (await scene.stranger.ask("fileReport", input=one)).made


async def start(scene: Scene, *, reprofile: bool = False) -> str:
    use = scene.house.use

    async def write(session: Session) -> str:
        return (await start_rescoring(use, scene.incident_id, session, reprofile=reprofile)).run

    return await use.store.transact(write)


async def test_however_many_work_on_the_pages_each_report_is_worked_on_once(idle: House) -> None:
    scene = await set_scene(idle)
    await file_reports(scene, 3 * REPORTS_A_PAGE + 2)
    run = await start(scene)
    use = idle.use

    async def work() -> None:
        while await use.store.transact(lambda session: rescore_page(use, scene.incident_id, run, session)) is not None:
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    done = await rescoring_of(use, scene.incident_id)
    assert done is not None
    assert (done.step, done.done) == (RescoringStep.DONE, 3 * REPORTS_A_PAGE + 2)


async def test_a_change_in_the_midst_of_a_rescoring_begins_it_again_and_ends_the_one_before(idle: House) -> None:
    scene = await set_scene(idle)
    await file_reports(scene, REPORTS_A_PAGE + 1)
    use = idle.use

    async def page(run: str) -> timedelta | None:
        return await use.store.transact(lambda session: rescore_page(use, scene.incident_id, run, session))

    first = await start(scene)
    assert await page(first) is not None
    second = await start(scene)
    assert await page(first) is None
    assert await page(second) is not None
    assert await page(second) is None
    done = await rescoring_of(use, scene.incident_id)
    assert done is not None
    assert (done.run, done.done) == (second, REPORTS_A_PAGE + 1)


async def test_a_rescoring_waits_for_what_is_being_scored_by_the_rules_of_before(idle: House) -> None:
    scene = await set_scene(idle)
    use = idle.use
    waiting = Event(new_id(), EventKind.PERSON_REGISTERED, new_id(), SYSTEM, use.clock())

    async def append(session: Session) -> None:
        await events.append(use.store, session, waiting)

    await use.store.transact(append)
    slow = await claim(use.store.events, use.clock(), timedelta(seconds=30), "slow")
    assert slow is not None
    run = await start(scene)

    async def page() -> timedelta | None:
        return await use.store.transact(lambda session: rescore_page(use, scene.incident_id, run, session))

    pause = await page()
    assert pause
    await use.store.transact(lambda session: finish(use.store.events, [slow], session))
    assert await page() is None


async def test_profiles_of_an_older_release_are_made_anew_and_kept_where_they_are_present(idle: House) -> None:
    scene = await set_scene(idle)
    use = idle.use
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await file_reports(scene, 1)
    for records in (use.store.registrations, use.store.reports):
        await records.collection.update_many({}, {"$set": {"profile.version": 0, "profile.packed": b""}})
    run = await start(scene, reprofile=True)
    # A threshold changed in the midst of it must not make it forget the profiles.
    assert await use.store.transact(lambda session: rescore_page(use, scene.incident_id, run, session)) is not None
    run = await start(scene)
    while await use.store.transact(lambda session: rescore_page(use, scene.incident_id, run, session)) is not None:
        pass
    for records in (use.store.registrations, use.store.reports):
        async for document in records.collection.find():
            assert document["profile"]["version"] > 0
            assert document["profile"]["packed"]
            assert document["version"] == 1


async def test_a_model_is_put_in_the_place_of_the_one_that_was_seen(idle: House) -> None:
    scene = await set_scene(idle)

    def bolder(rules: Rules) -> Any:
        return replace(rules.model, candidates=rules.model.candidates * 2, because="A test.")

    await asyncio.gather(*(change_model(idle.use, scene.incident_id, bolder) for _ in range(4)))
    model = await model_of(scene)
    assert (model.version, model.candidates) == (5, 16_000)


async def test_an_incident_of_an_older_release_gets_the_model_that_it_would_have_begun_with(idle: House) -> None:
    scene = await set_scene(idle)
    first = await model_of(scene)
    await idle.use.store.incidents.collection.update_many({}, {"$unset": {"model": ""}})
    assert await model_of(scene) == first
    second = await change_model(idle.use, scene.incident_id, lambda rules: replace(rules.model, candidates=7))
    assert (await model_of(scene), second.version) == (second, 2)


async def test_new_records_are_matched_while_an_incident_is_rescored(idle: House, tmp_path: Path) -> None:
    scene = await set_scene(idle)
    await file_reports(scene, 1)
    reports = idle.use.store.reports
    one = await reports.collection.find_one()
    assert one is not None
    await reports.collection.insert_many([
        copy_of(reports, one, familyId=new_id(), filing=new_id()) for _ in range(60 * REPORTS_A_PAGE)
    ])  # fmt: skip
    await start(scene)
    uri = idle.settings.mongodb_uri
    assert uri is not None
    async with running_house(uri.get_secret_value(), idle.settings.database_name, tmp_path) as house:
        store = house.use.store
        async with asyncio.timeout(20):
            while await store.rescorings.find_one({"done": {"$gt": 0}}) is None:  # noqa: ASYNC110 (as below)
                await asyncio.sleep(0.005)
            filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
            assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
            while await store.matches.find_one({"reportId": filed["reports"][0]["id"]}) is None:  # noqa: ASYNC110 (the worker tells nobody)
                await asyncio.sleep(0.005)
        under_way = await rescoring_of(house.use, scene.incident_id)
        assert under_way is not None
        assert under_way.step is RescoringStep.REPORTS
