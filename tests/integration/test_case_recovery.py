"""A family that lost its case code: who may give it a new one, on which answers, and what is kept of every try."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.domain.account import Role
from backend.domain.choices import NewAlertChoices
from backend.domain.credential import FIRST_LOCK
from backend.domain.device import NewDevice
from backend.domain.errors import DomainError, ErrorCode
from backend.services.alert_choices import choose_alerts
from backend.services.audit import entries_about
from backend.services.devices import register_device
from backend.services.rates import signed_in_at
from backend.services.sessions import viewer_of
from tests.support.client import Answer, Client, retry_key
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.push_service import fake_push_service
from tests.support.records import report
from tests.support.snapshot import everything, settled
from tests.support.take_downs import take_down

ASKED = ["REPORTER_PHONE", "REPORTER_NAME", "BIRTH_DATE", "LAST_SEEN_DAY"]
RIGHT = ["504 555 0142", "Rosaura Quintanila", "9 3 2018", "2026-09-02"]
WRONG = ["504 555 0199", "Rosaura Quintanilla", "2018-03-09", "2026-10-10"]


async def filed(scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a family said, and what it was given."""
    said = report(scene.incident_id)
    given = (await scene.stranger.ask("fileReport", input=said)).made
    await settled(scene.house.use.store)
    return said, given


def answers(given: list[str]) -> list[dict[str, str]]:
    return [{"question": question, "answer": answer} for question, answer in zip(ASKED, given, strict=True)]


async def recovered(client: Client, report_id: str, given: list[str], key: str | None = None, **more: Any) -> Answer:
    said = {"reportId": report_id, "answers": answers(given), "retryKey": key or retry_key(), **more}
    return await client.ask("recoverCase", input=said)


async def test_who_may_not_give_a_case_back_is_told_nothing_and_changes_nothing(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    elsewhere = await scene.house.person(Role.CALL_TAKER, incident_id=opened["incident"]["id"])
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.volunteer, "NOT_FOUND"),
        (elsewhere, "NOT_FOUND"),
        (scene.admin, "NOT_FOUND"),
        (scene.officer, "FORBIDDEN"),
        (scene.stranger.signed_in(given["token"]), "FORBIDDEN"),
    ):
        begun = await person.ask("beginCaseRecovery", reportId=report_id)
        assert (begun.codes, begun.value["questions"]) == ([code], None)
        refused = await recovered(person, report_id, RIGHT)
        assert (refused.codes, refused.value["caseCode"]) == ([code], None)
    assert await everything(scene.house.use.store) == before


async def test_a_call_taker_asks_and_the_family_gets_a_new_case_while_everything_old_ends(scene: Scene) -> None:
    said, given = await filed(scene)
    report_id, phone = given["reports"][0]["id"], scene.stranger.signed_in(given["token"])
    begun = (await scene.call_taker.ask("beginCaseRecovery", reportId=report_id)).made
    assert begun["questions"] == ASKED
    for value in ("0142", "Rosaura", "2018", "New Orleans"):
        assert value not in str(begun)
    made = (await recovered(scene.call_taker, report_id, RIGHT)).made
    assert (await phone.ask("viewer")).codes == ["UNAUTHENTICATED"]
    old = {"code": given["caseCode"], "secret": given["caseSecret"]}
    for code, secret in (
        (old["code"], old["secret"]),
        (made["caseCode"], old["secret"]),
        (old["code"], made["caseSecret"]),
    ):
        answer = await scene.stranger.ask("signInWithCase", input={"code": code, "secret": secret})
        assert answer.codes == ["UNAUTHENTICATED"]
    again = (await scene.stranger.ask("fileReport", input=said)).made
    assert (await scene.stranger.signed_in(again["token"]).ask("viewer")).codes == ["UNAUTHENTICATED"]
    new = {"code": made["caseCode"], "secret": made["caseSecret"]}
    family = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=new)).made["token"])
    assert (await family.ask("report", id=report_id)).value["id"] == report_id


