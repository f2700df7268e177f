"""A case that somebody else got by telephone: who had it is told at once, and one press locks it for everybody."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.domain.account import Role
from backend.services.objections import object_to_recovery, objection_token
from tests.integration.test_case_recovery import RIGHT, filed, recovered
from tests.support.client import Client
from tests.support.house import Scene, running_house, set_scene
from tests.support.mail_server import MailServer, mail_server
from tests.support.push_service import fake_push_service
from tests.support.records import child, report
from tests.support.snapshot import everything, settled

NOT_ME = "/not-me/"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def mailing(database_uri: str, database_name: str, tmp_path: Path, mail: MailServer) -> AsyncIterator[Scene]:
    """A scene whose server hands mail in at `mail`."""
    settings: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.port,
        "smtp_security": "none",
        "mail_from": "alerts@reunify.example.org",
    }
    async with running_house(database_uri, database_name, tmp_path, **settings) as house:
        yield await set_scene(house)


async def given_to_another(scene: Scene) -> tuple[str, Client, str]:
    """A report, the family as it is signed in by a new code that the caller got, and what who had it is sent."""
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    made = (await recovered(scene.call_taker, report_id, RIGHT)).made
    case = {"code": made["caseCode"], "secret": made["caseSecret"]}
    caller = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=case)).made["token"])
    (recovery,) = await scene.house.use.store.recovered_cases.find({})
    return report_id, caller, objection_token(scene.house.use, recovery.id)


async def press(scene: Scene, token: str, method: str = "POST") -> tuple[int, str]:
    url = f"{scene.stranger.url}{NOT_ME}{token}"
    async with scene.stranger.session.request(method, url) as answer:
        return answer.status, await answer.text()


async def test_the_phones_and_the_mailbox_that_were_told_until_then_hear_of_it_and_of_nothing_more(
    mailing: Scene, mail: MailServer
) -> None:
    store = mailing.house.use.store
    new = report(mailing.incident_id)
    new["reporter"]["email"] = "rosa@example.org"
    given = (await mailing.stranger.ask("fileReport", input=new)).made
    family, report_id = mailing.stranger.signed_in(given["token"]), given["reports"][0]["id"]
    answers = [("REPORTER_PHONE", RIGHT[0]), ("REPORTER_EMAIL", "rosa@example.org"), ("REPORTER_NAME", RIGHT[1])]
    said = {
        "reportId": report_id,
        "answers": [{"question": question, "answer": answer} for question, answer in answers],
        "retryKey": "k" * 22,
    }
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, "language": "fr"}
        assert (await family.ask("registerDevice", input=device)).made
        for _ in range(2):  # heard again, nobody is told again
            made = (await mailing.call_taker.ask("recoverCase", input=said)).made
        await settled(store)
        (message,) = push.messages(phone)
        (recovery,) = await store.recovered_cases.find({})
        token = objection_token(mailing.house.use, recovery.id)
        assert json.loads(message) == {"kind": "CASE_RECOVERED", "id": token, "language": "fr"}
        (letter,) = mail.received
        text = letter.get_content()
        assert (letter["To"], f"{NOT_ME}{token}" in text) == ("rosa@example.org", True)
        for word in ("Marisol", "Quintanilla", "Rosaura", "0142", report_id, made["caseCode"], made["caseSecret"]):
            assert word not in letter.as_string() + str(message)
        assert (await mailing.volunteer.ask("registerPerson", input=child(mailing.site_id))).made
        await settled(store)
        assert (len(push.messages(phone)), len(mail.received)) == (1, 1), "there is news, and not for them"


async def test_a_program_that_opens_the_link_locks_nothing_and_a_made_up_one_is_none(scene: Scene) -> None:
    _, caller, token = await given_to_another(scene)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    status, page = await press(scene, token, "GET")
    assert (status, "That was not me" in page) == (200, True)
    (recovery,) = await scene.house.use.store.recovered_cases.find({})
    for wrong in (recovery.id, token[:-1], token.upper(), "é", "x" * 5000):
        assert (await press(scene, wrong))[0] == 404
    assert await everything(scene.house.use.store) == before
    assert (await caller.ask("viewer")).codes == []


async def test_who_says_that_it_was_not_them_locks_the_case_for_everybody_until_staff_settles_it(scene: Scene) -> None:
    store = scene.house.use.store
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    report_id, caller, token = await given_to_another(scene)
    await settled(store)
    for _ in range(2):
        status, page = await press(scene, token)
        assert (status, "Your case is locked" in page) == (200, True)
    assert (await caller.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await recovered(scene.call_taker, report_id, RIGHT)).codes == ["CONFLICT"]
    waiting = (await scene.coordinator.ask("reports", incidentId=scene.incident_id, waitingForReview=True)).value
    (listed,) = [edge["node"] for edge in waiting["edges"] if edge["node"]["id"] == report_id]
    assert listed["review"]["objectedAt"] is not None

    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    step = {"input": {"id": match["id"], "version": match["version"]}}
    assert (await scene.officer.ask("confirmMatch", **step)).codes == ["CONFLICT"]
    assert (await scene.call_taker.ask("reviewReport", id=report_id)).made["report"]["review"]["objectedAt"], "it stays"

    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    elsewhere = await scene.house.person(Role.OFFICER, incident_id=opened["incident"]["id"])
    await settled(store)
    before = await everything(store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.volunteer, "NOT_FOUND"),
        (scene.call_taker, "FORBIDDEN"),
        (elsewhere, "NOT_FOUND"),
    ):
        assert (await person.ask("settleObjection", reportId=report_id)).codes == [code]
        assert await everything(store) == before
    done = (await scene.officer.ask("settleObjection", reportId=report_id)).made["report"]
    assert done["review"]["objectedAt"] is None
    assert (await recovered(scene.call_taker, report_id, RIGHT)).made["caseCode"]
    assert (await scene.officer.ask("confirmMatch", **step)).made
    steps = [entry["action"] for entry in (await everything(store))["audit"]]
    assert (steps.count("CASE_OBJECTED"), steps.count("CASE_SETTLED")) == (1, 1)


async def test_who_gave_the_code_does_not_settle_it(scene: Scene) -> None:
    _, given = await filed(scene)
    report_id = given["reports"][0]["id"]
    assert (await recovered(scene.coordinator, report_id, RIGHT)).made
    (recovery,) = await scene.house.use.store.recovered_cases.find({})
    await object_to_recovery(scene.house.use, objection_token(scene.house.use, recovery.id))
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    assert (await scene.coordinator.ask("settleObjection", reportId=report_id)).codes == ["FORBIDDEN"]
    assert await everything(scene.house.use.store) == before
    assert (await scene.officer.ask("settleObjection", reportId=report_id)).made


async def test_of_a_confirmation_and_an_objection_at_once_the_match_is_not_confirmed_after_it(scene: Scene) -> None:
    store = scene.house.use.store
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    report_id, _, token = await given_to_another(scene)
    await settled(store)
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    step = {"input": {"id": match["id"], "version": match["version"]}}
    confirmed, (status, _) = await asyncio.gather(scene.officer.ask("confirmMatch", **step), press(scene, token))
    assert status == 200
    review = await store.reviews.get(report_id)
    assert review is not None
    assert review.objected_at is not None
    decided = await store.matches.get(match["id"])
    assert decided is not None
    if confirmed.codes == []:
        assert decided.decided_at is not None
        assert decided.decided_at < review.objected_at
    else:
        assert (confirmed.codes, decided.decided_at) == (["CONFLICT"], None)
