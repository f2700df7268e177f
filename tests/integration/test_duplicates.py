"""Duplicates: suggested with evidence, reviewed by one person at a time, seen by those who may see both records."""

import asyncio
from typing import Any

import pytest

from backend.domain.duplicate import TRANSITIONS, DuplicateAction, DuplicateState, state_after
from backend.domain.errors import DomainError
from backend.domain.subject import Side
from backend.services.models import rules_of
from backend.services.suggestions import suggest_duplicates
from backend.store.records import Session
from tests.support.client import new_id
from tests.support.house import Scene, set_scene
from tests.support.pairs import AUNT, arrived, file, pairs, register, step, two_relatives
from tests.support.records import FOUND_AT, child, missing
from tests.support.snapshot import AUDIT, everything, records, settled

REFUSED = {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}


@pytest.mark.parametrize("state", DuplicateState)
@pytest.mark.parametrize("action", DuplicateAction)
def test_a_step_that_is_not_in_the_table_is_a_conflict(state: DuplicateState, action: DuplicateAction) -> None:
    if (state, action) in TRANSITIONS:
        assert state_after(state, action) is TRANSITIONS[state, action]
    else:
        with pytest.raises(DomainError) as refusal:
            state_after(state, action)
        assert refusal.value.code == "CONFLICT"


async def test_a_child_registered_twice_at_a_site_is_suggested_once_with_the_evidence(scene: Scene) -> None:
    registered = await register(scene, child(scene.site_id), child(scene.site_id))
    (pair,) = await pairs(scene, "REGISTRATION")
    assert [pair["firstId"], pair["secondId"]] == sorted(registered)
    assert pair["state"] == "SUGGESTED"
    assert pair["probability"] > 0.9
    name = next(piece for piece in pair["evidence"] if piece["feature"] == "GIVEN_NAME")
    assert (name["level"], name["firstValue"], name["secondValue"]) == ("AGREE", "Marisol", "Marisol")


async def test_a_child_moved_to_another_site_and_registered_there_again_is_suggested(scene: Scene) -> None:
    await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    (pair,) = await pairs(scene, "REGISTRATION")
    assert "CONFLICT" not in {piece["level"] for piece in pair["evidence"]}


async def test_a_child_in_two_distant_places_within_the_hour_speaks_against_itself(scene: Scene) -> None:
    await register(scene, child(scene.site_id), arrived(scene.other_site_id, foundAt=FOUND_AT))
    (pair,) = await pairs(scene, "REGISTRATION")
    time = next(piece for piece in pair["evidence"] if piece["feature"] == "TIME")
    assert time["level"] == "CONFLICT"
    assert time["bits"] < -5


async def test_brothers_and_sisters_registered_together_are_never_suggested(scene: Scene) -> None:
    twins = {"input": {"siblings": [child(scene.site_id), child(scene.site_id)]}}
    assert (await scene.volunteer.ask("registerSiblings", **twins)).made
    await settled(scene.house.use.store)
    assert await pairs(scene, "REGISTRATION", *DuplicateState) == []


async def test_two_children_that_one_family_misses_are_never_suggested(scene: Scene) -> None:
    await file(scene, missing(), missing())
    assert await pairs(scene, "REPORT", *DuplicateState) == []


async def test_twins_registered_one_by_one_are_not_suggested(scene: Scene) -> None:
    twin = child(scene.site_id)
    twin["person"] = twin["person"] | {"names": {"given": "Lucero", "family": "Quintanilla"}}
    await register(scene, child(scene.site_id), twin)
    assert await pairs(scene, "REGISTRATION") == []


async def test_two_relatives_who_report_one_child_are_suggested(scene: Scene) -> None:
    (_, mothers), (_, aunts) = await two_relatives(scene)
    (pair,) = await pairs(scene, "REPORT")
    assert {pair["firstId"], pair["secondId"]} == {mothers, aunts}


async def test_the_order_of_writing_makes_no_difference_to_a_pair(scene: Scene) -> None:
    found = []
    for here, turned in ((scene, False), (await set_scene(scene.house), True)):
        records = [child(here.site_id), arrived(here.other_site_id)]
        await register(here, *(reversed(records) if turned else records))
        (pair,) = await pairs(here, "REGISTRATION")
        assert (pair["firstId"], pair["secondId"]) == (records[0]["id"], records[1]["id"])
        found.append((pair["bits"], pair["evidence"]))
    assert found[0] == found[1]


async def test_a_pair_is_there_once_however_often_and_by_how_many_it_is_looked_for(scene: Scene) -> None:
    use = scene.house.use
    one, other = child(scene.site_id), child(scene.site_id)
    answers = [scene.coordinator.ask("registerPerson", input=record) for record in (one, other)]
    await asyncio.gather(*answers)
    await settled(use.store)
    before = await everything(use.store)

    async def again(session: Session) -> None:
        rules = await rules_of(use, scene.incident_id, session)
        assert rules is not None
        for ids in ([one["id"]], [other["id"]], [one["id"], other["id"]]):
            await suggest_duplicates(use, rules, Side.REGISTRATION, ids, session)

    await use.store.transact(again)
    assert await everything(use.store) == before
    assert len(before["duplicates"]) == 1


