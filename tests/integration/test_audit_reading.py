"""Who looked at a child, asked at the desk: by whom, page by page, and entered itself."""

from typing import Any

from bson import Binary

from backend.domain.account import Role
from backend.services.sealing import seal_waiting
from backend.store.audit import BLOCKS
from tests.support.client import Client, new_id
from tests.support.house import Scene
from tests.support.records import child, report
from tests.support.snapshot import everything, settled


async def a_child(scene: Scene) -> str:
    made: str = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]["id"]
    await settled(scene.house.use.store)
    return made


async def entries(person: Client, record_id: str, **page: Any) -> list[dict[str, Any]]:
    found = (await person.ask("auditEntries", recordId=record_id, **page)).value["edges"]
    return [edge["node"] for edge in found]


async def test_who_looked_at_a_child_is_told_to_staff_of_the_incident_and_to_administrators_alone(scene: Scene) -> None:
    child_id = await a_child(scene)
    assert (await scene.officer.ask("registration", id=child_id)).value
    elsewhere = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"]
    outsider = await scene.house.person(Role.OFFICER, incident_id=elsewhere["id"])
    before = await everything(scene.house.use.store)
    assert (await scene.stranger.ask("auditEntries", recordId=child_id)).codes == ["UNAUTHENTICATED"]
    for person in (outsider, scene.other_volunteer, scene.volunteer, scene.call_taker):
        refused = await person.ask("auditEntries", recordId=child_id)
        absent = await person.ask("auditEntries", recordId=new_id())
        assert (refused.codes, refused.body) == (["NOT_FOUND"], absent.body)
    assert await everything(scene.house.use.store) == before
    for person in (scene.admin, scene.coordinator, scene.officer):
        told = await entries(person, child_id)
        assert [(one["action"], one["actorName"], one["role"], one["parts"]) for one in told[-2:]] == [
            ("READ_REGISTRATION", "Officer", "OFFICER", ["DESCRIPTION", "MEDICAL_NOTES"]),
            ("PERSON_REGISTERED", "Volunteer", "VOLUNTEER", []),
        ]
    # Each who asked is entered too, and the next who asks is told.
    assert [one["role"] for one in told if one["action"] == "READ_AUDIT"] == ["COORDINATOR", "ADMIN"]


async def test_a_family_s_report_shows_who_read_it_and_not_the_family_s_name(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    report_id = filed["reports"][0]["id"]
    family = scene.stranger.signed_in(filed["token"])
    assert (await family.ask("report", id=report_id)).value
    assert (await family.ask("auditEntries", recordId=report_id)).codes == ["NOT_FOUND"]
    told = await entries(scene.officer, report_id)
    by_family = next(one for one in told if one["role"] == "FAMILY")
    assert (by_family["action"], by_family["actorName"]) == ("READ_REPORT", None)


async def test_entries_are_turned_page_by_page_sealed_or_not(scene: Scene) -> None:
    child_id = await a_child(scene)
    for _ in range(4):
        assert (await scene.officer.ask("registration", id=child_id)).value
    await seal_waiting(scene.house.use)
    assert (await scene.officer.ask("registration", id=child_id)).value
    seen: list[str] = []
    after = None
    while True:
        page = (await scene.admin.ask("auditEntries", recordId=child_id, first=2, after=after)).value
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen, reverse=True)
    other = await a_child(scene)
    for wrong in ({"first": 0}, {"first": 101}, {"after": "made up"}, {"after": after}):
        record = other if wrong.get("after") == after else child_id
        assert (await scene.admin.ask("auditEntries", recordId=record, **wrong)).codes == ["INVALID"], wrong


async def test_a_damaged_log_is_said_to_be_damaged(scene: Scene) -> None:
    child_id = await a_child(scene)
    await seal_waiting(scene.house.use)
    blocks = scene.house.use.store.database[BLOCKS]
    await blocks.update_many({}, {"$set": {"entries": [Binary(b"{")]}})
    assert (await scene.admin.ask("auditEntries", recordId=child_id)).codes == ["UNREADABLE"]
