"""`reunify matching`, as an operator runs it beside a server, or while none is there."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from backend.commands.running import beside_the_server
from backend.domain.event import OPERATOR
from backend.domain.match import MatchState
from backend.domain.model import MatchingModel, RescoringStep
from backend.services.models import change_model, rules_of
from backend.services.rebuilding import begin_rebuilding
from backend.services.rescoring import REPORTS_A_PAGE, rescoring_of
from backend.store.database import LOCKED_SECONDS
from tests.integration.test_operator_commands import environment, here, one_line
from tests.support.client import new_id
from tests.support.copies import copy_of
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.records import child, missing, report
from tests.support.snapshot import AUDIT, everything, settled


@pytest.fixture
async def idle(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A server without a worker."""
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        yield house


def settings_of(house: House) -> dict[str, str]:
    uri = house.settings.mongodb_uri
    assert uri is not None
    return {
        "REUNIFY_DATA_FOLDER": str(house.settings.data_folder),
        "REUNIFY_MONGODB_URI": uri.get_secret_value(),
        "REUNIFY_DATABASE_NAME": house.settings.database_name,
        "COLUMNS": "220",
    }


async def matching(scene: Scene, *arguments: str) -> Result:
    return await here("matching", *arguments, **settings_of(scene.house))


async def a_pair(scene: Scene) -> tuple[str, str]:
    """The ids of a report and of the registration of the same child."""
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    registered = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    return filed["reports"][0]["id"], registered["registration"]["id"]


async def model_of(scene: Scene) -> MatchingModel:
    rules = await rules_of(scene.house.use, scene.incident_id)
    assert rules is not None
    return rules.model


async def test_a_pair_is_explained_to_the_last_bit(scene: Scene) -> None:
    pair = await a_pair(scene)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    done = await matching(scene, "explain", *pair)
    assert (done.exit_code, done.stderr) == (0, "")
    match = (await scene.house.use.store.matches.find({}))[0]
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[1:-1]]
        for line in done.stdout.splitlines()
        if len(cells := re.split("[│┃]", line)) > 6
    }
    assert rows["MARKS"][1] == "AGREE"
    assert rows["FAMILY_NAME"][2:4] == ["Marisol Quintanilla", "Quintanilla"]
    assert rows[match.evidence[-1].feature.value][5] == f"{match.bits:+.2f}"
    for words in (
        f"probability {match.probability:.4f}",
        "for the family: news",
        "model 1: prior for 1000 registrations",
        f"match {match.id}: POTENTIAL",
        "shared keys: ",
    ):
        assert words in done.stdout
    after = await everything(scene.house.use.store)
    (look,) = after.pop(AUDIT)[len(before.pop(AUDIT)) :]
    assert after == before
    assert (look["actor_id"], look["action"], look["record_ids"]) == (OPERATOR, "READ_MATCH", list(pair))


async def test_a_pair_that_no_key_brings_together_is_explained_too(scene: Scene) -> None:
    _, registration = await a_pair(scene)
    other = missing(person={"names": {"full": "Bartholomew Unrelated"}, "sex": "MALE"}, lastSeenPlace=None)
    somebody = {"name": "Ned Unrelated"}
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, other, reporter=somebody))).made[
        "reports"
    ][0]["id"]
    done = await matching(scene, "explain", filed, registration)
    assert done.exit_code == 0
    assert "no shared key" in done.stdout
    assert "CONFLICT" in done.stdout
    assert "for the family: no news" in done.stdout


async def test_what_cannot_be_explained_is_told_in_one_line(scene: Scene) -> None:
    report_id, registration_id = await a_pair(scene)
    assert "no such report" in one_line(await matching(scene, "explain", new_id(), registration_id))
    assert "no such registration" in one_line(await matching(scene, "explain", report_id, new_id()))


