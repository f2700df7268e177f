"""Re-checks: who asks, who answers, what the answer changes, and what those at a site never learn of the family."""

import asyncio
from typing import Any

import pytest

from backend.services.links import matches_of_records
from tests.support.client import Client, new_id
from tests.support.house import Scene
from tests.support.pictures import picture
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, records, settled

SHY = {"names": {"given": "Marisol"}, "sex": "FEMALE", "age": {"minimum": 7, "maximum": 9, "source": "ESTIMATED"}}
"""As a child that has said little."""


async def taken_in(scene: Scene, **changes: Any) -> str:
    made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id, **changes))).made
    return str(made["registration"]["id"])


async def missed(scene: Scene) -> str:
    made = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing()))).made
    await settled(scene.house.use.store)
    return str(made["reports"][0]["id"])


async def asked(scene: Scene, registration_id: str, kind: str = "MARK", **more: Any) -> str:
    asking = {"registrationId": registration_id, "kind": kind, **more}
    return str((await scene.coordinator.ask("askRecheck", input=asking)).made["recheck"]["id"])


async def answer(client: Client, recheck_id: str, **said: Any) -> Any:
    return await client.ask("answerRecheck", id=recheck_id, answer=said)


async def test_only_staff_of_the_incident_asks_and_the_same_again_is_the_same(scene: Scene) -> None:
    girl = await taken_in(scene)
    asking = {"id": new_id(), "registrationId": girl, "kind": "MARK", "bodySite": "left knee"}
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.other_volunteer, "NOT_FOUND"),
        (scene.call_taker, "NOT_FOUND"),
        (scene.volunteer, "FORBIDDEN"),
    ):
        assert (await person.ask("askRecheck", input=asking)).codes == [code]
    assert await everything(scene.house.use.store) == before
    first = (await scene.coordinator.ask("askRecheck", input=asking)).made["recheck"]
    again = (await scene.coordinator.ask("askRecheck", input=asking)).made["recheck"]
    assert (first["id"], first["state"], again["version"]) == (asking["id"], "OPEN", 1)
    changed = asking | {"bodySite": "right knee"}
    assert (await scene.coordinator.ask("askRecheck", input=changed)).codes == ["CONFLICT"]
    listed = (await scene.volunteer.ask("rechecks", incidentId=scene.incident_id, siteId=scene.site_id)).value
    assert [edge["node"]["id"] for edge in listed["edges"]] == [asking["id"]]


async def test_a_volunteer_sees_those_of_the_own_site_and_not_for_which_match_or_by_whom(scene: Scene) -> None:
    girl = await taken_in(scene)
    report_id = await missed(scene)
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    recheck_id = await asked(scene, girl, matchId=match["id"], bodySite="left knee")
    seen = (await scene.volunteer.ask("recheck", id=recheck_id)).value
    assert (seen["kind"], seen["bodySite"], seen["matchId"], seen["askedBy"]) == ("MARK", "left knee", None, None)
    assert seen["registration"]["id"] == girl
    own = (await scene.officer.ask("recheck", id=recheck_id)).value
    assert own["matchId"] == match["id"]
    of_child = (await scene.volunteer.ask("registrationRechecks", id=girl)).value["rechecks"]
    assert [one["id"] for one in of_child] == [recheck_id]
    for shown in (seen, of_child):
        assert match["id"] not in str(shown)
        assert report_id not in str(shown)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    assert (await scene.other_volunteer.ask("recheck", id=recheck_id)).codes == ["NOT_FOUND"]
    elsewhere = {"incidentId": scene.incident_id, "siteId": scene.site_id}
    assert (await scene.other_volunteer.ask("rechecks", **elsewhere)).codes == ["FORBIDDEN"]
    assert (await answer(scene.other_volunteer, recheck_id, cannotSay=True)).codes == ["NOT_FOUND"]
    assert (await answer(scene.officer, recheck_id, cannotSay=True)).codes == ["FORBIDDEN"]
    assert await everything(scene.house.use.store) == before
    for _ in ("answered", "and the same again"):
        done = (await answer(scene.volunteer, recheck_id, cannotSay=True)).made["recheck"]
        assert (done["state"], done["matchId"], done["askedBy"]) == ("ANSWERED", None, None)


