"""Questions to a family: who asks, what the family sees and answers, what the answer changes, and whom it tells."""

import json
from typing import Any

import pytest

from tests.support.client import Client, new_id
from tests.support.house import Scene
from tests.support.pictures import picture
from tests.support.push_service import fake_push_service
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, records, settled


async def filed(scene: Scene, **changes: Any) -> tuple[Client, str]:
    made = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(**changes)))).made
    await settled(scene.house.use.store)
    return scene.stranger.signed_in(made["token"]), made["reports"][0]["id"]


async def asked(scene: Scene, report_id: str, kind: str, **more: Any) -> str:
    asking = {"reportId": report_id, "kind": kind, **more}
    return str((await scene.coordinator.ask("askFamily", input=asking)).made["question"]["id"])


async def answer(client: Client, question_id: str, **said: Any) -> Any:
    return await client.ask("answerQuestion", id=question_id, answer=said)


async def test_only_coordinators_and_officers_ask_and_only_the_family_and_its_helpers_answer(scene: Scene) -> None:
    family, report_id = await filed(scene)
    other, _ = await filed(scene)
    asking = {"id": new_id(), "reportId": report_id, "kind": "LANGUAGE"}
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (other, "NOT_FOUND"),
        (scene.volunteer, "NOT_FOUND"),
        (family, "FORBIDDEN"),
        (scene.call_taker, "FORBIDDEN"),
    ):
        assert (await person.ask("askFamily", input=asking)).codes == [code]
    assert await everything(scene.house.use.store) == before
    for _ in range(2):
        made = (await scene.officer.ask("askFamily", input=asking)).made["question"]
        assert (made["id"], made["state"], made["version"]) == (asking["id"], "OPEN", 1)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (other, "NOT_FOUND"),
        (scene.volunteer, "NOT_FOUND"),
        (scene.officer, "FORBIDDEN"),
    ):
        assert (await answer(person, asking["id"], languages=["es"])).codes == [code]
    assert (await other.ask("question", id=asking["id"])).codes == ["NOT_FOUND"]
    assert (await other.ask("questions", incidentId=scene.incident_id)).value["edges"] == []
    assert await everything(scene.house.use.store) == before
    listed = (await family.ask("questions", incidentId=scene.incident_id)).value["edges"]
    assert [edge["node"]["id"] for edge in listed] == [asking["id"]]
    assert (await answer(family, asking["id"], languages=["es"])).made["question"]["state"] == "ANSWERED"


async def test_the_answer_changes_the_report_as_the_family_would_and_the_match_is_scored_anew(scene: Scene) -> None:
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    family, report_id = await filed(scene, person={"names": {"full": "Marisol Quintanilla"}, "sex": "FEMALE"})
    before = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    question_id = await asked(scene, report_id, "MARK", matchId=before["id"])
    shown = (await family.ask("reportQuestions", id=report_id)).value["questions"]
    assert [(one["id"], one["kind"], one["matchId"], one["askedBy"]) for one in shown] == [
        (question_id, "MARK", None, None)
    ]
    assert (await scene.coordinator.ask("question", id=question_id)).value["matchId"] == before["id"]
    said = {"hasMark": True, "mark": {"kind": "SCAR", "bodySite": "left knee"}}
    for _ in range(2):
        (await answer(family, question_id, **said)).made  # noqa: B018 (it says whether it was done)
    assert (await answer(family, question_id, cannotSay=True)).codes == ["CONFLICT"]
    await settled(scene.house.use.store)
    changed = (await family.ask("report", id=report_id)).value
    assert (changed["version"], changed["person"]["marks"][0]["bodySite"]) == (2, "left knee")
    after = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    assert (after["id"], after["probability"] > before["probability"]) == (before["id"], True)


