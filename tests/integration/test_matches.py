"""Reviewing: one table of steps, one winner, and what the family learns of it."""

import asyncio
from typing import Any

import pytest

from backend.domain.errors import DomainError
from backend.domain.match import TRANSITIONS, MatchAction, MatchState, state_after
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.records import child, missing, report
from tests.support.snapshot import records, settled


async def a_match(scene: Scene) -> tuple[dict[str, Any], Client, str]:
    """A match that waits, the family's client and the report's id."""
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made  # noqa: B018 (it says whether it was done)
    await settled(scene.house.use.store)
    report_id = filed["reports"][0]["id"]
    matches = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    return matches[0], scene.stranger.signed_in(filed["token"]), report_id


def step(match: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": match["id"], "version": match["version"], **more}


@pytest.mark.parametrize("state", MatchState)
@pytest.mark.parametrize("action", MatchAction)
def test_a_step_that_is_not_in_the_table_is_a_conflict(state: MatchState, action: MatchAction) -> None:
    if (state, action) in TRANSITIONS:
        assert state_after(state, action) is TRANSITIONS[state, action]
    else:
        with pytest.raises(DomainError) as refusal:
            state_after(state, action)
        assert refusal.value.code == "CONFLICT"


async def test_of_many_who_take_it_at_once_one_has_it_and_the_others_see_the_present_state(scene: Scene) -> None:
    match, _, _ = await a_match(scene)
    people = [scene.coordinator, scene.officer] * 4
    answers = await asyncio.gather(*(person.ask("takeMatch", id=match["id"]) for person in people))
    assert len({number % 2 for number, answer in enumerate(answers) if not answer.codes}) == 1
    (has_it,) = {answer.value["match"]["claimedBy"] for answer in answers}
    assert has_it in [(await person.ask("viewer")).value["id"] for person in people[:2]]
    for answer in answers:
        assert answer.value["match"]["state"] == "CLAIMED"
        assert answer.codes in ([], ["CONFLICT"])
    assert await scene.house.use.store.events.collection.count_documents({"kind": "MATCH_CLAIMED"}) == 1


async def test_what_one_took_another_cannot_decide_until_it_is_let_go(scene: Scene) -> None:
    match, _, _ = await a_match(scene)
    taken = (await scene.coordinator.ask("takeMatch", id=match["id"])).made["match"]
    await settled(scene.house.use.store)
    before = await records(scene.house.use.store)
    assert (await scene.officer.ask("rejectMatch", input=step(taken))).codes == ["CONFLICT"]
    assert await records(scene.house.use.store) == before
    let_go = (await scene.coordinator.ask("undoMatch", input=step(taken))).made["match"]
    assert (await scene.officer.ask("rejectMatch", input=step(let_go))).made["match"]["state"] == "REJECTED"


async def test_the_family_learns_of_a_confirmed_match_only_what_to_do_next(scene: Scene) -> None:
    match, family, report_id = await a_match(scene)
    async with family.follow("ownReports") as news:
        assert (await news.next_record())["nextStep"] == "STAY_REACHABLE"
        confirmed = (await scene.coordinator.ask("confirmMatch", input=step(match, reason="same scar"))).made["match"]
        assert (confirmed["state"], confirmed["reason"]) == ("CONFIRMED", "same scar")
        told = await news.next_record()
        assert (told["id"], told["nextStep"]) == (report_id, "CONTACT_CENTRE")
        undone = (await scene.coordinator.ask("undoMatch", input=step(confirmed))).made["match"]
        assert undone["state"] == "POTENTIAL"
        assert (await news.next_record())["nextStep"] == "STAY_REACHABLE"
    assert set(told) == {"id", "status", "nextStep", "takeDown", "version", "updatedAt", "questions"}


async def test_a_report_is_confirmed_with_one_child_only(scene: Scene) -> None:
    match, _, report_id = await a_match(scene)
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    await settled(scene.house.use.store)
    matches = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    other = next(one for one in matches if one["id"] != match["id"])
    (await scene.coordinator.ask("confirmMatch", input=step(match))).made  # noqa: B018 (it says whether it was done)
    await settled(scene.house.use.store)
    refused = await scene.officer.ask("confirmMatch", input=step(other))
    assert refused.codes == ["CONFLICT"]
    assert refused.value["match"]["state"] == "POTENTIAL"


async def test_a_rejected_match_stays_rejected_when_it_is_scored_again(scene: Scene) -> None:
    match, family, report_id = await a_match(scene)
    rejected = (await scene.officer.ask("rejectMatch", input=step(match))).made["match"]
    assert (await family.ask("report", id=report_id)).value["nextStep"] == "WAIT"
    person = {"names": {"full": "Marisol Quintanilla Ríos"}, "sex": "FEMALE", "age": {"birthDate": "2018-03-09"}}
    await family.ask("changeReport", input={"id": report_id, "version": 1, "person": person})
    await settled(scene.house.use.store)
    again = await scene.house.use.store.matches.get(rejected["id"])
    assert again is not None
    assert (again.state, again.report_version) == (MatchState.REJECTED, 2)
    assert await scene.house.use.store.matches.collection.count_documents({}) == 1


async def test_a_match_of_a_withdrawn_report_is_not_confirmed_and_fades_when_it_is_let_go(scene: Scene) -> None:
    match, family, report_id = await a_match(scene)
    taken = (await scene.coordinator.ask("takeMatch", id=match["id"])).made["match"]
    assert (await family.ask("withdrawReport", id=report_id, version=1)).made
    await settled(scene.house.use.store)
    present = await scene.house.use.store.matches.get(match["id"])
    assert present is not None
    assert (await scene.coordinator.ask("confirmMatch", input=step(taken, version=present.version))).codes == [
        "CONFLICT"
    ]
    assert (await scene.coordinator.ask("undoMatch", input=step(taken, version=present.version))).made
    await settled(scene.house.use.store)
    faded = await scene.house.use.store.matches.get(match["id"])
    assert faded is not None
    assert faded.state is MatchState.FADED


async def test_a_match_confirmed_again_after_it_was_undone_is_news_again(scene: Scene) -> None:
    match, _, _ = await a_match(scene)
    for _ in range(2):
        confirmed = (await scene.coordinator.ask("confirmMatch", input=step(match))).made["match"]
        await settled(scene.house.use.store)
        match = (await scene.coordinator.ask("undoMatch", input=step(confirmed))).made["match"]
        await settled(scene.house.use.store)
        present = await scene.house.use.store.matches.get(match["id"])
        assert present is not None
        match = {**match, "version": present.version}
    confirmations = {"key": {"$regex": "REPORT_NEWS", "$not": {"$regex": "MATCH_LIKELY"}}}
    assert await scene.house.use.store.alerts.collection.count_documents(confirmations) == 2


async def test_a_crowd_of_lookalikes_hides_no_match(scene: Scene) -> None:
    exact = [missing() for _ in range(15)]
    for _ in range(2):
        assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id, *exact))).made
        exact = [missing() for _ in range(15)]
    typo = missing()
    typo["person"] = typo["person"] | {"names": {"full": "Marisol Quintanila"}}
    true_one = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, typo))).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    wanted = {"reportId": true_one["reports"][0]["id"]}
    assert await scene.house.use.store.matches.collection.count_documents(wanted) == 1