async def test_an_answer_joins_the_registration_and_the_match_is_scored_anew(scene: Scene) -> None:
    girl = await taken_in(scene, person=SHY)
    report_id = await missed(scene)
    before = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    recheck_id = await asked(scene, girl, matchId=before["id"], bodySite="left knee")
    said = {"hasMark": True, "mark": {"kind": "SCAR"}, "text": "an old one"}
    answered = (await answer(scene.volunteer, recheck_id, **said)).made["recheck"]
    assert (answered["state"], answered["answer"]["mark"]["bodySite"]) == ("ANSWERED", None)
    again = (await answer(scene.volunteer, recheck_id, **said)).made["recheck"]
    assert again["version"] == answered["version"], "a phone that did not hear it may send it again"
    late = await answer(scene.volunteer, recheck_id, cannotSay=True)
    assert (late.codes, late.value["recheck"]["state"]) == (["CONFLICT"], "ANSWERED")
    await settled(scene.house.use.store)
    registration = (await scene.volunteer.ask("registration", id=girl)).value
    assert registration["person"]["marks"] == [{"kind": "SCAR", "bodySite": "left knee", "text": None}]
    assert registration["version"] == 2
    after = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    assert (after["id"], after["probability"] > before["probability"]) == (before["id"], True)
    log = (await everything(scene.house.use.store))["audit"]
    steps = [entry["action"] for entry in log if {recheck_id, girl} <= set(entry["record_ids"])]
    assert [step for step in steps if not step.startswith("READ")] == ["RECHECK_ANSWERED", "REGISTRATION_UPDATED"]


@pytest.mark.parametrize(
    ("kind", "said", "field", "expected"),
    [
        ("LANGUAGE", {"languages": ["es", "en"]}, "languages", ["es", "en"]),
        ("CLOTHING", {"clothing": [{"kind": "boots", "colour": "red"}]}, "clothing", "boots"),
        ("NAME", {"name": "Mari"}, "names", "Mari"),
        ("AGE", {"ageMinimum": 8, "ageMaximum": 8}, "age", "'minimum': 8"),
    ],
)
async def test_each_kind_of_answer_adds_what_was_asked_and_keeps_the_rest(
    scene: Scene, kind: str, said: dict[str, Any], field: str, expected: Any
) -> None:
    girl = await taken_in(scene, person=SHY)
    before = (await scene.volunteer.ask("registration", id=girl)).value["person"]
    (await answer(scene.volunteer, await asked(scene, girl, kind), **said)).made  # noqa: B018 (it says whether it was done)
    after = (await scene.volunteer.ask("registration", id=girl)).value["person"]
    assert str(expected) in str(after[field])
    assert {name for name in after if after[name] != before[name]} == {field}
    assert after["names"]["given"] == "Marisol"


async def test_a_photo_is_added_first_and_named_in_the_answer(scene: Scene) -> None:
    girl, other = await taken_in(scene), await taken_in(scene)
    recheck_id = await asked(scene, girl, "PHOTO")
    of_other = (await scene.volunteer.upload(picture(), registration=other)).body["photo"]["id"]
    assert (await answer(scene.volunteer, recheck_id, photoId=of_other)).codes == ["INVALID"]
    photo_id = (await scene.volunteer.upload(picture(), registration=girl)).body["photo"]["id"]
    answered = (await answer(scene.volunteer, recheck_id, photoId=photo_id)).made["recheck"]
    assert answered["answer"]["photoId"] == photo_id


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        ("MARK", {}, "hasMark"),
        ("MARK", {"hasMark": False, "mark": {"kind": "SCAR"}}, "mark"),
        ("MARK", {"hasMark": True, "languages": ["es"]}, "languages"),
        ("LANGUAGE", {"languages": ["es", "x" * 40]}, "languages.1"),
        ("LANGUAGE", {"cannotSay": True, "languages": ["es"]}, "languages"),
        ("AGE", {"ageMinimum": 9, "ageMaximum": 8}, "age.minimum"),
        ("OTHER", {}, "text"),
        ("OTHER", {"text": "x" * 301}, "text"),
        ("PHOTO", {"photoId": "01a204b1-aff5-72b6-bb50-c6ec3eb88fa7"}, "photoId"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_by_its_field_and_changes_nothing(
    scene: Scene, kind: str, said: dict[str, Any], field: str
) -> None:
    more = {"text": "Does she hum?"} if kind == "OTHER" else {}
    recheck_id = await asked(scene, await taken_in(scene), kind, **more)
    await settled(scene.house.use.store)
    before = await records(scene.house.use.store)
    refused = await answer(scene.volunteer, recheck_id, **said)
    assert [(error["code"], error["field"]) for error in refused.value["errors"]] == [("INVALID", field)]
    assert await records(scene.house.use.store) == before


@pytest.mark.parametrize(
    "words",
    [
        {"kind": "OTHER", "text": "Does she know Rosalinde?"},
        {"kind": "MARK", "bodySite": "where ROSALINDE says"},
        {"kind": "OTHER", "text": "Does she know the number 504 555 0142?"},
        {"kind": "OTHER", "text": "Who is r.q@example.org?"},
        {"kind": "OTHER"},
        {"kind": "OTHER", "text": "x" * 301},
        {"kind": "LAST_SEEN"},
        {"kind": "LANGUAGE", "bodySite": "knee"},
    ],
)
async def test_a_question_names_nobody_of_the_family_and_no_way_to_reach_them(
    scene: Scene, words: dict[str, Any]
) -> None:
    girl = await taken_in(scene)
    mother = {"name": "Rosalinde Quintanilla", "relation": "mother"}
    await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(), reporter=mother))
    await settled(scene.house.use.store)
    before = await records(scene.house.use.store)
    assert (await scene.coordinator.ask("askRecheck", input={"registrationId": girl, **words})).codes == ["INVALID"]
    assert await records(scene.house.use.store) == before
    allowed = {"kind": "OTHER", "text": "Is Marisol Quintanilla afraid of dogs?"}
    assert (await scene.coordinator.ask("askRecheck", input={"registrationId": girl, **allowed})).codes == []