async def test_three_of_four_right_answers_are_enough_and_two_are_not(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id, store = given["reports"][0]["id"], scene.house.use.store
    families = [await store.families.find({}), await store.sessions.find({"familyId": {"$ne": None}})]
    refused = await recovered(scene.call_taker, report_id, WRONG)
    (error,) = refused.value["errors"]
    assert (error["code"], error["field"], refused.value["caseCode"]) == ("INVALID", "answers", None)
    assert "Not enough of these answers are right." in error["message"]
    assert [await store.families.find({}), await store.sessions.find({"familyId": {"$ne": None}})] == families
    assert (await recovered(scene.call_taker, report_id, [RIGHT[0], *WRONG[1:]])).made["caseCode"]


async def test_every_try_is_entered_with_what_was_asked_and_no_value(scene: Scene, clock: MovableClock) -> None:
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    caller_id = (await scene.call_taker.ask("viewer")).value["id"]
    assert (await scene.call_taker.ask("beginCaseRecovery", reportId=report_id)).made
    for _ in range(6):
        await recovered(scene.call_taker, report_id, WRONG)
    clock.forward(FIRST_LOCK + timedelta(seconds=1))
    assert (await recovered(scene.call_taker, report_id, RIGHT)).made
    entries = [entry for entry in await entries_about(scene.house.use, report_id) if "CASE_REC" in entry.action]
    assert [entry.action for entry in entries] == [
        "CASE_RECOVERY_BEGUN",
        *["CASE_RECOVERY_FAILED"] * 5,
        "CASE_RECOVERY_LOCKED",
        "CASE_RECOVERED",
    ]
    assert {(entry.actor_id, entry.role, entry.fields) for entry in entries} == {
        (caller_id, "CALL_TAKER", tuple(sorted(ASKED)))
    }
    for value in ("0142", "0199", "Rosaura", "2018"):
        assert value not in str(entries)


async def test_a_case_and_a_call_taker_are_locked_each_for_themselves(scene: Scene, clock: MovableClock) -> None:
    _, first = await filed(scene)
    _, second = await filed(scene)
    report_id, other_id = first["reports"][0]["id"], second["reports"][0]["id"]
    colleague = await scene.house.person(Role.CALL_TAKER, incident_id=scene.incident_id)
    for _ in range(5):
        assert (await recovered(scene.call_taker, report_id, WRONG)).codes == ["INVALID"]
    families = await scene.house.use.store.families.find({})
    locked = await recovered(scene.call_taker, report_id, RIGHT)
    assert (locked.codes, int(locked.headers["retry-after"]) <= 60) == (["RATE_LIMITED"], True)
    assert (await recovered(colleague, report_id, RIGHT)).codes == ["RATE_LIMITED"], "the case is locked for everybody"
    assert (await recovered(scene.call_taker, other_id, RIGHT)).codes == ["RATE_LIMITED"], "and so is who was wrong"
    assert await scene.house.use.store.families.find({}) == families
    assert (await recovered(colleague, other_id, RIGHT)).made
    clock.forward(FIRST_LOCK + timedelta(seconds=1))
    assert (await recovered(scene.call_taker, report_id, RIGHT)).made


async def test_of_twenty_tries_at_once_no_more_than_five_are_compared(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    tries = await asyncio.gather(*(recovered(scene.call_taker, report_id, WRONG) for _ in range(20)))
    assert sorted(one.codes[0] for one in tries) == ["INVALID"] * 5 + ["RATE_LIMITED"] * 15


async def test_the_same_again_gives_the_same_code_and_another_key_another(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id, key = given["reports"][0]["id"], retry_key()
    made = (await recovered(scene.call_taker, report_id, RIGHT, key)).made
    assert (await recovered(scene.call_taker, report_id, RIGHT, key)).made == made
    assert (await recovered(scene.call_taker, report_id, WRONG, key)).codes == ["INVALID"]
    other = (await recovered(scene.coordinator, report_id, RIGHT, key)).made
    assert other["caseCode"] != made["caseCode"]
    old = {"code": made["caseCode"], "secret": made["caseSecret"]}
    assert (await scene.stranger.ask("signInWithCase", input=old)).codes == ["UNAUTHENTICATED"]


async def test_what_cannot_be_is_refused_before_it_counts(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    little = report(scene.incident_id, {"person": {"names": {"full": "Somebody"}}}, reporter={"name": "Mama"})
    bare = (await scene.call_taker.ask("fileReport", input=little)).made["reports"][0]["id"]
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    assert (await scene.call_taker.ask("beginCaseRecovery", reportId=bare)).codes == ["CONFLICT"]
    assert (await recovered(scene.call_taker, bare, RIGHT)).codes == ["CONFLICT"]
    for changes, field in (
        ({"retryKey": "short"}, "retryKey"),
        ({"answers": [*answers(RIGHT), *answers(RIGHT)]}, "answers"),
        ({"answers": answers([*RIGHT[:3], "x" * 201])}, "answers"),
    ):
        said = {"reportId": report_id, "answers": answers(RIGHT), "retryKey": retry_key(), **changes}
        refused = await scene.call_taker.ask("recoverCase", input=said)
        assert [(error["code"], error["field"]) for error in refused.value["errors"]] == [("INVALID", field)]
    assert await everything(scene.house.use.store) == before


async def test_who_had_the_old_code_is_told_of_news_no_more_and_the_family_sets_it_up_anew(scene: Scene) -> None:
    use = scene.house.use
    _, given = await filed(scene)
    _, other = await filed(scene)
    report_id, key = given["reports"][0]["id"], retry_key()
    old = {"code": given["caseCode"], "secret": given["caseSecret"]}
    stranger = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=old)).made["token"])
    others_phone = scene.stranger.signed_in(other["token"])
    async with fake_push_service() as push:
        for client in (scene.stranger.signed_in(given["token"]), stranger, others_phone):
            phone = push.subscribe()
            device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
            assert (await client.ask("registerDevice", input=device)).made
    told = {"byPush": False, "byEmail": True, "email": "stranger@example.org", "language": "es", "quiet": None}
    assert (await stranger.ask("chooseAlerts", input=told)).made
    before = await everything(use.store)
    assert (await recovered(scene.call_taker, report_id, WRONG, keepEmail="stranger@example.org")).codes == ["INVALID"]
    after = await everything(use.store)
    assert all(after[name] == before[name] for name in ("devices", "alertChoices", "families"))

    made = (await recovered(scene.call_taker, report_id, RIGHT, key)).made
    assert made["emailKept"] is False
    others_id = (await others_phone.ask("viewer")).value["id"]
    (recovery,) = await use.store.recovered_cases.find({})
    assert {device.owner_id for device in await use.store.devices.find({})} == {others_id, recovery.id}
    signed_in = await scene.stranger.ask(
        "signInWithCase", input={"code": made["caseCode"], "secret": made["caseSecret"]}
    )
    family = scene.stranger.signed_in(signed_in.made["token"])
    chosen = (await family.ask("alertChoices")).value
    kept = {"byPush": True, "byEmail": False, "email": None, "language": "es", "quiet": None, "nearby": None}
    assert chosen == kept
    assert (await recovered(scene.call_taker, report_id, RIGHT, key)).made == made


async def test_what_was_let_in_by_the_old_case_just_before_sets_nothing_up_after(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = scene.house.use
    _, given = await filed(scene)
    late = await viewer_of(use, given["token"])
    told = NewAlertChoices(by_push=True, by_email=True, email="stranger@example.org")

    async def let_in_and_overtaken(*of: Any, **more: Any) -> Any:
        family = await signed_in_at(*of, **more)
        assert (await recovered(scene.call_taker, given["reports"][0]["id"], RIGHT)).made
        return family

    monkeypatch.setattr("backend.services.reports.signed_in_at", let_in_and_overtaken)
    old = {"code": given["caseCode"], "secret": given["caseSecret"]}
    assert (await scene.stranger.ask("signInWithCase", input=old)).codes == ["UNAUTHENTICATED"]
    assert await use.store.sessions.find({"familyId": given["reports"][0]["familyId"]}) == []
    await settled(use.store)
    before = await everything(use.store)
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = NewDevice(phone.endpoint, phone.p256dh, phone.auth)
        for attempt in (register_device(use, late, device), choose_alerts(use, late, told)):
            with pytest.raises(DomainError) as refused:
                await attempt
            assert refused.value.code is ErrorCode.UNAUTHENTICATED
    assert await everything(use.store) == before


@pytest.mark.parametrize(
    ("chosen", "named", "kept"),
    [
        ("rosaura@example.org", " Rosaura@Example.org", "rosaura@example.org"),
        ("rosaura@example.org", "somebody@example.org", None),
        (None, "mama@example.org", "mama@example.org"),
        (None, "", None),
        (None, None, None),
    ],
)
async def test_e_mails_go_on_to_the_address_that_the_caller_names_and_to_no_other(
    scene: Scene, chosen: str | None, named: str | None, kept: str | None
) -> None:
    said = report(scene.incident_id)
    said["reporter"]["email"] = "mama@example.org"
    given = (await scene.stranger.ask("fileReport", input=said)).made
    if chosen is not None:
        phone = scene.stranger.signed_in(given["token"])
        assert (await phone.ask("chooseAlerts", input={"email": chosen})).made
    report_id, key = given["reports"][0]["id"], retry_key()
    answered = [("REPORTER_PHONE", RIGHT[0]), ("REPORTER_EMAIL", "mama@example.org"), ("REPORTER_NAME", RIGHT[1])]
    said = {
        "reportId": report_id,
        "answers": [{"question": question, "answer": answer} for question, answer in answered],
        "retryKey": key,
        "keepEmail": named,
    }
    for _ in range(2):  # sent again, it is the same
        assert (await scene.call_taker.ask("recoverCase", input=said)).made["emailKept"] is (kept is not None)
    family = await scene.house.use.store.reports.get(report_id)
    assert family is not None
    choices = await scene.house.use.store.alert_choices.get(family.family_id)
    assert choices is not None
    assert (choices.by_email, choices.email) == (kept is not None, kept)


async def test_a_case_of_which_a_report_was_taken_down_is_not_given_anew_before_it_is_restored(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    family = scene.stranger.signed_in(given["token"])
    second = (await family.ask("fileReport", input=report(scene.incident_id))).made["reports"][0]["id"]
    taken_down = await take_down(scene, report_id)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for one in (report_id, second):
        assert (await scene.call_taker.ask("beginCaseRecovery", reportId=one)).codes == ["CONFLICT"]
        assert (await recovered(scene.call_taker, one, RIGHT)).codes == ["CONFLICT"]
    assert await everything(scene.house.use.store) == before
    assert (await family.ask("viewer")).codes == [], "it can still appeal"
    restoring = {"id": taken_down["id"], "version": 1, "restore": True, "reason": "Mistaken"}
    assert (await scene.officer.ask("answerTakeDown", input=restoring)).made
    assert (await recovered(scene.call_taker, second, RIGHT)).made["caseCode"]