async def test_a_family_says_where_the_child_was_seen_what_else_it_is_called_and_adds_a_photo(scene: Scene) -> None:
    family, report_id = await filed(scene)
    last = {"lastSeenAt": "2026-09-01T23:00:00Z", "lastSeenPlace": {"text": "Algiers Point"}}
    (await answer(family, await asked(scene, report_id, "LAST_SEEN"), **last)).made  # noqa: B018 (it says whether it was done)
    (await answer(family, await asked(scene, report_id, "NAME"), name="Mari")).made  # noqa: B018 (as above)
    (await answer(family, await asked(scene, report_id, "AGE"), birthDate="2018-03-10")).made  # noqa: B018 (as above)
    photo_id = (await family.upload(picture(), report=report_id)).body["photo"]["id"]
    (await answer(family, await asked(scene, report_id, "PHOTO"), photoId=photo_id)).made  # noqa: B018 (as above)
    changed = (await family.ask("report", id=report_id)).value
    assert changed["lastSeenPlace"]["text"] == "Algiers Point"
    assert changed["lastSeenAt"].startswith("2026-09-01T23:00")
    assert changed["person"]["names"] == {
        "full": "Marisol Quintanilla",
        "given": None,
        "family": None,
        "others": ["Mari"],
        "asSaid": None,
    }
    assert changed["person"]["age"]["birthDate"] == "2018-03-10"
    assert changed["person"]["marks"], "what nobody asked about stays"


async def test_the_family_s_phone_is_told_of_each_question_once_and_of_none_that_was_taken_back(scene: Scene) -> None:
    family, report_id = await filed(scene)
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, "language": "fr"}
        (await family.ask("registerDevice", input=device)).made  # noqa: B018 (it says whether it was done)
        question_id = await asked(scene, report_id, "OTHER", text="Does she swim?")
        await settled(scene.house.use.store)
        (message,) = push.messages(phone)
        assert json.loads(message) == {"kind": "REPORT_NEWS", "id": report_id, "language": "fr"}
    dropped = (await scene.coordinator.ask("dropQuestion", id=question_id)).made["question"]
    assert dropped["state"] == "DROPPED"
    assert (await answer(family, question_id, text="Yes")).codes == ["CONFLICT"]


@pytest.mark.parametrize(
    "words",
    [
        {"kind": "OTHER", "text": "Is she in the Superdome?"},
        {"kind": "OTHER", "text": "Do you know a girl called Xiomara?"},
        {"kind": "OTHER", "text": "Was she on Canal Street?"},
        {"kind": "OTHER", "text": "Please call +1 504 555 0100."},
    ],
)
async def test_a_question_does_not_tell_where_a_child_is_or_what_it_is_called_there(
    scene: Scene, words: dict[str, Any]
) -> None:
    person = child(scene.site_id)["person"] | {"names": {"given": "Xiomara", "family": "Quintanilla"}}
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id, person=person))
    _, report_id = await filed(scene)
    await settled(scene.house.use.store)
    before = await records(scene.house.use.store)
    assert (await scene.coordinator.ask("askFamily", input={"reportId": report_id, **words})).codes == ["INVALID"]
    assert await records(scene.house.use.store) == before
    allowed = {"kind": "OTHER", "text": "Which school does Marisol go to in New Orleans?"}
    assert (await scene.coordinator.ask("askFamily", input={"reportId": report_id, **allowed})).codes == []


async def test_a_report_that_is_closed_is_asked_nothing_and_an_open_one_not_too_much(scene: Scene) -> None:
    family, report_id = await filed(scene)
    for _ in range(10):
        last = await asked(scene, report_id, "LANGUAGE")
    asking = {"reportId": report_id, "kind": "LANGUAGE"}
    assert (await scene.coordinator.ask("askFamily", input=asking)).codes == ["CONFLICT"]
    (await family.ask("withdrawReport", id=report_id, version=1)).made  # noqa: B018 (it says whether it was done)
    assert (await scene.coordinator.ask("askFamily", input=asking)).codes == ["CONFLICT"]
    assert (await answer(family, last, languages=["es"])).codes == ["CONFLICT"]


async def test_a_family_that_follows_its_reports_hears_of_a_question(scene: Scene) -> None:
    family, report_id = await filed(scene)
    async with family.follow("ownReports") as news:
        assert (await news.next_record())["questions"] == []
        question_id = await asked(scene, report_id, "CLOTHING")
        told = await news.next_record()
        assert [(one["id"], one["state"]) for one in told["questions"]] == [(question_id, "OPEN")]
