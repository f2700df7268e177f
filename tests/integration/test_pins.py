"""The PIN of a volunteer's phone: choosing it, the lock, and what becomes of wrong ones."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.api.limits import Limits
from backend.domain.account import MOST_WRONG_PINS, Role
from backend.domain.event import EventKind
from backend.services.audit import entries_about
from backend.services.pins import as_pin, is_weak
from backend.services.sessions import LIFETIMES
from tests.integration.test_invites import accept, invited
from tests.support.client import Answer, Client, new_id, operation, retry_key
from tests.support.house import Scene, running_house
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.records import child, report
from tests.support.snapshot import everything, settled

PIN, OTHER = "7294", "58130"
LOCK = timedelta(minutes=10)


async def unlocked_with(phone: Client, pin: str) -> Answer:
    return await phone.signed_in(None).ask("unlock", input={"token": phone.token, "pin": pin})


async def with_pin(scene: Scene, pin: str = PIN) -> Client:
    """A volunteer who chose a PIN when the invite was accepted."""
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id)
    said = {"secret": secret, "name": "Ada", "retryKey": retry_key(), "pin": pin}
    return scene.stranger.signed_in((await scene.stranger.ask("acceptInvite", input=said)).made["token"])


async def test_a_pin_is_for_volunteers_on_their_own_phone(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.stranger.signed_in(filed["token"]), "FORBIDDEN"),
        (scene.call_taker, "FORBIDDEN"),
        (scene.coordinator, "FORBIDDEN"),
    ):
        assert (await person.ask("setPin", input={"pin": PIN})).codes == [code]
    assert await everything(scene.house.use.store) == before
    assert (await scene.volunteer.ask("setPin", input={"pin": PIN})).made
    assert (await scene.volunteer.ask("viewer")).value["credentials"]["pinSet"]
    assert not (await scene.other_volunteer.ask("viewer")).value["credentials"]["pinSet"]
    account_id = (await scene.volunteer.ask("viewer")).value["id"]
    assert "PIN_SET" in {entry.action for entry in await entries_about(scene.house.use, account_id)}


async def test_a_pin_that_cannot_be_lets_nobody_in_and_uses_up_no_invite(scene: Scene) -> None:
    volunteer = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id)
    officer = await invited(scene.admin, role="OFFICER", incidentId=scene.incident_id)
    before = await everything(scene.house.use.store)
    for secret, pin in ((volunteer, "1234"), (volunteer, "123"), (volunteer, "seven"), (officer, PIN)):
        said = {"secret": secret, "name": "Ada", "retryKey": retry_key(), "pin": pin}
        answer = await scene.stranger.ask("acceptInvite", input=said)
        assert (answer.codes, answer.value["errors"][0]["field"]) == (["INVALID"], "pin")
    guess = {"secret": "guessed", "name": "Ada", "retryKey": retry_key(), "pin": PIN}
    assert (await scene.stranger.ask("acceptInvite", input=guess)).codes == ["EXPIRED"]
    assert (await scene.volunteer.ask("setPin", input={"pin": "2001"})).codes == ["INVALID"]
    assert await everything(scene.house.use.store) == before
    assert (await accept(scene.stranger, volunteer)).made["token"]


@pytest.mark.parametrize(
    ("typed", "pin"),
    [("7294", "7294"), (" 72 94 ", "7294"), ("٧٢٩٤", "7294"), ("729", None), ("729461358", None), ("72a4", None)],
)
def test_a_pin_is_four_to_eight_digits_on_whichever_keyboard(typed: str, pin: str | None) -> None:
    assert as_pin(typed) == pin


@pytest.mark.parametrize("pin", ["1111", "1234", "9876", "7890", "1212", "123123", "1987", "2024", "2580", "00000000"])
def test_the_first_that_anybody_would_try_is_weak(pin: str) -> None:
    assert is_weak(pin)


@pytest.mark.parametrize("pin", ["7294", "1987265", "1213", "58130", "4711"])
def test_others_are_not(pin: str) -> None:
    assert not is_weak(pin)


async def test_a_phone_left_alone_is_locked_and_the_same_session_goes_on_with_its_pin(
    scene: Scene, clock: MovableClock
) -> None:
    phone = await with_pin(scene)
    registered = (await phone.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    await settled(scene.house.use.store)
    for _ in range(4):
        clock.forward(LOCK - timedelta(minutes=2, seconds=1))
        assert (await phone.ask("viewer")).codes == [], "it is used, and so not locked"
    clock.forward(LOCK)
    queued = child(scene.site_id)
    before = await everything(scene.house.use.store)
    answer = await phone.ask("registerPerson", input=queued)
    assert (answer.status, answer.codes) == (403, ["PIN_NEEDED"])
    assert "Please enter your PIN" in answer.body["errors"][0]["message"]
    for name, variables in _anything(scene, registered["id"]).items():
        assert (await phone.ask(name, **variables)).codes == ["PIN_NEEDED"], name
    photo = await phone.upload(picture(), registration=registered["id"], id=new_id())
    assert (photo.status, photo.body["errors"][0]["code"]) == (403, "PIN_NEEDED")
    async with phone.session.ws_connect(f"{phone.url}/graphql", protocols=["graphql-transport-ws"]) as socket:
        await socket.send_json({"type": "connection_init", "payload": phone.headers})
        assert (await socket.receive()).data == 4403
    assert await everything(scene.house.use.store) == before
    assert (await unlocked_with(phone, PIN)).made
    made = (await phone.ask("registerPerson", input=queued)).made
    assert made["registration"]["id"] == queued["id"], "what the phone kept is settled after unlocking"
    assert (await phone.ask("viewer")).value["role"] == "VOLUNTEER"


def _anything(scene: Scene, registration_id: str) -> dict[str, dict[str, Any]]:
    return {
        "viewer": {},
        "openIncidents": {},
        "registration": {"id": registration_id},
        "ownSessions": {},
        "signOut": {},
        "setPin": {"input": {"pin": OTHER, "presentPin": PIN}},
        "unlock": {"input": {"token": "other", "pin": PIN}},
        "fileReport": {"input": report(scene.incident_id)},
    }


async def test_a_connection_that_is_open_ends_with_the_lock_and_does_nothing_more(
    scene: Scene, clock: MovableClock
) -> None:
    phone, one = await with_pin(scene), child(scene.site_id)
    async with phone.session.ws_connect(f"{phone.url}/graphql", protocols=["graphql-transport-ws"]) as socket:
        await socket.send_json({"type": "connection_init", "payload": phone.headers})
        assert (await socket.receive_json())["type"] == "connection_ack"
        clock.forward(LOCK)
        await asyncio.sleep(Limits().recheck_seconds)  # so often a connection asks for its session
        query = {"query": operation("registerPerson"), "variables": {"input": one}}
        await socket.send_json({"id": "1", "type": "subscribe", "payload": query})
        assert (await socket.receive()).data == 4403
    assert await scene.house.use.store.registrations.get(one["id"]) is None


async def test_without_a_pin_a_phone_is_never_locked(scene: Scene, clock: MovableClock) -> None:
    clock.forward(timedelta(days=6))
    assert (await scene.volunteer.ask("viewer")).codes == []
    assert (await unlocked_with(scene.volunteer, PIN)).codes == ["UNAUTHENTICATED"]


async def test_five_wrong_pins_end_the_session_and_a_right_one_begins_the_count_anew(
    scene: Scene, clock: MovableClock
) -> None:
    phone = await with_pin(scene)
    for _ in range(2):
        clock.forward(LOCK)
        for left in range(MOST_WRONG_PINS - 1, 0, -1):
            wrong = await unlocked_with(phone, OTHER)
            (error,) = wrong.value["errors"]
            assert (error["code"], error["field"]) == ("INVALID", "pin")
            assert f"{left} more tr" in error["message"]
            assert (await phone.ask("viewer")).codes == ["PIN_NEEDED"]
        assert (await unlocked_with(phone, PIN)).made
    account_id = (await phone.ask("viewer")).value["id"]
    clock.forward(LOCK)
    answers = [await unlocked_with(phone, OTHER) for _ in range(MOST_WRONG_PINS)]
    assert answers[-1].codes == ["UNAUTHENTICATED"]
    assert "ask for a new invite" in answers[-1].value["errors"][0]["message"]
    assert (await unlocked_with(phone, PIN)).codes == ["UNAUTHENTICATED"]
    assert (await phone.ask("viewer")).codes == ["UNAUTHENTICATED"]
    (told,) = await scene.house.use.store.events.find({"kind": EventKind.SESSION_ENDED.value})
    assert told.subject_id == account_id
    assert "SESSION_ENDED" in {entry.action for entry in await entries_about(scene.house.use, account_id)}


async def test_twenty_guesses_at_once_are_no_more_than_five(scene: Scene, clock: MovableClock) -> None:
    phone = await with_pin(scene)
    clock.forward(LOCK)
    guesses = [f"{number}3{number}8" for number in range(10, 30)]
    answers = await asyncio.gather(*(unlocked_with(phone, guess) for guess in guesses))
    assert sum(answer.codes == ["INVALID"] for answer in answers) == MOST_WRONG_PINS - 1
    assert (await phone.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_renewing_a_token_gives_no_more_guesses(scene: Scene, clock: MovableClock) -> None:
    phone = await with_pin(scene)
    renewed = [phone.signed_in((await phone.ask("renewSession", retryKey=retry_key())).made["token"]) for _ in range(3)]
    clock.forward(LOCK)
    assert (await unlocked_with(renewed[0], OTHER)).codes == ["INVALID"]
    for client in (phone, *renewed[1:]):
        assert (await unlocked_with(client, PIN)).codes == ["UNAUTHENTICATED"]
    for _ in range(MOST_WRONG_PINS - 1):
        await unlocked_with(renewed[0], OTHER)
    assert (await unlocked_with(renewed[0], PIN)).codes == ["UNAUTHENTICATED"]
    assert await scene.house.use.store.sessions.find({"pinHash": {"$exists": True}}) == []


async def test_a_pin_holds_for_what_the_session_was_being_renewed_to(scene: Scene, clock: MovableClock) -> None:
    phone = scene.volunteer
    renewed = phone.signed_in((await phone.ask("renewSession", retryKey=retry_key())).made["token"])
    assert (await phone.ask("setPin", input={"pin": PIN})).made
    clock.forward(LOCK)
    assert (await renewed.ask("viewer")).codes == ["PIN_NEEDED"]
    assert (await unlocked_with(renewed, PIN)).made


async def test_tokens_that_are_none_are_counted_for_their_address(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False, rate_guesses="3 per hour") as house:
        guesses = [{"token": f"guessed {number}", "pin": PIN} for number in range(4)]
        answers = [await house.stranger.ask("unlock", input=guess) for guess in guesses]
        assert [answer.codes[0] for answer in answers] == ["UNAUTHENTICATED"] * 3 + ["RATE_LIMITED"]


async def test_a_pin_is_changed_with_the_present_one_and_guesses_at_it_count(scene: Scene, clock: MovableClock) -> None:
    phone = await with_pin(scene)
    for present in ({}, {"presentPin": OTHER}):
        refused = await phone.ask("setPin", input={"pin": OTHER, **present})
        assert (refused.codes, refused.value["errors"][0]["field"]) == (["INVALID"], "presentPin")
    assert (await phone.ask("setPin", input={"pin": OTHER, "presentPin": PIN})).made
    clock.forward(LOCK)
    assert (await unlocked_with(phone, PIN)).codes == ["INVALID"]
    assert (await unlocked_with(phone, OTHER)).made
    for _ in range(MOST_WRONG_PINS):
        refused = await phone.ask("setPin", input={"pin": PIN, "presentPin": PIN})
    assert refused.codes == ["UNAUTHENTICATED"]
    assert (await phone.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_a_pin_makes_no_session_longer_nor_opens_one_of_an_account_that_was_closed(
    scene: Scene, clock: MovableClock
) -> None:
    phone, leaver = await with_pin(scene), await with_pin(scene)
    leaver_id = (await leaver.ask("viewer")).value["id"]
    assert (await scene.coordinator.ask("closeAccount", id=leaver_id)).made
    clock.forward(LOCK)
    assert (await unlocked_with(leaver, PIN)).codes == ["UNAUTHENTICATED"]
    for _ in range(2):
        clock.forward(timedelta(days=6))
        assert (await unlocked_with(phone, PIN)).made
    clock.forward(LIFETIMES[Role.VOLUNTEER] - timedelta(days=12))
    assert (await unlocked_with(phone, PIN)).codes == ["UNAUTHENTICATED"]


async def test_the_database_holds_no_pin(scene: Scene) -> None:
    await with_pin(scene, "83920175")
    store = scene.house.use.store
    names = await store.database.list_collection_names()
    dump = str([[one async for one in store.database[name].find()] for name in names])
    assert "$argon2id$" in dump
    assert "83920175" not in dump