async def test_the_queue_holds_the_most_probable_first(scene: Scene) -> None:
    match, _, _ = await a_match(scene)
    unlike = child(scene.site_id)
    unlike["person"] = unlike["person"] | {"names": {"given": "Marisela"}, "age": {"minimum": 7, "maximum": 10}}
    await scene.volunteer.ask("registerPerson", input=unlike)
    await settled(scene.house.use.store)
    edges = (await scene.officer.ask("matches", incidentId=scene.incident_id)).value["edges"]
    assert [edge["node"]["bits"] for edge in edges] == sorted((edge["node"]["bits"] for edge in edges), reverse=True)
    assert edges[0]["node"]["id"] == match["id"]


async def test_the_live_queue_tells_of_a_match_as_it_comes(scene: Scene) -> None:
    async with scene.coordinator.follow("matchChanges", incidentId=scene.incident_id) as queue:
        match, _, _ = await a_match(scene)
        assert (await queue.next_record())["id"] == match["id"]


async def test_two_records_written_at_the_same_moment_find_each_other_once(scene: Scene) -> None:
    await asyncio.gather(
        scene.stranger.ask("fileReport", input=report(scene.incident_id)),
        scene.volunteer.ask("registerPerson", input=child(scene.site_id)),
    )
    await settled(scene.house.use.store)
    store = scene.house.use.store
    assert await store.matches.collection.count_documents({}) == 1
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 1


async def test_a_family_is_told_once_of_several_likely_matches_and_again_when_all_were_rejected(scene: Scene) -> None:
    await scene.stranger.ask("fileReport", input=report(scene.incident_id))
    siblings = [child(scene.site_id), child(scene.site_id), child(scene.site_id)]
    await asyncio.gather(*(scene.volunteer.ask("registerPerson", input=one) for one in siblings))
    await settled(scene.house.use.store)
    alerts, matches = scene.house.use.store.alerts, scene.house.use.store.matches
    assert await matches.collection.count_documents({"alertedAt": {"$ne": None}}) == 3
    assert await alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 1

    for match in await matches.find({}):
        await scene.coordinator.ask("rejectMatch", input={"id": match.id, "version": match.version})
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    await settled(scene.house.use.store)
    assert await alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 2
