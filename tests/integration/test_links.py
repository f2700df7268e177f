"""Linked records are one child: decisions are shared, contradictions refused, and without the link all is as before."""

import asyncio
from typing import Any

import pytest

from backend.domain.match import MatchState
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.pairs import AUNT, OTHER_RECORDS, arrived, file, link, of_match, pairs, register, step, two_relatives
from tests.support.records import child, missing
from tests.support.snapshot import records, settled


async def match_of(scene: Scene, report_id: str, registration_id: str) -> dict[str, Any]:
    """The match of these two, as a coordinator sees it with its report."""
    found = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    own = await scene.house.use.store.matches.find_one({"reportId": report_id, "registrationId": registration_id})
    assert own is not None
    return next(match for match in found if match["id"] == own.id)


async def queue(scene: Scene) -> list[str]:
    edges = (await scene.coordinator.ask("matches", incidentId=scene.incident_id)).value["edges"]
    return [edge["node"]["id"] for edge in edges]


async def next_step(family: Client, report_id: str) -> str:
    told: str = (await family.ask("report", id=report_id)).value["nextStep"]
    return told


async def alerts(scene: Scene, family_of: str) -> int:
    report = await scene.house.use.store.reports.get(family_of)
    assert report is not None
    return await scene.house.use.store.alerts.collection.count_documents({"ownerId": report.family_id})


async def act(scene: Scene, name: str, match: dict[str, Any], person: Client | None = None) -> dict[str, Any]:
    present = await scene.house.use.store.matches.get(match["id"])
    assert present is not None
    done: dict[str, Any] = (
        await (person or scene.coordinator).ask(name, **of_match(name, present.id, present.version))
    ).made["match"]
    await settled(scene.house.use.store)
    return done


async def test_of_two_linked_registrations_the_likelier_match_stands_for_both_in_the_queue(scene: Scene) -> None:
    _, report_id = await file(scene)
    vague = arrived(scene.other_site_id)
    vague["person"] = vague["person"] | {"relatives": [], "names": {"given": "Marisol"}}
    one, other = await register(scene, child(scene.site_id), vague)
    better, worse = await match_of(scene, report_id, one), await match_of(scene, report_id, other)
    assert await queue(scene) == [better["id"], worse["id"]]
    assert (better["sameChildAs"], worse["sameChildAs"]) == (None, None)

    await link(scene, "REGISTRATION", one, other)
    assert await queue(scene) == [better["id"]]
    assert (await match_of(scene, report_id, one))["sameChildAs"] is None
    assert (await match_of(scene, report_id, other))["sameChildAs"] == better["id"]
    linked = (await scene.coordinator.ask("registrationDuplicates", id=other)).value["linkedWith"]
    assert [registration["id"] for registration in linked] == [one]
    query = "query Q($id: ID!) { registration(id: $id) { matches { id } } }"
    shown = (await scene.coordinator.ask_text(query, id=other)).value["matches"]
    assert {match["id"] for match in shown} == {better["id"], worse["id"]}


async def test_a_page_of_the_queue_is_never_empty_while_more_follows(scene: Scene) -> None:
    reports = [(await file(scene, missing(), reporter={"name": f"Relative {number}"}))[1] for number in range(3)]
    one, other = await register(scene, child(scene.site_id), child(scene.site_id))
    await link(scene, "REGISTRATION", one, other)
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await scene.coordinator.ask("matches", incidentId=scene.incident_id, first=1, after=after)).value
        seen += [edge["node"]["id"] for edge in page["edges"]]
        assert page["edges"]
        after = page["pageInfo"]["endCursor"]
    assert len(set(seen)) == len(reports)
    assert set(seen) == set(await queue(scene))


