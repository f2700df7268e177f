"""What becomes of linked records when one of them turns out to be false: each keeps what was decided of its own."""

from typing import Any

from backend.domain.duplicate import DuplicateState
from backend.domain.match import Match, MatchState
from backend.services.audit import entries_about
from tests.support.client import Client
from tests.support.doors import a_helper
from tests.support.house import Scene
from tests.support.pairs import arrived, decide, file, link, register, step, two_relatives
from tests.support.records import child
from tests.support.snapshot import records, settled
from tests.support.take_downs import take_down


async def match_of(scene: Scene, report_id: str, registration_id: str) -> Match:
    """The match of these two as it is kept."""
    found = await scene.house.use.store.matches.find_one({"reportId": report_id, "registrationId": registration_id})
    assert found is not None
    return found


async def counts_as(scene: Scene, report_id: str, registration_id: str) -> str:
    """The state that counts for the two, as a coordinator is shown it."""
    match = await match_of(scene, report_id, registration_id)
    state: str = (await scene.coordinator.ask("match", id=match.id)).value["state"]
    return state


async def next_step(family: Client, report_id: str) -> Any:
    return (await family.ask("report", id=report_id)).value["nextStep"]


async def test_the_true_family_s_confirmation_outlives_the_take_down_of_a_linked_report(scene: Scene) -> None:
    (mother, mothers), (_, false_report) = await two_relatives(scene)
    (found,) = await register(scene, child(scene.site_id))
    claimed = await decide(scene, "takeMatch", false_report, found)
    await decide(scene, "confirmMatch", mothers, found)
    await link(scene, "REPORT", mothers, false_report)
    confirmed = await match_of(scene, mothers, found)

    made = await take_down(scene, false_report)
    await settled(scene.house.use.store)
    assert made["undoneMatchIds"] == [claimed.id]
    assert await match_of(scene, mothers, found) == confirmed
    assert (await match_of(scene, false_report, found)).state is MatchState.FADED
    assert await next_step(mother, mothers) == "CONTACT_CENTRE"


async def test_a_rejection_of_the_true_report_outlives_the_take_down_of_a_linked_one(scene: Scene) -> None:
    (_, mothers), (_, false_report) = await two_relatives(scene)
    (found,) = await register(scene, child(scene.site_id))
    await decide(scene, "takeMatch", false_report, found)
    await decide(scene, "rejectMatch", mothers, found)
    await link(scene, "REPORT", mothers, false_report)
    rejected = await match_of(scene, mothers, found)
    assert rejected.rejection is not None

    await take_down(scene, false_report)
    await settled(scene.house.use.store)
    assert await match_of(scene, mothers, found) == rejected


async def test_what_was_decided_of_the_false_report_counts_for_the_true_one_no_more(scene: Scene) -> None:
    (mother, mothers), (_, false_report) = await two_relatives(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    confirmed = await decide(scene, "confirmMatch", false_report, one)
    await decide(scene, "rejectMatch", false_report, other)
    linked = await link(scene, "REPORT", mothers, false_report)
    assert [await counts_as(scene, mothers, found) for found in (one, other)] == ["CONFIRMED", "REJECTED"]
    async with mother.follow("ownReports") as news:
        assert (await news.next_record())["nextStep"] == "CONTACT_CENTRE"
        made = await take_down(scene, false_report)
        assert (await news.next_record())["nextStep"] == "STAY_REACHABLE"
    await settled(scene.house.use.store)
    assert made["undoneMatchIds"] == [confirmed.id]
    assert [await counts_as(scene, mothers, found) for found in (one, other)] == ["POTENTIAL", "POTENTIAL"]
    assert (await match_of(scene, false_report, other)).state is MatchState.REJECTED, "nobody took that back"
    entries = [one.action for one in await entries_about(scene.house.use, linked["id"])]
    assert entries.count("DUPLICATE_UNLINKED") == 1
    await decide(scene, "confirmMatch", mothers, one)
    assert await next_step(mother, mothers) == "CONTACT_CENTRE"


async def test_of_linked_children_only_what_was_decided_for_the_false_report_is_undone(scene: Scene) -> None:
    (_, mothers), (_, false_report) = await two_relatives(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    claimed = await decide(scene, "takeMatch", false_report, one)
    await decide(scene, "rejectMatch", false_report, other)
    await decide(scene, "takeMatch", mothers, other)
    await link(scene, "REGISTRATION", one, other)
    kept = await match_of(scene, mothers, other)

    made = await take_down(scene, false_report)
    await settled(scene.house.use.store)
    assert made["undoneMatchIds"] == [claimed.id]
    assert await match_of(scene, mothers, other) == kept
    assert (await match_of(scene, false_report, other)).rejection is not None


async def test_reports_that_were_linked_through_a_false_one_alone_are_two_again(scene: Scene) -> None:
    (_, mothers), (_, false_report) = await two_relatives(scene)
    _, uncles = await file(scene, reporter={"name": "Beto Quintanilla", "relation": "uncle"})
    (found,) = await register(scene, child(scene.site_id))
    await link(scene, "REPORT", mothers, false_report)
    await link(scene, "REPORT", uncles, false_report)
    await decide(scene, "confirmMatch", mothers, found)
    assert await counts_as(scene, uncles, found) == "CONFIRMED"
    await take_down(scene, false_report)
    assert [await counts_as(scene, one, found) for one in (mothers, uncles)] == ["CONFIRMED", "POTENTIAL"]


async def test_a_report_that_was_taken_down_is_linked_with_no_other_until_it_is_restored(scene: Scene) -> None:
    store = scene.house.use.store
    (_, mothers), (_, false_report) = await two_relatives(scene)
    both = {"side": "REPORT", "recordId": mothers, "otherId": false_report}
    linked = await link(scene, "REPORT", mothers, false_report)
    taken_down = await take_down(scene, false_report)
    await settled(store)
    pair = (await scene.coordinator.ask("suggestDuplicate", input=both)).made["duplicate"]
    assert (pair["id"], pair["state"]) == (linked["id"], DuplicateState.SUGGESTED)
    before = await records(store)
    assert (await scene.coordinator.ask("linkDuplicate", input=step(pair))).codes == ["CONFLICT"]
    assert await records(store) == before
    restoring = {"id": taken_down["id"], "version": 1, "restore": True, "reason": "Mistaken"}
    assert (await scene.officer.ask("answerTakeDown", input=restoring)).made
    await settled(store)
    assert (await link(scene, "REPORT", mothers, false_report))["state"] == DuplicateState.LINKED


async def test_what_was_decided_of_a_child_that_was_dismissed_counts_for_no_other(scene: Scene) -> None:
    family, report_id = await file(scene)
    helper, false_child = await a_helper(scene), child(scene.site_id)
    assert (await helper.ask("registerPerson", input=false_child)).made
    (found,) = await register(scene, arrived(scene.other_site_id))
    await decide(scene, "rejectMatch", report_id, false_child["id"])
    pair = await link(scene, "REGISTRATION", found, false_child["id"])
    assert await counts_as(scene, report_id, found) == "REJECTED"
    assert await next_step(family, report_id) == "WAIT"
    dismissal = {"id": false_child["id"], "version": 1}
    assert (await scene.volunteer.ask("dismissRegistration", **dismissal)).made
    await settled(scene.house.use.store)
    assert await counts_as(scene, report_id, found) == "POTENTIAL"
    assert await next_step(family, report_id) == "STAY_REACHABLE"
    again = (await scene.coordinator.ask("duplicate", id=pair["id"])).value
    refused = await scene.coordinator.ask("linkDuplicate", input=step(again))
    assert refused.codes == ["CONFLICT"]
