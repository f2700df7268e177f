"""Destroying the records of people of an incident: when its days are over, or at an operator's word."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from backend.domain.errors import DomainError
from backend.domain.event import OPERATOR, SYSTEM
from backend.services.destroying import begin_destroying, begin_what_is_due, work_off
from backend.store.map import SHEETS
from tests.integration.test_matching_commands import settings_of
from tests.integration.test_operator_commands import here
from tests.support.client import Client, new_id
from tests.support.doors import at_the_door
from tests.support.filling import fill
from tests.support.house import Scene, running_house, set_scene
from tests.support.map import counted, map_of, totals
from tests.support.matched_pair import a_matched_pair
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.push_service import fake_push_service
from tests.support.records import child, report
from tests.support.snapshot import audit_entries, everything, settled

PEOPLE = {
    *("registrations", "reports", "sightings", "families", "matches", "duplicates", "questions", "rechecks"),
    *("photos", "photoFiles.files", "photoFiles.chunks", "reviews", "takeDowns", "recoveredCases", "areaAlerts"),
}
"""The collections of which nothing may be left; of devices, choices and sessions, those of staff."""


async def full(scene: Scene) -> Client:
    """The family of an incident that has something of everything."""
    secrets = await a_matched_pair(scene)
    for client, of in ((scene.volunteer, "registration"), (secrets.family, "report")):
        sent = await client.upload(picture(), **{of: secrets.variables[of]["id"]}, id=new_id())
        assert sent.status == 201, sent.body
    await fill(scene, secrets)
    return secrets.family


async def close(scene: Scene) -> dict[str, Any]:
    incident = (await scene.coordinator.ask("incident", id=scene.incident_id)).value
    change = {"id": scene.incident_id, "version": incident["version"], "status": "CLOSED"}
    changed: dict[str, Any] = (await scene.coordinator.ask("changeIncident", input=change)).made["incident"]
    return changed


async def closed_a_while_ago(scene: Scene) -> None:
    await close(scene)
    ago = scene.house.use.clock() - timedelta(hours=1)
    store = scene.house.use.store
    await store.incidents.collection.update_one({"_id": scene.incident_id}, {"$set": {"closedAt": ago}})


async def closed_and_destroyed(scene: Scene) -> None:
    await closed_a_while_ago(scene)
    await begin_destroying(scene.house.use, scene.incident_id, OPERATOR)
    await destroyed(scene)


async def what_is_there(scene: Scene) -> set[str]:
    database = scene.house.use.store.database
    return {name for name in await database.list_collection_names() if await database[name].find_one({})}


async def destroyed(scene: Scene) -> None:
    async with asyncio.timeout(20):
        incident = await scene.house.use.store.incidents.get(scene.incident_id)
        while incident is not None and incident.destroyed_at is None:
            await asyncio.sleep(0.02)
            incident = await scene.house.use.store.incidents.get(scene.incident_id)


async def test_once_its_days_are_over_nobody_is_left_but_in_ids_times_figures_and_the_log(
    scene: Scene, clock: MovableClock
) -> None:
    family, use = await full(scene), scene.house.use
    ids = {one.id for one in await use.store.registrations.find({})}
    ids |= {one.id for one in await use.store.reports.find({})}
    await close(scene)
    await settled(use.store)
    await counted(use.store)
    before, log = await map_of(scene.coordinator, scene.incident_id), await audit_entries(use.store)
    clock.forward(timedelta(days=364))
    await begin_what_is_due(use)
    assert not [one for one in await use.store.incidents.find({}) if one.destroying_since is not None]
    clock.forward(timedelta(days=2))
    await begin_what_is_due(use)
    await destroyed(scene)
    clock.forward(timedelta(days=-366))  # who was signed in then is so still
    assert not PEOPLE & await what_is_there(scene)
    staff = {one.id for one in await use.store.accounts.find({})}
    assert {one.owner_id for one in await use.store.devices.find({})} <= staff
    assert {one.id for one in await use.store.alert_choices.find({})} <= staff
    assert {one.family_id for one in await use.store.sessions.find({})} == {None}
    assert {one.id for one in await use.store.tombstones.find({})} == ids
    after = await map_of(scene.coordinator, scene.incident_id)
    assert totals(after) == totals(before)
    assert {one["layer"] for one in after["things"]} == {"SITES"}
    kept = {one["kind"].split(" ")[1] async for one in use.store.database[SHEETS].find({})}
    assert {"6", "7"} & kept == {"6"}, "in smaller cells a count may tell of one child"
    entries = await audit_entries(use.store)
    assert entries[: len(log)] == log
    assert [one["action"] for one in entries if "DEST" in one["action"]] == ["DESTRUCTION_BEGUN", "INCIDENT_DESTROYED"]
    assert (await family.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await scene.officer.ask("registration", id=min(ids))).codes == ["NOT_FOUND"]


async def test_one_that_goes_on_loses_nothing_and_one_that_is_destroyed_is_not_opened_again(scene: Scene) -> None:
    use = scene.house.use
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(use.store)
    name = (await scene.coordinator.ask("incident", id=scene.incident_id)).value["name"]
    before = await everything(use.store)
    for said, why in (("Another", "--name"), (name, "not closed")):
        refused = await here("destroy", scene.incident_id, "--name", said, **settings_of(scene.house))
        assert (refused.exit_code, why in refused.stderr) == (2, True), refused.output
        assert await everything(use.store) == before
    await close(scene)
    refused = await here("destroy", scene.incident_id, "--name", name, **settings_of(scene.house))
    assert (refused.exit_code, "just now" in refused.stderr) == (2, True), refused.output
    with pytest.raises(DomainError, match="not over yet"):
        await begin_destroying(use, scene.incident_id, SYSTEM)
    await closed_a_while_ago(scene)
    done = await here("destroy", scene.incident_id, "--name", name, **settings_of(scene.house))
    assert (done.exit_code, "Of 1 registrations" in done.stdout) == (0, True), done.output
    seen = (await scene.coordinator.ask("incident", id=scene.incident_id)).value
    assert seen["destroyedAt"] is not None
    change = {"id": scene.incident_id, "version": seen["version"], "status": "ACTIVE"}
    assert (await scene.coordinator.ask("changeIncident", input=change)).codes == ["CONFLICT"]
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).codes == ["CONFLICT"]
    told = await here("map", "check", scene.incident_id, **settings_of(scene.house))
    assert (told.exit_code, "destroyed" in told.stderr) == (2, True)


async def test_of_a_helper_without_an_account_neither_address_nor_phone_is_left(scene: Scene) -> None:
    use = scene.house.use
    door = (await scene.coordinator.ask("openIntake", input={"siteId": scene.site_id, "hours": 2})).made
    helper = await at_the_door(scene, door["code"])
    assert (await helper.ask("chooseAlerts", input={"email": "helper@example.org"})).made
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
        assert (await helper.ask("registerDevice", input=device)).made
    await closed_and_destroyed(scene)
    staff = {one.id for one in await use.store.accounts.find({})}
    assert not await use.store.devices.find({})
    assert {one.id for one in await use.store.alert_choices.find({})} <= staff
    assert {one.account_id for one in await use.store.sessions.find({})} <= staff


async def test_another_incident_keeps_its_records(scene: Scene) -> None:
    use = scene.house.use
    opened = {"name": "Elsewhere", "kind": "FIRE"}
    elsewhere = (await scene.admin.ask("openIncident", input=opened)).made["incident"]["id"]
    assert (await scene.stranger.ask("fileReport", input=report(elsewhere))).made
    assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await closed_and_destroyed(scene)
    assert [one.incident_id for one in await use.store.reports.find({})] == [elsewhere]
    assert [one.incident_id for one in await use.store.families.find({})] == [elsewhere]


async def test_cut_off_anywhere_it_is_gone_on_with_until_nothing_is_left(
    database_uri: str, database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.destroying.AT_A_TIME", 1)
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        scene, store = await set_scene(house), house.use.store
        for _ in range(6):
            made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
            sent = await scene.volunteer.upload(picture(), registration=made["id"], id=new_id())
            assert sent.status == 201, sent.body
        await closed_a_while_ago(scene)
        await begin_destroying(house.use, scene.incident_id, OPERATOR)
        cut_off = 0
        while (await store.incidents.find({"_id": scene.incident_id}))[0].destroyed_at is None:
            try:
                async with asyncio.timeout(0.002 * 1.15**cut_off):  # in the end long enough on any machine
                    async for _ in work_off(house.use, scene.incident_id):
                        pass
            except (TimeoutError, PyMongoError):
                cut_off += 1
        assert not PEOPLE & await what_is_there(scene)
        assert (await store.tombstones.collection.count_documents({}), cut_off > 3) == (6, True)