async def test_what_is_decided_of_one_counts_for_the_linked_one_and_is_taken_back_for_both(scene: Scene) -> None:
    family, report_id = await file(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await link(scene, "REGISTRATION", one, other)
    for decision, state, told in (
        ("rejectMatch", "REJECTED", "WAIT"),
        ("confirmMatch", "CONFIRMED", "CONTACT_CENTRE"),
        ("takeMatch", "CLAIMED", "STAY_REACHABLE"),
    ):
        await act(scene, decision, await match_of(scene, report_id, one))
        decided, shared = await match_of(scene, report_id, one), await match_of(scene, report_id, other)
        assert (shared["state"], shared["sameChildAs"]) == (state, decided["id"])
        assert (shared["decidedBy"], shared["claimedBy"]) == (decided["decidedBy"], decided["claimedBy"])
        assert await next_step(family, report_id) == told
        if state != "CLAIMED":
            assert await queue(scene) == []
            refused = await scene.officer.ask("confirmMatch", input=step(shared))
            assert refused.codes == ["CONFLICT"]
            assert refused.value["match"]["state"] == state

        await act(scene, "undoMatch", shared)
        for registration_id in (one, other):
            assert (await match_of(scene, report_id, registration_id))["state"] == "POTENTIAL"
        assert await next_step(family, report_id) == "STAY_REACHABLE"


async def test_a_link_taken_back_leaves_every_record_and_match_as_it_was(scene: Scene) -> None:
    (mother, mothers), (aunt, aunts) = await two_relatives(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await act(scene, "rejectMatch", await match_of(scene, mothers, one))
    await act(scene, "takeMatch", await match_of(scene, aunts, other))
    before = await records(scene.house.use.store)
    steps = await next_step(mother, mothers), await next_step(aunt, aunts)

    linked = [await link(scene, "REGISTRATION", one, other), await link(scene, "REPORT", mothers, aunts)]
    assert {match.state for match in await scene.house.use.store.matches.find({})} == {
        MatchState.POTENTIAL,
        MatchState.CLAIMED,
        MatchState.REJECTED,
    }
    assert (await match_of(scene, aunts, one))["state"] == "REJECTED"
    assert (await next_step(mother, mothers), await next_step(aunt, aunts)) == ("WAIT", "WAIT")
    for pair in linked:
        assert (await scene.officer.ask("unlinkDuplicate", input=step(pair))).made["duplicate"]["state"] == "SUGGESTED"
    await settled(scene.house.use.store)

    after = await records(scene.house.use.store)
    assert {name: after[name] for name in after.keys() - OTHER_RECORDS} == {
        name: before[name] for name in before.keys() - OTHER_RECORDS
    }
    assert (await match_of(scene, aunts, one))["state"] == "POTENTIAL"
    assert (await next_step(mother, mothers), await next_step(aunt, aunts)) == steps
    assert (await scene.coordinator.ask("registrationDuplicates", id=one)).value["linkedWith"] == []


async def test_two_relatives_are_each_told_their_own_news_once_and_nothing_of_each_other(scene: Scene) -> None:
    (mother, mothers), (aunt, aunts) = await two_relatives(scene)
    (registration_id,) = await register(scene, child(scene.site_id))
    assert (await alerts(scene, mothers), await alerts(scene, aunts)) == (1, 1)
    async with aunt.follow("ownReports") as news:
        assert (await news.next_record())["nextStep"] == "STAY_REACHABLE"
        linked = await link(scene, "REPORT", mothers, aunts)
        assert (await alerts(scene, mothers), await alerts(scene, aunts)) == (1, 1)

        await act(scene, "confirmMatch", await match_of(scene, mothers, registration_id))
        told = await news.next_record()
        assert (told["id"], told["nextStep"]) == (aunts, "CONTACT_CENTRE")
    assert (await alerts(scene, mothers), await alerts(scene, aunts)) == (2, 2)
    told = await scene.house.use.store.alerts.find({"kind": "REPORT_NEWS"})
    subjects = {alert.owner_id: alert.subject_id for alert in told}
    assert set(subjects.values()) == {mothers, aunts}
    for family, own, others in ((mother, mothers, aunts), (aunt, aunts, mothers)):
        assert await next_step(family, own) == "CONTACT_CENTRE"
        seen = [
            edge["node"]["id"] for edge in (await family.ask("reports", incidentId=scene.incident_id)).value["edges"]
        ]
        assert seen == [own]
        hidden = await family.ask("reportDuplicates", id=own)
        assert hidden.codes == ["FORBIDDEN", "FORBIDDEN"]
        assert others not in str(hidden.body)
        assert (await family.ask("reportDuplicates", id=others)).codes == ["NOT_FOUND"]

    assert (await scene.coordinator.ask("unlinkDuplicate", input=step(linked))).made
    await settled(scene.house.use.store)
    assert await next_step(mother, mothers) == "CONTACT_CENTRE"
    assert await next_step(aunt, aunts) == "STAY_REACHABLE"
    await link(scene, "REPORT", mothers, aunts)
    assert (await alerts(scene, mothers), await alerts(scene, aunts)) == (2, 2), "the same news is told once"


async def test_a_relative_whose_own_words_matched_nobody_hears_of_what_was_confirmed(scene: Scene) -> None:
    _, mothers = await file(scene)
    aunt, aunts = await file(scene, missing(person={"names": {"asSaid": "Nena"}}), reporter=AUNT)
    (registration_id,) = await register(scene, child(scene.site_id))
    await act(scene, "confirmMatch", await match_of(scene, mothers, registration_id))
    assert await next_step(aunt, aunts) == "WAIT"
    await link(scene, "REPORT", mothers, aunts)
    assert await next_step(aunt, aunts) == "CONTACT_CENTRE"
    assert await alerts(scene, aunts) == 1


async def test_a_rejection_of_one_linked_match_lets_the_next_likely_one_be_news(scene: Scene) -> None:
    family, report_id = await file(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await link(scene, "REGISTRATION", one, other)
    await act(scene, "rejectMatch", await match_of(scene, report_id, one))
    assert await next_step(family, report_id) == "WAIT"
    told = await alerts(scene, report_id)
    await register(scene, child(scene.site_id))
    assert await alerts(scene, report_id) == told + 1
    assert await next_step(family, report_id) == "STAY_REACHABLE"


async def test_records_confirmed_with_different_children_are_not_linked(scene: Scene) -> None:
    (_, mothers), (_, aunts) = await two_relatives(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await act(scene, "confirmMatch", await match_of(scene, mothers, one))
    await act(scene, "confirmMatch", await match_of(scene, aunts, other))
    (here,), (there,) = await pairs(scene, "REGISTRATION"), await pairs(scene, "REPORT")
    before = await records(scene.house.use.store)
    for pair in (here, there):
        refused = await scene.coordinator.ask("linkDuplicate", input=step(pair))
        assert refused.codes == ["CONFLICT"]
        assert refused.value["duplicate"]["state"] == "SUGGESTED"
    assert await records(scene.house.use.store) == before


async def test_a_pair_confirmed_here_and_rejected_there_is_not_made_one(scene: Scene) -> None:
    _, report_id = await file(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await act(scene, "confirmMatch", await match_of(scene, report_id, one))
    await act(scene, "rejectMatch", await match_of(scene, report_id, other))
    (pair,) = await pairs(scene, "REGISTRATION")
    before = await records(scene.house.use.store)
    assert (await scene.coordinator.ask("linkDuplicate", input=step(pair))).codes == ["CONFLICT"]
    assert await records(scene.house.use.store) == before


async def test_a_linked_child_is_confirmed_with_one_family_whoever_comes_first(scene: Scene) -> None:
    (_, mothers), (_, aunts) = await two_relatives(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await link(scene, "REGISTRATION", one, other)
    first, second = await match_of(scene, mothers, one), await match_of(scene, aunts, other)
    answers = await asyncio.gather(
        scene.coordinator.ask("confirmMatch", input=step(first)),
        scene.officer.ask("confirmMatch", input=step(second)),
    )
    assert sorted(answer.codes for answer in answers) == [[], ["CONFLICT"]]
    confirmed = {"state": MatchState.CONFIRMED.value}
    assert await scene.house.use.store.matches.collection.count_documents(confirmed) == 1


async def test_a_link_and_a_confirmation_that_exclude_each_other_are_not_both_done(scene: Scene) -> None:
    (_, mothers), (_, aunts) = await two_relatives(scene)
    one, other = await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    await act(scene, "confirmMatch", await match_of(scene, mothers, one))
    (pair,) = await pairs(scene, "REGISTRATION")
    second = await match_of(scene, aunts, other)
    linked, confirmed = await asyncio.gather(
        scene.coordinator.ask("linkDuplicate", input=step(pair)),
        scene.officer.ask("confirmMatch", input=step(second)),
    )
    assert sorted([linked.codes, confirmed.codes]) == [[], ["CONFLICT"]]


async def test_a_chain_of_links_is_one_child_and_parts_again_where_it_is_cut(scene: Scene) -> None:
    _, report_id = await file(scene)
    one, two, three = await register(
        scene, child(scene.site_id), arrived(scene.other_site_id), arrived(scene.other_site_id)
    )
    await link(scene, "REGISTRATION", one, two)
    cut = await link(scene, "REGISTRATION", two, three)
    await act(scene, "rejectMatch", await match_of(scene, report_id, one))
    assert (await match_of(scene, report_id, three))["state"] == "REJECTED"
    assert (await scene.coordinator.ask("unlinkDuplicate", input=step(cut))).made
    assert (await match_of(scene, report_id, two))["state"] == "REJECTED"
    assert (await match_of(scene, report_id, three))["state"] == "POTENTIAL"


async def test_more_records_than_one_child_can_have_are_not_linked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.duplicates.MOST_LINKED", 2)
    one, two, three = await register(scene, *(child(scene.site_id) for _ in range(3)))
    await link(scene, "REGISTRATION", one, two)
    pair = next(pair for pair in await pairs(scene, "REGISTRATION") if three in {pair["firstId"], pair["secondId"]})
    before = await records(scene.house.use.store)
    assert (await scene.coordinator.ask("linkDuplicate", input=step(pair))).codes == ["CONFLICT"]
    assert await records(scene.house.use.store) == before
