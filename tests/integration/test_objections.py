"""A case that somebody else got by telephone: who had it is told at once, and one press locks it for everybody."""

import asyncio
import json

from backend.domain.account import Role
from backend.domain.alert import AlertKind
from backend.services.alerts import About, raise_alert
from backend.services.mailboxes import mailbox_of
from backend.services.objections import object_to_recovery, objection_token
from tests.integration.test_case_recovery import RIGHT, filed, recovered
from tests.support.at_rest import raw_documents
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.mail_server import MailServer
from tests.support.push_service import fake_push_service
from tests.support.records import child, report
from tests.support.snapshot import everything, records, settled

NOT_ME = "/not-me/"


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


async def test_a_link_of_before_locks_nobody_out_once_staff_has_settled_who_the_family_is(scene: Scene) -> None:
    store = scene.house.use.store
    report_id, _, earlier = await given_to_another(scene)
    assert (await recovered(scene.call_taker, report_id, RIGHT)).made
    last = max(one.id for one in await store.recovered_cases.find({}))
    assert (await press(scene, objection_token(scene.house.use, last)))[0] == 200
    assert (await scene.officer.ask("settleObjection", reportId=report_id)).made
    case = (await recovered(scene.call_taker, report_id, RIGHT)).made
    given = {"code": case["caseCode"], "secret": case["caseSecret"]}
    family = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=given)).made["token"])
    await settled(store)
    before = await everything(store)
    assert (await press(scene, earlier))[0] == 404
    assert await everything(store) == before
    assert (await family.ask("viewer")).codes == []


async def taken_over(scene: Scene) -> tuple[str, Client, str]:
    """As `given_to_another`, who has written its own telephone and address into the report since."""
    report_id, caller, token = await given_to_another(scene)
    seen = (await scene.coordinator.ask("report", id=report_id)).value
    theirs = {"name": "Rosaura Quintanilla", "phone": "+1 900 555 0666", "email": "impostor@example.org"}
    change = {"id": report_id, "version": seen["version"], "reporter": theirs}
    assert (await caller.ask("changeReport", input=change)).made
    return report_id, caller, token


async def test_staff_sees_how_the_family_was_reached_before_until_it_has_found_out_who_it_is(scene: Scene) -> None:
    report_id, caller, token = await taken_over(scene)
    assert (await scene.coordinator.ask("report", id=report_id)).value["review"]["reporterBefore"] is None
    assert (await press(scene, token))[0] == 200
    shown = (await scene.coordinator.ask("report", id=report_id)).value
    before = shown["review"]["reporterBefore"]
    assert (before["phone"], shown["reporter"]["phone"]) == (report("")["reporter"]["phone"], "+1 900 555 0666")
    assert (await caller.ask("report", id=report_id)).codes == ["UNAUTHENTICATED"]
    assert b"0142" not in await raw_documents(scene.house.use.store)
    assert (await scene.officer.ask("settleObjection", reportId=report_id)).made
    assert (await scene.coordinator.ask("report", id=report_id)).value["review"]["reporterBefore"] is None


async def test_after_an_objection_no_mailbox_is_told_of_news_whoever_wrote_its_address(mailing: Scene) -> None:
    use = mailing.house.use
    report_id, caller, token = await taken_over(mailing)
    assert (await caller.ask("chooseAlerts", input={"byEmail": True})).made
    there = await use.store.reports.get(report_id)
    assert there is not None
    about = About(there.family_id, report_id, mailing.incident_id)
    await use.store.transact(lambda session: raise_alert(use, AlertKind.REPORT_NEWS, "news", about, session))
    alert = await use.store.alerts.find_one({"key": "news"})
    assert alert is not None
    assert await mailbox_of(use, alert) is not None
    assert (await press(mailing, token))[0] == 200
    assert await mailbox_of(use, alert) is None


async def test_what_was_withdrawn_since_is_looked_for_again(scene: Scene) -> None:
    report_id, caller, token = await given_to_another(scene)
    seen = (await scene.coordinator.ask("report", id=report_id)).value
    assert (await caller.ask("withdrawReport", id=report_id, version=seen["version"])).made
    assert (await press(scene, token))[0] == 200
    assert (await scene.coordinator.ask("report", id=report_id)).value["status"] == "OPEN"
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    assert (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]


async def test_a_report_linked_with_it_is_no_way_round(scene: Scene) -> None:
    report_id, _, token = await given_to_another(scene)
    other = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made["reports"][0]["id"]
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    pair = (await scene.coordinator.ask("reportDuplicates", id=report_id)).value["duplicates"][0]
    named = {"id": pair["id"], "version": pair["version"]}
    linked = (await scene.coordinator.ask("linkDuplicate", input=named)).made["duplicate"]
    assert (await press(scene, token))[0] == 200
    await settled(scene.house.use.store)
    match = (await scene.coordinator.ask("reportMatches", id=other)).value["matches"][0]
    step = {"id": match["id"], "version": match["version"]}
    before = await records(scene.house.use.store)
    assert (await scene.coordinator.ask("confirmMatch", input=step)).codes == ["CONFLICT"]
    assert await records(scene.house.use.store) == before
    named = {"id": linked["id"], "version": linked["version"]}
    apart = (await scene.coordinator.ask("unlinkDuplicate", input=named)).made["duplicate"]
    match = (await scene.coordinator.ask("reportMatches", id=other)).value["matches"][0]
    step = {"id": match["id"], "version": match["version"]}
    assert (await scene.coordinator.ask("confirmMatch", input=step)).made
    named = {"id": apart["id"], "version": apart["version"]}
    assert (await scene.coordinator.ask("linkDuplicate", input=named)).codes == ["CONFLICT"]
