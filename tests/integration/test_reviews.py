"""The review queue: what strangers report is looked at by somebody, and nobody waits for that."""

from typing import Any

from backend.domain.event import EventKind
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.pairs import file, register
from tests.support.records import child, report
from tests.support.snapshot import everything, settled


async def waiting(scene: Scene, person: Client) -> list[str]:
    page = await person.ask("reports", incidentId=scene.incident_id, waitingForReview=True)
    return [edge["node"]["id"] for edge in page.value["edges"]]


async def review(person: Client, report_id: str) -> Any:
    return (await person.ask("report", id=report_id)).value["review"]


async def test_a_stranger_s_report_waits_for_review_and_staff_s_own_does_not(scene: Scene) -> None:
    family, first = await file(scene)
    second = (await family.ask("fileReport", input=report(scene.incident_id))).made["reports"][0]["id"]
    by_telephone = (await scene.call_taker.ask("fileReport", input=report(scene.incident_id))).made["reports"][0]["id"]
    for person in (scene.call_taker, scene.coordinator, scene.officer):
        assert await waiting(scene, person) == [second, first]
        assert await review(person, first) == {
            "reviewedBy": None,
            "reviewedAt": None,
            "objectedAt": None,
            "reporterBefore": None,
        }
        assert await review(person, by_telephone) is None


async def test_nobody_but_staff_lists_reviews_or_sees_them(scene: Scene) -> None:
    family, report_id = await file(scene)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for person in (scene.stranger, family, scene.volunteer, scene.admin):
        listed = await person.ask("reports", incidentId=scene.incident_id, waitingForReview=True)
        assert listed.codes in (["UNAUTHENTICATED"], ["FORBIDDEN"])
        refused = await person.ask("reviewReport", id=report_id)
        assert refused.codes in (["UNAUTHENTICATED"], ["FORBIDDEN"], ["NOT_FOUND"])
    assert await everything(scene.house.use.store) == before
    assert await review(family, report_id) is None


async def test_a_call_taker_looks_at_a_report_once_and_for_all(scene: Scene) -> None:
    store = scene.house.use.store
    _, report_id = await file(scene)
    call_taker = (await scene.call_taker.ask("viewer")).value["id"]
    seen = (await scene.call_taker.ask("reviewReport", id=report_id)).made["report"]
    assert seen["review"]["reviewedBy"] == call_taker
    assert seen["version"] == 1, "the family's phone may be changing it"
    again = (await scene.coordinator.ask("reviewReport", id=report_id)).made["report"]
    assert again["review"] == seen["review"]
    assert await waiting(scene, scene.coordinator) == []
    (told,) = await store.events.find({"kind": EventKind.REPORT_REVIEWED.value})
    assert (told.report_id, told.actor_id) == (report_id, call_taker)


async def test_matching_does_not_wait_for_the_review_and_a_decision_is_one(scene: Scene) -> None:
    family, report_id = await file(scene)
    await register(scene, child(scene.site_id))
    assert (await family.ask("report", id=report_id)).value["nextStep"] == "STAY_REACHABLE"
    (match,) = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    taken = (await scene.officer.ask("takeMatch", id=match["id"])).made["match"]
    assert await waiting(scene, scene.coordinator) == [report_id], "to take it is no decision"
    assert (await scene.officer.ask("rejectMatch", input={"id": taken["id"], "version": taken["version"]})).made
    assert await waiting(scene, scene.coordinator) == []
    assert (await review(scene.coordinator, report_id))["reviewedBy"] == taken["claimedBy"]