async def test_a_question_is_taken_back_by_staff_until_it_is_answered(scene: Scene) -> None:
    girl = await taken_in(scene)
    recheck_id = await asked(scene, girl)
    assert (await scene.volunteer.ask("dropRecheck", id=recheck_id)).codes == ["FORBIDDEN"]
    for _ in range(2):
        assert (await scene.officer.ask("dropRecheck", id=recheck_id)).made["recheck"]["state"] == "DROPPED"
    assert (await answer(scene.volunteer, recheck_id, cannotSay=True)).codes == ["CONFLICT"]
    other = await asked(scene, girl)
    (await answer(scene.volunteer, other, cannotSay=True)).made  # noqa: B018 (it says whether it was done)
    assert (await scene.officer.ask("dropRecheck", id=other)).codes == ["CONFLICT"]
    where = {"incidentId": scene.incident_id, "siteId": scene.site_id}
    assert (await scene.volunteer.ask("rechecks", **where)).value["edges"] == []
    closed = (await scene.volunteer.ask("rechecks", **where, states=["ANSWERED", "DROPPED"])).value["edges"]
    assert [edge["node"]["id"] for edge in closed] == [other, recheck_id]


async def test_a_match_of_another_child_and_a_child_out_of_care_are_refused(scene: Scene) -> None:
    girl = await taken_in(scene)
    report_id = await missed(scene)
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    adult = await taken_in(scene, careStatus="ADULT")
    for about, match_id, code in (
        (adult, match["id"], "INVALID"),
        (girl, new_id(), "NOT_FOUND"),
        (adult, None, "CONFLICT"),
    ):
        asking = {"registrationId": about, "kind": "LANGUAGE", "matchId": match_id}
        assert (await scene.coordinator.ask("askRecheck", input=asking)).codes == [code]


@pytest.mark.parametrize("meanwhile", ["moveRegistration", "changeRegistration"])
async def test_a_child_that_is_moved_or_no_child_to_look_for_as_somebody_asks_is_not_asked_about(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    girl = await taken_in(scene)
    changes = {"siteId": scene.other_site_id} if meanwhile == "moveRegistration" else {"careStatus": "ADULT"}

    async def overtaken(*of: Any) -> Any:
        assert (await scene.coordinator.ask(meanwhile, input={"id": girl, "version": 1, **changes})).made
        return await matches_of_records(*of)

    monkeypatch.setattr("backend.services.rechecks.matches_of_records", overtaken)
    asking = {"registrationId": girl, "kind": "LANGUAGE"}
    assert (await scene.coordinator.ask("askRecheck", input=asking)).codes == ["CONFLICT"]
    assert await scene.house.use.store.rechecks.find({}) == []


async def test_those_at_the_site_hear_of_a_question_as_it_is_asked_and_others_do_not(scene: Scene) -> None:
    girl = await taken_in(scene)
    async with asyncio.timeout(10):
        # Else she herself may be what is told first.
        while all(event.subject_id != girl for event in scene.house.use.feed.heard):  # noqa: ASYNC110 (no bell)
            await asyncio.sleep(0.01)
    async with (
        scene.volunteer.follow("siteChanges", siteId=scene.site_id) as here,
        scene.other_volunteer.follow("siteChanges", siteId=scene.other_site_id) as elsewhere,
    ):
        await here.next_message()
        await elsewhere.next_message()
        recheck_id = await asked(scene, girl)
        told = (await here.next_message())["payload"]["data"]["siteChanges"]
        assert [(one["id"], one["state"]) for one in told["rechecks"]] == [(recheck_id, "OPEN")]
        assert (told["registrations"], told["gone"]) == ([], [])
        (await answer(scene.volunteer, recheck_id, cannotSay=True)).made  # noqa: B018 (it says whether it was done)
        told = (await here.next_message())["payload"]["data"]["siteChanges"]
        assert [(one["id"], one["state"]) for one in told["rechecks"]] == [(recheck_id, "ANSWERED")]
        with pytest.raises(TimeoutError):
            await elsewhere.next_message(0.3)