async def test_a_suggestion_fades_with_its_reason_and_returns_with_it(scene: Scene) -> None:
    first, _ = await register(scene, child(scene.site_id), child(scene.site_id))
    other = {"names": {"given": "Thuy", "family": "Nguyen"}, "sex": "FEMALE", "age": {"minimum": 14, "maximum": 15}}
    for version, (person, state) in enumerate(
        ((other, "FADED"), (child(scene.site_id)["person"], "SUGGESTED")), start=1
    ):
        change = {"id": first, "version": version, "person": person}
        assert (await scene.volunteer.ask("changeRegistration", input=change)).made
        await settled(scene.house.use.store)
        (pair,) = await pairs(scene, "REGISTRATION", *DuplicateState)
        assert pair["state"] == state


async def test_suggestions_of_both_sides_follow_the_thresholds_and_what_was_decided_stays(scene: Scene) -> None:
    await register(scene, child(scene.site_id), child(scene.site_id))
    await two_relatives(scene)
    (registrations,), (reports,) = await pairs(scene, "REGISTRATION"), await pairs(scene, "REPORT")

    async def states_at(version: int, threshold: float) -> list[str]:
        change = {"id": scene.incident_id, "version": version, "proposeThreshold": threshold, "alertThreshold": None}
        assert (await scene.coordinator.ask("changeIncident", input=change)).made
        await settled(scene.house.use.store)
        found = [(await pairs(scene, side, *DuplicateState))[0] for side in ("REGISTRATION", "REPORT")]
        assert [one["bits"] for one in found] == [registrations["bits"], reports["bits"]]
        return [one["state"] for one in found]

    assert await states_at(1, 1.0) == ["FADED", "FADED"]
    assert await states_at(2, 0.3) == ["SUGGESTED", "SUGGESTED"]
    (pair,) = await pairs(scene, "REGISTRATION")
    assert (await scene.coordinator.ask("dismissDuplicate", input=step(pair, reason="cousins"))).made
    assert await states_at(3, 1.0) == ["DISMISSED", "FADED"]
    assert await states_at(4, 0.3) == ["DISMISSED", "SUGGESTED"]


async def test_what_was_dismissed_stays_so_when_it_is_compared_again(scene: Scene) -> None:
    first, _ = await register(scene, child(scene.site_id), child(scene.site_id))
    (pair,) = await pairs(scene, "REGISTRATION")
    dismissed = await scene.coordinator.ask("dismissDuplicate", input=step(pair, reason="cousins"))
    assert (dismissed.made["duplicate"]["state"], dismissed.made["duplicate"]["reason"]) == ("DISMISSED", "cousins")
    person = child(scene.site_id)["person"] | {"hair": "black"}
    assert (await scene.volunteer.ask("changeRegistration", input={"id": first, "version": 1, "person": person})).made
    await settled(scene.house.use.store)
    assert await pairs(scene, "REGISTRATION") == []
    (again,) = await pairs(scene, "REGISTRATION", "DISMISSED")
    assert again["reason"] == "cousins"


async def test_only_who_reviews_matches_links_records_and_a_refusal_changes_nothing(scene: Scene) -> None:
    family, _ = await file(scene)
    await register(scene, child(scene.site_id), child(scene.site_id))
    (pair,) = await pairs(scene, "REGISTRATION")
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (family, "NOT_FOUND"),
        (scene.call_taker, "NOT_FOUND"),
        (scene.other_volunteer, "NOT_FOUND"),
        (scene.admin, "NOT_FOUND"),
        (scene.volunteer, "FORBIDDEN"),
    ):
        for name in ("linkDuplicate", "unlinkDuplicate", "dismissDuplicate"):
            assert (await person.ask(name, input=step(pair))).codes == [code]
        both = {"side": "REGISTRATION", "recordId": pair["firstId"], "otherId": pair["secondId"]}
        assert (await person.ask("suggestDuplicate", input=both)).codes == [code]
    assert await everything(scene.house.use.store) == before
    del before[AUDIT]  # who may see the pair is shown it as it is, and so has looked
    for wrong in (step(pair) | {"version": 7}, step(pair, reason="x" * 5000)):
        assert (await scene.officer.ask("linkDuplicate", input=wrong)).codes in (["CONFLICT"], ["INVALID"])
    assert (await scene.officer.ask("unlinkDuplicate", input=step(pair))).codes == ["CONFLICT"]
    assert await records(scene.house.use.store) == before

    linked = (await scene.officer.ask("linkDuplicate", input=step(pair, reason="same scar"))).made["duplicate"]
    assert (linked["state"], linked["reason"]) == ("LINKED", "same scar")
    told = await scene.house.use.store.events.find({"kind": "DUPLICATE_LINKED"})
    assert [(event.subject_id, event.actor_id) for event in told] == [(pair["id"], linked["decidedBy"])]


