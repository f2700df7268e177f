"""Reporting: without an account, once whatever is repeated, and coming back with a code and a secret."""

import asyncio

from tests.support.client import new_id
from tests.support.house import Scene
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, settled


async def test_a_stranger_files_a_report_and_gets_a_token_for_it(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    seen = (await family.ask("report", id=filed["reports"][0]["id"])).value
    assert seen["nextStep"] == "WAIT"
    assert (await family.ask("viewer")).value["role"] == "FAMILY"


async def test_the_same_report_sent_twice_gives_the_same_code_secret_and_token(scene: Scene) -> None:
    marisol = report(scene.incident_id, missing(), missing(person={"names": {"given": "Beto"}}))
    first = (await scene.stranger.ask("fileReport", input=marisol)).made
    second = (await scene.stranger.ask("fileReport", input=marisol)).made
    assert first == second
    assert await scene.house.use.store.reports.collection.count_documents({}) == 2
    assert (await scene.stranger.signed_in(second["token"]).ask("viewer")).value["role"] == "FAMILY"


async def test_the_same_report_sent_many_times_at_once_is_filed_once(scene: Scene) -> None:
    marisol = report(scene.incident_id)
    answers = await asyncio.gather(*(scene.stranger.ask("fileReport", input=marisol) for _ in range(10)))
    assert len({str(answer.made) for answer in answers}) == 1
    assert await scene.house.use.store.reports.collection.count_documents({}) == 1


async def test_who_knows_the_content_but_not_the_retry_key_gets_no_secret(scene: Scene) -> None:
    marisol = report(scene.incident_id)
    await scene.stranger.ask("fileReport", input=marisol)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    answer = await scene.stranger.ask("fileReport", input={**marisol, "retryKey": "a-guess-of-twenty-two-letters"})
    assert answer.codes == ["CONFLICT"]
    assert answer.value["caseSecret"] is None
    assert await everything(scene.house.use.store) == before


async def test_a_family_comes_back_with_its_code_however_it_types_it(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    typed = {
        "code": filed["caseCode"].replace("-", " ").lower().replace("0", "o").replace("1", "l"),
        "secret": filed["caseSecret"].replace("-", ""),
    }
    family = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=typed)).made["token"])
    assert (await family.ask("report", id=filed["reports"][0]["id"])).value["id"] == filed["reports"][0]["id"]


async def test_a_wrong_code_and_a_wrong_secret_are_refused_in_the_same_words(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    other = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    wrong_secret = {"code": filed["caseCode"], "secret": other["caseSecret"]}
    wrong_code = {"code": "0000-0000-0000", "secret": filed["caseSecret"]}
    answers = [(await scene.stranger.ask("signInWithCase", input=wrong)).body for wrong in (wrong_secret, wrong_code)]
    assert answers[0] == answers[1]
    assert answers[0]["data"]["signInWithCase"]["errors"][0]["code"] == "UNAUTHENTICATED"
    assert answers[0]["data"]["signInWithCase"]["token"] is None


async def test_neither_code_nor_secret_nor_token_is_kept(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    store = scene.house.use.store
    kept = str(await everything(store)) + str([one async for one in store.sessions.collection.find()])
    for secret in (filed["caseCode"], filed["caseSecret"], filed["token"]):
        assert secret not in kept
        assert secret.replace("-", "") not in kept


async def test_a_call_taker_files_for_a_caller_and_gets_no_token_of_the_family(scene: Scene) -> None:
    filed = (await scene.call_taker.ask("fileReport", input=report(scene.incident_id))).made
    assert filed["caseCode"]
    assert filed["caseSecret"]
    assert filed["token"] is None


async def test_a_family_that_files_again_adds_to_its_own_case(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    more = (await family.ask("fileReport", input=report(scene.incident_id))).made
    assert more["reports"][0]["familyId"] == filed["reports"][0]["familyId"]
    assert more["caseCode"] is None
    own = (await family.ask("reports", incidentId=scene.incident_id)).value["edges"]
    assert len(own) == 2


async def test_a_withdrawn_report_is_matched_no_more(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    await settled(scene.house.use.store)
    report_id = filed["reports"][0]["id"]
    assert (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]

    family = scene.stranger.signed_in(filed["token"])
    withdrawn = (await family.ask("withdrawReport", id=report_id, version=1)).made["report"]
    assert (withdrawn["status"], withdrawn["nextStep"]) == ("WITHDRAWN", "NONE")
    await settled(scene.house.use.store)
    assert (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"] == []
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    await settled(scene.house.use.store)
    assert (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"] == []


async def test_a_report_of_nobody_or_without_words_is_refused_by_field(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    nobody = await scene.stranger.ask("fileReport", input=report(scene.incident_id) | {"children": []})
    assert [error["field"] for error in nobody.value["errors"]] == ["children"]
    wordless = await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(person={})))
    assert [error["field"] for error in wordless.value["errors"]] == ["children.0.person"]
    short = await scene.stranger.ask("fileReport", input=report(scene.incident_id, retryKey="short"))
    assert [error["field"] for error in short.value["errors"]] == ["retryKey"]
    nowhere = await scene.stranger.ask("fileReport", input=report(new_id()))
    assert [error["field"] for error in nowhere.value["errors"]] == ["incidentId"]
    assert await everything(scene.house.use.store) == before


async def test_a_change_by_the_family_rescores_its_matches(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    await settled(scene.house.use.store)
    report_id = filed["reports"][0]["id"]
    before = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]

    family = scene.stranger.signed_in(filed["token"])
    boy = {"names": {"full": "Marisol Quintanilla"}, "sex": "MALE", "age": {"minimum": 14, "maximum": 15}}
    changed = await family.ask("changeReport", input={"id": report_id, "version": 1, "person": boy})
    assert changed.made["report"]["version"] == 2
    await settled(scene.house.use.store)
    after = await scene.house.use.store.matches.get(before["id"])
    assert after is not None
    assert after.bits < before["bits"]
    assert after.report_version == 2


async def test_a_family_that_files_the_same_again_after_a_lost_answer_has_filed_once(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    brother = missing(person={"names": {"given": "Beto"}})
    del brother["id"]
    more = report(scene.incident_id, brother)
    first, second = [(await family.ask("fileReport", input=more)).made for _ in range(2)]
    assert first == second
    assert await scene.house.use.store.reports.collection.count_documents({}) == 2
