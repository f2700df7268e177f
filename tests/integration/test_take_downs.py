"""False reports taken down: who asked is identified, the family may appeal, another person answers, nothing is lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.domain.audit import AuditAction
from backend.domain.event import EventKind
from backend.domain.match import MatchState
from backend.services.audit import entries_about
from backend.services.sessions import session_id
from backend.store.sessions import proven
from tests.support.client import Client, new_id
from tests.support.house import Scene
from tests.support.pairs import file, link, register, two_relatives
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, records, settled
from tests.support.take_downs import take_down, taking_down


async def seen(family: Client, report_id: str) -> Any:
    return (await family.ask("report", id=report_id)).value


async def answer(person: Client, taken_down: dict[str, Any], *, restore: bool, version: int, reason: str = "So") -> Any:
    given = {"id": taken_down["id"], "version": version, "restore": restore, "reason": reason}
    return await person.ask("answerTakeDown", input=given)


async def states(scene: Scene, report_id: str) -> set[MatchState]:
    return {match.state for match in await scene.house.use.store.matches.find({"reportId": report_id})}


async def test_only_coordinators_and_officers_take_a_report_down_and_only_with_a_proof(scene: Scene) -> None:
    use = scene.house.use
    family, report_id = await file(scene)
    other, _ = await file(scene, missing(person={"names": {"given": "Beto"}}))
    before = await records(use.store)
    for person in (scene.stranger, family, other, scene.volunteer, scene.call_taker, scene.admin):
        refused = await person.ask("takeDownReport", input=taking_down(report_id))
        assert refused.codes[0] in {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
    long_ago = use.clock() - timedelta(hours=1)
    await proven(use.store.sessions, session_id(use, scene.officer.token or ""), long_ago)
    assert (await scene.officer.ask("takeDownReport", input=taking_down(report_id))).codes == ["STEP_UP_NEEDED"]
    assert await records(use.store) == before
    made = await take_down(scene, report_id)
    assert made["state"] == "STANDING"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"requesterName": " "}, "requesterName"),
        ({"requesterRelation": ""}, "requesterRelation"),
        ({"checkedBy": ""}, "checkedBy"),
        ({"reason": " "}, "reason"),
        ({"proof": "OTHER", "proofNote": None}, "proofNote"),
        ({"version": 7}, "version"),
    ],
)
async def test_nothing_is_taken_down_without_who_asked_how_they_were_identified_and_why(
    scene: Scene, changes: dict[str, Any], field: str
) -> None:
    _, report_id = await file(scene)
    before = await records(scene.house.use.store)
    refused = await scene.coordinator.ask("takeDownReport", input=taking_down(report_id, **changes))
    assert [error["field"] for error in refused.value["errors"]] == [field]
    assert await records(scene.house.use.store) == before


async def test_a_report_that_is_taken_down_is_matched_no_more_and_its_family_is_told_no_more_news(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    await register(scene, child(scene.site_id))
    assert (await seen(family, report_id))["nextStep"] == "STAY_REACHABLE"
    alerts = await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"})
    await take_down(scene, report_id)
    await settled(store)
    assert await states(scene, report_id) == {MatchState.FADED}
    await register(scene, child(scene.site_id))
    assert await states(scene, report_id) == {MatchState.FADED}
    told = await seen(family, report_id)
    assert (told["status"], told["nextStep"]) == ("TAKEN_DOWN", "NONE")
    assert (told["takeDown"]["state"], told["takeDown"]["mayAppeal"]) == ("STANDING", True)
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == alerts


async def test_what_was_confirmed_for_a_false_report_is_undone_so_that_the_true_one_can_be(scene: Scene) -> None:
    store = scene.house.use.store
    (_, true_report), (false_family, false_report) = await two_relatives(scene)
    await register(scene, child(scene.site_id))
    (match,) = (await scene.coordinator.ask("reportMatches", id=false_report)).value["matches"]
    step = {"id": match["id"], "version": match["version"]}
    assert (await scene.officer.ask("confirmMatch", input=step)).made
    await settled(store)
    assert (await seen(false_family, false_report))["nextStep"] == "CONTACT_CENTRE"
    made = await take_down(scene, false_report)
    assert made["undoneMatchIds"] == [match["id"]]
    await settled(store)
    assert await states(scene, false_report) == {MatchState.FADED}
    (other,) = (await scene.coordinator.ask("reportMatches", id=true_report)).value["matches"]
    step = {"id": other["id"], "version": other["version"]}
    assert (await scene.officer.ask("confirmMatch", input=step)).made["match"]["state"] == "CONFIRMED"


async def test_a_family_whose_report_is_linked_learns_nothing_once_it_is_taken_down(scene: Scene) -> None:
    """What is decided for a linked report counts for all of them, and is told to their families, but not to this."""
    store = scene.house.use.store
    (_, true_report), (false_family, false_report) = await two_relatives(scene)
    await link(scene, "REPORT", true_report, false_report)
    await take_down(scene, false_report)
    await settled(store)
    false_id = (await false_family.ask("viewer")).value["id"]
    await register(scene, child(scene.site_id))
    (match,) = (await scene.coordinator.ask("reportMatches", id=true_report)).value["matches"]
    step = {"id": match["id"], "version": match["version"]}
    assert (await scene.officer.ask("confirmMatch", input=step)).made
    await settled(store)
    assert await store.alerts.collection.count_documents({"ownerId": false_id}) == 0
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) > 0
    assert (await seen(false_family, false_report))["nextStep"] == "NONE"


async def test_the_family_appeals_once_and_never_learns_who_asked_or_why(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    stranger_family, _ = await file(scene, missing(person={"names": {"given": "Beto"}}))
    none = await family.ask("appealTakeDown", reportId=report_id, text="She is mine")
    assert none.codes == ["CONFLICT"]
    taken_down = await take_down(scene, report_id)
    await settled(store)
    before = await records(store)
    for person in (scene.stranger, stranger_family, scene.volunteer, scene.coordinator, scene.officer):
        refused = await person.ask("appealTakeDown", reportId=report_id, text="She is mine")
        assert refused.codes[0] in {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
    assert (await family.ask("appealTakeDown", reportId=report_id, text=" ")).value["errors"][0]["field"] == "text"
    assert await records(store) == before
    appealed = await family.ask("appealTakeDown", reportId=report_id, text="She is mine")
    shown = appealed.made["report"]["takeDown"]
    assert (shown["state"], shown["mayAppeal"], shown["appeal"]) == ("APPEALED", False, "She is mine")
    assert (await family.ask("appealTakeDown", reportId=report_id, text="Again")).codes == ["CONFLICT"]
    everything_told = str([(await family.ask("report", id=report_id)).body, appealed.body])
    for word in ("Seraphine", "Hale", "custody", "PASSPORT", "station"):
        assert word not in everything_told
    for query in ("takeDown", "takeDowns"):
        variables = {"id": taken_down["id"]} if query == "takeDown" else {"incidentId": scene.incident_id}
        assert (await family.ask(query, **variables)).codes[0] in {"NOT_FOUND", "FORBIDDEN"}


async def test_an_appeal_is_answered_by_another_person_and_by_one_of_two(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    taken_down = await take_down(scene, report_id)
    assert (await answer(scene.officer, taken_down, restore=False, version=1)).codes == ["CONFLICT"], "no appeal yet"
    assert (await family.ask("appealTakeDown", reportId=report_id, text="She is mine")).made
    await settled(store)
    before = await records(store)
    for person in (scene.stranger, family, scene.volunteer, scene.call_taker, scene.admin, scene.coordinator):
        refused = await answer(person, taken_down, restore=True, version=2)
        assert refused.codes[0] in {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
    assert (await answer(scene.officer, taken_down, restore=True, version=1)).codes == ["STALE"]
    assert (await answer(scene.officer, taken_down, restore=True, version=2, reason=" ")).codes == ["INVALID"]
    assert await records(store) == before
    both = await asyncio.gather(
        answer(scene.officer, taken_down, restore=False, version=2),
        answer(scene.officer, taken_down, restore=True, version=2),
    )
    assert sorted(len(one.codes) for one in both) == [0, 1]


async def test_upheld_it_stays_taken_down_and_its_family_files_no_other_in_this_case(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    more = report(scene.incident_id)
    assert (await family.ask("fileReport", input=more)).made
    taken_down = await take_down(scene, report_id)
    assert (await family.ask("appealTakeDown", reportId=report_id, text="She is mine")).made
    assert (await answer(scene.officer, taken_down, restore=False, version=2)).made["takeDown"]["state"] == "UPHELD"
    told = (await seen(family, report_id))["takeDown"]
    assert (told["state"], told["mayAppeal"]) == ("UPHELD", False)
    await settled(store)
    before = await records(store)
    assert (await family.ask("fileReport", input=report(scene.incident_id))).codes == ["CONFLICT"]
    assert (await family.ask("withdrawReport", id=report_id, version=told and 2)).codes == ["CONFLICT"]
    assert await records(store) == before
    assert (await family.ask("fileReport", input=more)).made, "what was saved before is told again"


async def test_restored_it_is_matched_again_and_nothing_of_it_is_lost(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    await register(scene, child(scene.site_id))
    as_filed = await store.reports.get(report_id)
    (match,) = await store.matches.find({"reportId": report_id})
    taken_down = await take_down(scene, report_id)
    assert (await family.ask("appealTakeDown", reportId=report_id, text="She is mine")).made
    restored = await answer(scene.officer, taken_down, restore=True, version=2, reason="The order was another's")
    assert restored.made["takeDown"]["state"] == "RESTORED"
    await settled(store)
    again = await store.reports.get(report_id)
    assert as_filed is not None
    assert again is not None
    assert (again.person, again.reporter, again.status) == (as_filed.person, as_filed.reporter, as_filed.status)
    (returned,) = await store.matches.find({"reportId": report_id})
    assert (returned.id, returned.state) == (match.id, MatchState.POTENTIAL)
    assert (await seen(family, report_id))["nextStep"] == "STAY_REACHABLE"
    assert (await family.ask("fileReport", input=report(scene.incident_id))).made
    second = await take_down(scene, report_id, by=scene.officer)
    assert second["id"] != taken_down["id"]
    assert (await seen(family, report_id))["takeDown"]["state"] == "STANDING"


async def test_staff_reads_the_whole_trace_and_the_log_has_every_step(scene: Scene) -> None:
    use = scene.house.use
    family, report_id = await file(scene)
    taken_down = await take_down(scene, report_id)
    assert (await scene.call_taker.ask("appealTakeDown", reportId=report_id, text="By telephone")).made
    assert (await answer(scene.officer, taken_down, restore=True, version=2, reason="Mistaken")).made
    people = [
        (await person.ask("viewer")).value["id"] for person in (scene.coordinator, scene.call_taker, scene.officer)
    ]
    trace = (await scene.officer.ask("takeDown", id=taken_down["id"])).value
    assert [trace[name] for name in ("takenDownBy", "appealedBy", "answeredBy")] == people
    assert (trace["requesterName"], trace["proof"], trace["checkedBy"]) == (
        "Seraphine Quintanilla", "PASSPORT", "Sergeant Hale, Fifth District",
    )  # fmt: skip
    assert (trace["appeal"], trace["answer"]) == ("By telephone", "Mistaken")
    wanted = {"incidentId": scene.incident_id, "states": ["RESTORED"]}
    listed = (await scene.coordinator.ask("takeDowns", **wanted)).value["edges"]
    assert [edge["node"]["id"] for edge in listed] == [taken_down["id"]]
    entries = await entries_about(use, taken_down["id"])
    steps = [EventKind.REPORT_TAKEN_DOWN, EventKind.TAKE_DOWN_APPEALED, EventKind.REPORT_RESTORED]
    assert [entry.action for entry in entries if entry.action in set(EventKind)] == steps
    assert all(report_id in entry.record_ids for entry in entries)
    assert AuditAction.READ_TAKE_DOWN in {entry.action for entry in entries}
    assert "Seraphine" not in str(await use.store.events.find({})) + str(entries)
    assert (await family.ask("viewer")).value["role"] == "FAMILY"


async def test_what_is_not_open_is_not_taken_down(scene: Scene) -> None:
    family, report_id = await file(scene)
    assert (await family.ask("withdrawReport", id=report_id, version=1)).made
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    refused = await scene.coordinator.ask("takeDownReport", input=taking_down(report_id, 2))
    assert refused.codes == ["CONFLICT"]
    assert await everything(scene.house.use.store) == before
    absent = await scene.coordinator.ask("takeDownReport", input=taking_down(new_id()))
    assert absent.codes == ["NOT_FOUND"]


async def test_the_family_s_screen_follows_a_take_down_live(scene: Scene) -> None:
    family, report_id = await file(scene)
    async with family.follow("ownReports") as news:
        assert (await news.next_record())["status"] == "OPEN"
        await take_down(scene, report_id)
        assert (await news.next_record())["takeDown"] == {"state": "STANDING", "mayAppeal": True}


async def test_a_report_with_two_taken_matches_of_linked_children_is_taken_down(scene: Scene) -> None:
    _, report_id = await file(scene)
    one, other = await register(scene, child(scene.site_id), child(scene.site_id))
    for match in (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]:
        assert (await scene.coordinator.ask("takeMatch", id=match["id"])).made
    await link(scene, "REGISTRATION", one, other)
    assert (await take_down(scene, report_id))["state"] == "STANDING"
    await settled(scene.house.use.store)
    assert await states(scene, report_id) == {MatchState.FADED}