async def decide_many(scene: Scene, confirmed: int, rejected: int) -> None:
    """Decided pairs as a review leaves them: the one that is there, many times, with bits to both sides."""
    await a_pair(scene)
    await settled(scene.house.use.store)
    collection = scene.house.use.store.matches.collection
    one: Mapping[str, Any] | None = await collection.find_one()
    assert one is not None
    await collection.insert_many([
        {
            **one,
            "_id": new_id(),
            "reportId": new_id(),
            "registrationId": new_id(),
            "state": (MatchState.CONFIRMED if number < confirmed else MatchState.REJECTED).value,
            "bits": 6.0 if number < confirmed else 5.0,
        }
        for number in range(confirmed + rejected)
    ])  # fmt: skip


async def test_a_calibration_is_refitted_told_kept_and_applied(scene: Scene) -> None:
    await decide_many(scene, confirmed=10, rejected=30)
    before = (await scene.house.use.store.matches.find({"state": "POTENTIAL"}))[0]
    dry = await matching(scene, "calibrate", scene.incident_id, "--dry-run")
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert "40 decided pairs: 10 confirmed, 30 rejected" in dry.stdout
    assert "Nothing was changed." in dry.stdout
    assert (await model_of(scene)).version == 1
    done = await matching(scene, "calibrate")
    assert (done.exit_code, done.stderr) == (0, "")
    losses = re.search(r"log loss\s+│\s+([\d.]+)\s+│\s+([\d.]+)", done.stdout)
    assert losses is not None
    assert float(losses[2]) < float(losses[1])
    model = await model_of(scene)
    assert (model.version, model.because) == (2, "Calibrated on 40 decided pairs.")
    assert model.offset is not None
    assert model.offset < 0
    await settled(scene.house.use.store)
    after = await scene.house.use.store.matches.get(before.id)
    assert after is not None
    assert (after.model_version, after.bits) == (2, before.bits)


async def test_too_few_decided_pairs_are_refused_unless_they_are_insisted_on(scene: Scene) -> None:
    await decide_many(scene, confirmed=3, rejected=3)
    line = one_line(await matching(scene, "calibrate", scene.incident_id))
    assert "Only 6 pairs were decided (3 confirmed)" in line
    assert (await model_of(scene)).version == 1
    assert (await matching(scene, "calibrate", scene.incident_id, "--force")).exit_code == 0
    assert (await model_of(scene)).version == 2


async def test_of_several_incidents_one_must_be_named(scene: Scene) -> None:
    await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})
    line = one_line(await matching(scene, "calibrate"))
    assert "Say which incident" in line
    assert scene.incident_id in line
    assert "no such incident" in one_line(await matching(scene, "rebuild", new_id()))


async def test_a_rebuilding_goes_on_beside_a_running_server(scene: Scene) -> None:
    await a_pair(scene)
    await settled(scene.house.use.store)
    (match,) = await scene.house.use.store.matches.find({})
    await scene.house.use.store.matches.collection.update_many({}, {"$set": {"bits": 0.0, "probability": 0.5}})
    await scene.house.use.store.registrations.collection.update_many({}, {"$set": {"profile.version": 0}})
    done = await matching(scene, "rebuild")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "2 records worked through." in done.stdout
    await settled(scene.house.use.store)
    (again,) = await scene.house.use.store.matches.find({})
    assert (again.id, again.bits, again.evidence) == (match.id, match.bits, match.evidence)
    profile = await scene.house.use.store.registrations.beside(match.registration_id, "profile")
    assert profile["version"] > 0


async def test_after_another_release_a_rebuilding_makes_the_model_anew(idle: House) -> None:
    scene = await set_scene(idle)
    await idle.use.store.incidents.collection.update_many({}, {"$set": {"model.data": "of an older release"}})
    idle.use.remembered.clear()
    assert (await matching(scene, "rebuild")).exit_code == 0
    assert (await model_of(scene)).version == 2
    assert (await matching(scene, "rebuild")).exit_code == 0
    assert (await model_of(scene)).version == 2


