"""How one wants to be told: by which channels, at which address, and when not; and ending e-mails in one click."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.alert import AlertKind
from backend.sender import running_sender
from backend.services.mailboxes import stop_token
from tests.integration.test_lanes import an_alert, sender_of, until_states
from tests.support.client import Client
from tests.support.house import Scene, running_house, set_scene
from tests.support.mail_server import MailServer
from tests.support.movable_clock import MovableClock
from tests.support.push_service import fake_push_service
from tests.support.records import child, report
from tests.support.snapshot import everything, settled
from tests.support.take_downs import take_down

NOTHING_CHOSEN = {"byPush": True, "byEmail": True, "email": None, "language": "en", "quiet": None, "nearby": None}
NIGHT = {"start": "22:00", "until": "07:00", "timeZone": "America/Chicago"}


async def family_with(scene: Scene, email: str | None) -> Client:
    new = report(scene.incident_id)
    new["reporter"]["email"] = email
    return scene.stranger.signed_in((await scene.stranger.ask("fileReport", input=new)).made["token"])


async def find_her(scene: Scene) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).codes == []
    await settled(scene.house.use.store)


async def test_a_stranger_chooses_nothing(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    assert (await scene.stranger.ask("alertChoices")).codes == ["UNAUTHENTICATED"]
    assert (await scene.stranger.ask("chooseAlerts", input={})).codes == ["UNAUTHENTICATED"]
    assert await everything(scene.house.use.store) == before


async def test_everybody_chooses_for_themselves_and_the_last_choice_holds(scene: Scene) -> None:
    assert (await scene.officer.ask("alertChoices")).value == NOTHING_CHOSEN
    chosen = {"byPush": False, "byEmail": True, "email": "officer@example.org", "language": "es", "quiet": NIGHT}
    told = chosen | {"nearby": None}
    made = (await scene.officer.ask("chooseAlerts", input=chosen)).made
    assert made["choices"] == told
    assert (await scene.officer.ask("alertChoices")).value == told
    assert (await scene.coordinator.ask("alertChoices")).value == NOTHING_CHOSEN
    assert (await scene.officer.ask("chooseAlerts", input={})).made["choices"] == NOTHING_CHOSEN
    assert (await scene.officer.ask("alertChoices")).value == NOTHING_CHOSEN


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "email"),
        ({"email": "a@example.org, b@example.org"}, "email"),
        ({"email": "x" * 250 + "@example.org"}, "email"),
        ({"language": "Klingon, please"}, "language"),
        ({"quiet": NIGHT | {"start": "25:00"}}, "quiet.start"),
        ({"quiet": NIGHT | {"until": "7"}}, "quiet.until"),
        ({"quiet": NIGHT | {"until": "22:00"}}, "quiet.until"),
        ({"quiet": NIGHT | {"timeZone": "../../etc/passwd"}}, "quiet.timeZone"),
        ({"quiet": NIGHT | {"timeZone": "America"}}, "quiet.timeZone"),
        ({"quiet": NIGHT | {"timeZone": "Mars/Olympus"}}, "quiet.timeZone"),
    ],
)
async def test_what_cannot_be_chosen_names_what_is_wrong(scene: Scene, chosen: dict[str, Any], field: str) -> None:
    before = await everything(scene.house.use.store)
    answer = await scene.volunteer.ask("chooseAlerts", input=chosen)
    assert (answer.codes, answer.value["errors"][0]["field"]) == (["INVALID"], field)
    assert await everything(scene.house.use.store) == before


async def test_the_address_that_the_reporter_left_is_written_to_without_a_word_about_anybody(
    mailing: Scene, mail: MailServer
) -> None:
    await family_with(mailing, "rosa@example.org")
    await find_her(mailing)
    (received,) = mail.received
    assert mail.recipients == ["rosa@example.org"]
    content = received.as_string()
    known = report(mailing.incident_id)
    for word in (known["reporter"]["name"], "Marisol", mailing.site_id):
        assert word not in content
    kept = str(await everything(mailing.house.use.store))
    assert "rosa@example.org" not in kept, "the address stands in the report alone, and is hidden there"


async def test_the_address_that_was_chosen_goes_before_it_in_the_language_that_was_chosen(
    mailing: Scene, mail: MailServer
) -> None:
    family = await family_with(mailing, "rosa@example.org")
    await family.ask("chooseAlerts", input={"email": "tia@example.org", "language": "es"})
    await find_her(mailing)
    assert mail.recipients == ["tia@example.org"]
    assert mail.received[0]["Subject"] == "Hay novedades sobre su reporte"


async def test_who_wants_none_and_who_left_no_address_get_no_e_mail(mailing: Scene, mail: MailServer) -> None:
    family = await family_with(mailing, "rosa@example.org")
    await family.ask("chooseAlerts", input={"byEmail": False})
    await find_her(mailing)
    assert mail.received == []
    assert await mailing.house.use.store.deliveries.find({}) == []


async def test_who_wants_no_push_is_told_by_e_mail_alone(mailing: Scene, mail: MailServer) -> None:
    family = await family_with(mailing, "rosa@example.org")
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
        assert (await family.ask("registerDevice", input=device)).codes == []
        await family.ask("chooseAlerts", input={"byPush": False})
        await find_her(mailing)
        assert push.received(phone) == []
    assert len(mail.received) == 1


async def test_a_mailbox_that_is_not_there_is_written_to_no_more_and_its_name_is_in_no_answer(
    mailing: Scene, mail: MailServer
) -> None:
    mail.refusals["rosa@example.org"] = "550 5.1.1 rosa@example.org unknown"
    family = await family_with(mailing, "rosa@example.org")
    await find_her(mailing)
    store = mailing.house.use.store
    await until_states(store, {"GONE": 1})
    assert (await family.ask("alertChoices")).value["byEmail"] is False
    (delivery,) = await store.deliveries.find({})
    assert delivery.answer == "The mail server answered 550 5.1.1."


async def test_the_link_in_a_mail_ends_them_in_one_click_and_without_a_sign_in(
    mailing: Scene, mail: MailServer
) -> None:
    family = await family_with(mailing, "rosa@example.org")
    await find_her(mailing)
    link = mail.received[0]["List-Unsubscribe"].strip("<>")
    assert "rosa" not in link
    path = "/stop-emails/" + link.rpartition("/")[2]
    stranger = mailing.stranger
    before = await everything(mailing.house.use.store)
    async with stranger.session.get(stranger.url + path) as page:
        assert page.status == 200
        assert '<form method="post">' in await page.text()
        assert "form-action 'self'" in page.headers["content-security-policy"]
    assert await everything(mailing.house.use.store) == before, "a program that opens links ended the e-mails"
    for _ in range(2):
        # As RFC 8058, section 3.2, has it: no cookie, no sign-in, one field.
        async with stranger.session.post(stranger.url + path, data={"List-Unsubscribe": "One-Click"}) as done:
            assert done.status == 200
            assert "E-mails are off" in await done.text()
    assert (await family.ask("alertChoices")).value["byEmail"] is False
    after = await everything(mailing.house.use.store)
    assert [entry["action"] for entry in after["audit"]].count("EMAILS_STOPPED") == 1
    await family.ask("chooseAlerts", input={"byEmail": True})
    assert (await family.ask("alertChoices")).value["byEmail"] is True


async def test_a_closed_account_is_told_nothing_any_more(scene: Scene) -> None:
    store = scene.house.use.store
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
        assert (await scene.volunteer.ask("registerDevice", input=device)).codes == []
    await scene.volunteer.ask("chooseAlerts", input={"email": "volunteer@example.org"})
    volunteer_id = (await scene.volunteer.ask("viewer")).value["id"]
    assert (await scene.coordinator.ask("closeAccount", id=volunteer_id)).codes == []
    assert await store.devices.find({}) == []
    assert await store.alert_choices.find({}) == []


async def test_a_link_that_was_made_up_ends_nothing(scene: Scene) -> None:
    use = scene.house.use
    viewer_id = (await scene.officer.ask("viewer")).value["id"]
    true = stop_token(use, viewer_id)
    before = await everything(use.store)
    for token in (viewer_id, viewer_id + ".", true[:-1], true.replace(viewer_id, scene.site_id), "é.é", "x" * 5000):
        async with scene.stranger.session.post(f"{scene.stranger.url}/stop-emails/{token}") as answer:
            assert answer.status == 404
    assert await everything(use.store) == before
    async with scene.stranger.session.post(f"{scene.stranger.url}/stop-emails/{true}") as answer:
        assert answer.status == 200


async def test_what_can_wait_is_told_in_the_morning_and_what_is_urgent_at_once(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    clock = MovableClock()
    began = clock()
    around = {"start": f"{began - timedelta(hours=1):%H:%M}", "until": f"{began + timedelta(hours=1):%H:%M}"}
    async with (
        running_house(database_uri, database_name, tmp_path, worker=False, clock=clock) as house,
        fake_push_service() as push,
        sender_of(house) as sender,
    ):
        scene = await set_scene(house)
        await scene.coordinator.ask("chooseAlerts", input={"quiet": {**around, "timeZone": "UTC"}})
        owner_id = (await scene.coordinator.ask("viewer")).value["id"]
        phone = push.subscribe()
        waits = await an_alert(house, [phone], AlertKind.MATCH_WAITS, owner_id=owner_id)
        await an_alert(house, [], AlertKind.RELEASE_WAITS, owner_id=owner_id)
        async with running_sender(sender):
            await until_states(house.use.store, {"QUEUED": 1, "SENT": 1})
            held = await house.use.store.deliveries.collection.find_one({"alertId": waits.id})
            assert held is not None
            assert timedelta(minutes=59) <= held["work"]["dueAt"] - began <= timedelta(hours=1)
            clock.forward(timedelta(hours=1))
            sender.bell.ring()
            await until_states(house.use.store, {"SENT": 2})
        assert len(push.received(phone)) == 2


async def test_news_of_a_report_that_was_taken_down_meanwhile_is_sent_to_nobody(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with (
        running_house(database_uri, database_name, tmp_path, worker=False) as house,
        fake_push_service() as push,
        sender_of(house) as sender,
    ):
        scene = await set_scene(house)
        reports = [(await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made for _ in range(2)]
        false_id, true_id = (filed["reports"][0]["id"] for filed in reports)
        phones = push.subscribe(), push.subscribe()
        await an_alert(house, [phones[0]], incident_id=scene.incident_id, subject_id=false_id)
        await an_alert(house, [phones[1]], incident_id=scene.incident_id, subject_id=true_id)
        await take_down(scene, false_id)
        async with running_sender(sender):
            await until_states(house.use.store, {"GONE": 1, "SENT": 1})
        assert push.received(phones[0]) == []
        assert await house.use.store.devices.collection.count_documents({}) == 2, "the phone itself is still there"