async def test_of_many_who_link_and_dismiss_at_once_one_wins_and_the_others_see_what_was_done(scene: Scene) -> None:
    await register(scene, child(scene.site_id), child(scene.site_id))
    (pair,) = await pairs(scene, "REGISTRATION")
    names = ["linkDuplicate", "dismissDuplicate"] * 4
    answers = await asyncio.gather(
        *(
            person.ask(name, input=step(pair))
            for name, person in zip(names, [scene.coordinator, scene.officer] * 4, strict=True)
        )
    )
    winners = [answer for answer in answers if not answer.codes]
    assert len(winners) == 1
    done = winners[0].value["duplicate"]["state"]
    assert {answer.value["duplicate"]["state"] for answer in answers} == {done}
    assert {code for answer in answers for code in answer.codes} == {"CONFLICT"}
    kinds = ["DUPLICATE_LINKED", "DUPLICATE_DISMISSED"]
    assert await scene.house.use.store.events.collection.count_documents({"kind": {"$in": kinds}}) == 1


async def test_two_who_say_at_once_that_two_unlike_records_are_one_child_make_one_pair(scene: Scene) -> None:
    unlike = child(scene.site_id)
    unlike["person"] = {"names": {"asSaid": "Nena"}}
    one, other = await register(scene, child(scene.site_id), unlike)
    assert await pairs(scene, "REGISTRATION") == []
    both = {"side": "REGISTRATION", "recordId": other, "otherId": one}
    answers = await asyncio.gather(
        *(person.ask("suggestDuplicate", input=both) for person in [scene.coordinator, scene.officer] * 3)
    )
    assert len({answer.made["duplicate"]["id"] for answer in answers}) == 1
    assert len(await pairs(scene, "REGISTRATION")) == 1

    change = {"id": one, "version": 1, "person": child(scene.site_id)["person"] | {"hair": "black"}}
    assert (await scene.volunteer.ask("changeRegistration", input=change)).made
    await settled(scene.house.use.store)
    assert len(await pairs(scene, "REGISTRATION")) == 1, "what a person said fades with no score"

    wrong: list[dict[str, Any]] = [both | {"otherId": other}, both | {"otherId": new_id()}]
    codes = [(await scene.officer.ask("suggestDuplicate", input=one)).codes for one in wrong]
    assert codes == [["INVALID"], ["NOT_FOUND"]]


async def test_a_volunteer_sees_a_pair_only_while_both_children_are_at_the_own_site(scene: Scene) -> None:
    here, moved = await register(scene, child(scene.site_id), child(scene.site_id))
    await register(scene, arrived(scene.other_site_id))
    assert len(await pairs(scene, "REGISTRATION")) == 3
    own = (await scene.volunteer.ask("registrationDuplicates", id=here)).value
    (pair,) = own["duplicates"]
    assert {pair["firstId"], pair["secondId"]} == {here, moved}
    assert len((await scene.volunteer.ask("duplicate", id=pair["id"])).value["registrations"]) == 2

    move = {"id": moved, "version": 1, "siteId": scene.other_site_id}
    assert (await scene.volunteer.ask("moveRegistration", input=move)).made
    assert (await scene.volunteer.ask("registrationDuplicates", id=here)).value["duplicates"] == []
    assert (await scene.volunteer.ask("duplicate", id=pair["id"])).codes == ["NOT_FOUND"]


async def test_the_queue_is_for_those_who_review_and_that_of_reports_for_call_takers_too(scene: Scene) -> None:
    await file(scene)
    await file(scene, missing(), reporter=AUNT)
    for side, allowed in (
        ("REPORT", {"coordinator", "officer", "call_taker"}),
        ("REGISTRATION", {"coordinator", "officer"}),
    ):
        for role in ("coordinator", "officer", "call_taker", "volunteer", "admin", "stranger"):
            answer = await getattr(scene, role).ask("duplicates", incidentId=scene.incident_id, side=side)
            assert (set(answer.codes) <= REFUSED and bool(answer.codes)) is (role not in allowed)


async def test_a_call_taker_sees_the_pair_of_a_report_and_links_nothing(scene: Scene) -> None:
    (_, mothers), (_, aunts) = await two_relatives(scene)
    (pair,) = (await scene.call_taker.ask("reportDuplicates", id=mothers)).value["duplicates"]
    shown = (await scene.call_taker.ask("duplicate", id=pair["id"])).value
    assert {report["id"] for report in shown["reports"]} == {mothers, aunts}
    assert (await scene.call_taker.ask("linkDuplicate", input=step(pair))).codes == ["FORBIDDEN"]


async def test_the_queue_holds_the_most_probable_first(scene: Scene) -> None:
    vague = child(scene.site_id)
    vague["person"] = vague["person"] | {"names": {"given": "Marisol"}, "relatives": []}
    await register(scene, child(scene.site_id), child(scene.site_id), vague)
    bits = [pair["bits"] for pair in await pairs(scene, "REGISTRATION")]
    assert len(bits) == 3
    assert bits == sorted(bits, reverse=True)