async def copy_reports(scene: Scene, times: int) -> None:
    """Each report again and again, each of a family of its own."""
    reports = scene.house.use.store.reports
    copies = [
        copy_of(reports, one, familyId=new_id(), filing=new_id())
        async for one in reports.collection.find()
        for _ in range(times)
    ]
    await reports.collection.insert_many(copies)


async def records_done(scene: Scene) -> int:
    rescoring = await rescoring_of(scene.house.use, scene.incident_id)
    return 0 if rescoring is None else rescoring.done


async def test_a_rebuilding_that_is_killed_goes_on_where_it_was_and_makes_no_pair_twice(idle: House) -> None:
    scene = await set_scene(idle)
    await a_pair(scene)
    await copy_reports(scene, 20 * REPORTS_A_PAGE)
    store = idle.use.store
    everyone = await store.reports.collection.count_documents({}) + 1
    await store.registrations.collection.update_many({}, {"$set": {"profile.version": 0}})
    rebuilding = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", "matching", "rebuild", scene.incident_id),
        env=environment(**settings_of(idle)),
        stdout=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        while await records_done(scene) < 25:  # noqa: ASYNC110 (another process does them, and tells nobody)
            await asyncio.sleep(0.01)
    rebuilding.kill()
    assert await rebuilding.wait() == -signal.SIGKILL
    left = await rescoring_of(idle.use, scene.incident_id)
    assert left is not None
    assert left.step is RescoringStep.REPORTS
    assert 25 <= left.done < everyone
    done = await matching(scene, "rebuild", scene.incident_id)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{everyone} records worked through." in done.stdout
    after = await rescoring_of(idle.use, scene.incident_id)
    assert after is not None
    assert (after.run, after.step, after.done) == (left.run, RescoringStep.DONE, everyone)
    pairs = [(match.report_id, match.registration_id) for match in await store.matches.find({})]
    assert len(pairs) == len(set(pairs)) == everyone - 1
    assert await store.events.collection.count_documents({"kind": "MATCH_PROPOSED"}) == len(pairs)


@asynccontextmanager
async def locked(scene: Scene) -> AsyncIterator[None]:
    """The place of a rescoring as one leaves it who is killed while writing it: the database lets nobody else by."""
    store = scene.house.use.store
    async with store.client.start_session() as session:
        await session.start_transaction()
        await store.rescorings.hold(scene.incident_id, session)
        yield
        await session.abort_transaction()


async def test_a_command_outwaits_the_lock_of_one_that_was_killed(idle: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(**settings_of(idle)).items():
        monkeypatch.setenv(name, value)
    async with beside_the_server() as use:
        assert use.store.patience_seconds > LOCKED_SECONDS


async def test_what_stays_locked_is_told_as_that_and_not_as_a_database_that_is_away(
    idle: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.commands.running.PATIENCE_SECONDS", 0.0)
    scene = await set_scene(idle)
    await a_pair(scene)
    await begin_rebuilding(idle.use, scene.incident_id)
    async with locked(scene):
        given_up = await matching(scene, "rebuild", scene.incident_id)
    assert given_up.exit_code == 2
    assert given_up.stderr.startswith("reunify: Somebody else is changing the same records.")
    done = await matching(scene, "rebuild", scene.incident_id)
    assert (done.exit_code, done.stderr) == (0, "")


async def test_what_a_killed_command_left_the_server_finishes_by_itself(idle: House, tmp_path: Path) -> None:
    scene = await set_scene(idle)
    await a_pair(scene)
    await copy_reports(scene, 2 * REPORTS_A_PAGE)
    model = await change_model(idle.use, scene.incident_id, lambda rules: replace(rules.model, because="A test."))
    uri = settings_of(idle)["REUNIFY_MONGODB_URI"]
    async with running_house(uri, idle.settings.database_name, tmp_path) as house:
        await settled(house.use.store)
        matches = await house.use.store.matches.find({})
        assert len(matches) == 2 * REPORTS_A_PAGE + 1
        assert {match.model_version for match in matches} == {model.version}
        done = await rescoring_of(house.use, scene.incident_id)
        assert done is not None
        assert done.step is RescoringStep.DONE
