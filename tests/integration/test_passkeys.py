"""Passkeys: added, listed, used to sign in and to prove, removed; and every way in which an answer may be wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.credential import PROOF_LASTS
from backend.services.audit import entries_about
from backend.services.challenges import CHALLENGE_LASTS
from backend.services.web_authentication import Site, site_of
from tests.support.client import Answer, Client
from tests.support.house import House, Scene, running_house
from tests.support.matched_pair import a_matched_pair
from tests.support.movable_clock import MovableClock
from tests.support.passkey_device import ADDRESS, PRESENT, PasskeyDevice
from tests.support.second_factor import PASSWORD, coordinator_of, credentials_of, unproven
from tests.support.snapshot import all_but_counts, everything

ANSWER = "This passkey is not known here, or its answer came too late. Please try again."


@pytest.fixture
async def house(database_uri: str, database_name: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    """A server with a name, since browsers know no passkeys for a number."""
    async with running_house(database_uri, database_name, tmp_path, clock=clock, public_url=ADDRESS) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody with a password and one passkey, and no authenticator app."""

    client: Client
    device: PasskeyDevice
    recovery_codes: tuple[str, ...]

    async def prove(self, client: Client | None = None) -> Answer:
        asked = (await (client or self.client).ask("passkeyChallenge")).made["options"]
        return await (client or self.client).ask("proveWithPasskey", answer=self.device.get(asked))

    async def sign_in(self, **changes: Any) -> Answer:
        options = await options_for("carlos", self.client)
        said = {"signInName": "carlos", "password": PASSWORD, "passkey": self.device.get(options)}
        return await self.client.signed_in(None).ask("signInWithPassword", input=said | changes)


async def options_for(name: str, client: Client) -> str:
    made: str = (await client.signed_in(None).ask("passkeyChallengeToSignIn", signInName=name)).made["options"]
    return made


async def begun(client: Client) -> str:
    made: str = (await client.ask("beginPasskey", password=PASSWORD)).made["options"]
    return made


async def added(client: Client, device: PasskeyDevice, name: str = "Desk") -> Answer:
    return await client.ask("confirmPasskey", input={"name": name, "answer": device.create(await begun(client))})


async def owner_of(scene: Scene) -> Owner:
    assert (await scene.coordinator.ask("setPassword", input={"signInName": "carlos", "password": PASSWORD})).made
    device = PasskeyDevice()
    made = (await added(scene.coordinator, device)).made
    return Owner(scene.coordinator, device, tuple(made["recoveryCodes"]))


async def test_a_passkey_is_for_who_decides_and_needs_a_password(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.volunteer, "FORBIDDEN"),
        (scene.call_taker, "FORBIDDEN"),
        (scene.officer, "INVALID"),
    ):
        assert (await person.ask("beginPasskey", password=PASSWORD)).codes == [code]
        assert (await person.ask("confirmPasskey", input={"name": "x", "answer": "{}"})).codes == [code]
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.volunteer, "FORBIDDEN"),
        (scene.officer, "STEP_UP_NEEDED"),
    ):
        assert (await person.ask("passkeyChallenge")).codes == [code]
        assert (await person.ask("proveWithPasskey", answer="{}")).codes == [code]
    assert (await scene.officer.ask("removePasskey", id="x")).codes == ["NOT_FOUND"]
    assert await everything(scene.house.use.store) == before


async def test_a_passkey_alone_is_a_second_factor_at_sign_in_and_before_a_decision(
    scene: Scene, clock: MovableClock
) -> None:
    secrets = await a_matched_pair(scene)
    carlos = await owner_of(scene)
    seen = await credentials_of(carlos.client)
    assert (seen["secondFactorSet"], seen["authenticatorAppSet"], seen["recoveryCodesLeft"]) == (True, False, 10)
    (listed,) = seen["passkeys"]
    assert (listed["id"], listed["name"], listed["lastUsedAt"]) == (carlos.device.name, "Desk", None)
    assert seen["provenUntil"] is not None
    clock.forward(PROOF_LASTS + timedelta(seconds=1))
    link = secrets.variables["linkDuplicate"]
    refused = await carlos.client.ask("linkDuplicate", **link)
    assert refused.codes == ["STEP_UP_NEEDED"]
    assert refused.value["errors"][0]["message"] == "Please use your passkey; it is good for five minutes."
    assert (await carlos.prove()).made["provenUntil"]
    assert (await carlos.client.ask("linkDuplicate", **link)).made
    assert (await carlos.sign_in(passkey=None)).codes == ["UNAUTHENTICATED"]
    assert (await carlos.sign_in(passkey=None, code="000000")).codes == ["UNAUTHENTICATED"]
    assert (await carlos.sign_in(password="wrong one entirely")).codes == ["UNAUTHENTICATED"]
    there = scene.stranger.signed_in((await carlos.sign_in()).made["token"])
    seen = await credentials_of(there)
    assert (seen["provenUntil"] is not None, seen["passkeys"][0]["lastUsedAt"] is not None) == (True, True)
    assert (await carlos.sign_in(passkey=None, code=carlos.recovery_codes[0])).made["token"]


async def test_an_answer_that_is_wrong_in_any_way_proves_nothing_and_changes_nothing(
    scene: Scene, clock: MovableClock
) -> None:
    carlos = await owner_of(scene)
    elsewhere = scene.stranger.signed_in((await carlos.sign_in()).made["token"])
    assert (await scene.officer.ask("setPassword", input={"signInName": "olivia", "password": PASSWORD})).made
    olivia = PasskeyDevice()
    assert (await added(scene.officer, olivia)).made
    good = (await carlos.client.ask("passkeyChallenge")).made["options"]
    replayed = carlos.device.get(good)
    assert (await carlos.client.ask("proveWithPasskey", answer=replayed)).made
    old = (await carlos.client.ask("passkeyChallenge")).made["options"]
    clock.forward(CHALLENGE_LASTS + timedelta(seconds=1))
    await unproven(scene)
    good = (await carlos.client.ask("passkeyChallenge")).made["options"]
    theirs = (await scene.officer.ask("passkeyChallenge")).made["options"]
    of_elsewhere = (await elsewhere.ask("passkeyChallenge")).made["options"]
    to_sign_in = await options_for("carlos", scene.stranger)
    forged = json.dumps(json.loads(good) | {"challenge": "A" * 75})

    def changed(options: str = good, device: PasskeyDevice = carlos.device, **changes: Any) -> str:
        kept = {name: getattr(device, name) for name in changes}
        for name, value in changes.items():
            setattr(device, name, value)
        answer = device.get(options)
        for name, value in kept.items():
            setattr(device, name, value)
        return answer

    last = carlos.device.count
    wrong = {
        "another origin": changed(origin="https://reunify.example.com"),
        "another site": changed(site="example.com"),
        "nobody verified": changed(flags=PRESENT),
        "a counter that stands still": changed(count=last - 1),
        "a counter that goes back": changed(count=0),
        "another key": changed(key=PasskeyDevice().key),
        "somebody else's handle": changed(holder=olivia.holder),
        "somebody else's passkey": olivia.get(good),
        "a challenge to somebody else": carlos.device.get(theirs),
        "a challenge to another session": carlos.device.get(of_elsewhere),
        "a challenge to sign in": carlos.device.get(to_sign_in),
        "a challenge that nobody made": carlos.device.get(forged),
        "a challenge that is too old": carlos.device.get(old),
        "what was sent before": replayed,
        "an answer to something else": carlos.device.create(
            json.dumps(json.loads(good) | {"user": {"id": carlos.device.holder}})
        ),
        "nothing": "",
        "no object": "[]",
        "too much": "[" * 30_000,
        "half of a letter": '"\\ud800"',
    }
    before = await all_but_counts(scene.house.use.store)
    for what, answer in wrong.items():
        refused = await carlos.client.ask("proveWithPasskey", answer=answer)
        assert refused.codes == ["INVALID"], what
        assert refused.value["errors"][0] == {"code": "INVALID", "message": ANSWER, "field": "answer"}, what
        await scene.house.use.store.attempts.collection.delete_many({})
    assert await all_but_counts(scene.house.use.store) == before
    assert (await carlos.client.ask("proveWithPasskey", answer=carlos.device.get(good))).made


async def test_an_answer_at_a_sign_in_is_good_once_and_for_its_name_alone(scene: Scene) -> None:
    carlos = await owner_of(scene)
    options = await options_for("Carlos", scene.stranger)
    answer = carlos.device.get(options)
    assert (await carlos.sign_in(passkey=answer)).made["token"]
    before = await all_but_counts(scene.house.use.store)
    assert (await carlos.sign_in(passkey=answer)).codes == ["UNAUTHENTICATED"]
    proving = (await carlos.client.ask("passkeyChallenge")).made["options"]
    for other in (await options_for("olivia", scene.stranger), proving):
        assert (await carlos.sign_in(passkey=carlos.device.get(other))).codes == ["UNAUTHENTICATED"]
    assert await all_but_counts(scene.house.use.store) == before


async def test_what_a_device_without_a_counter_answered_is_good_once_too(scene: Scene) -> None:
    carlos = await owner_of(scene)
    synced = PasskeyDevice(counts=False)
    made = {"name": "Synced", "answer": synced.create(await begun(carlos.client))}
    assert (await carlos.client.ask("confirmPasskey", input=made)).made
    owner = Owner(carlos.client, synced, ())
    for _ in range(2):
        assert (await owner.prove()).made
        assert (await owner.sign_in()).made
    proof = synced.get((await carlos.client.ask("passkeyChallenge")).made["options"])
    assert (await carlos.client.ask("proveWithPasskey", answer=proof)).made
    assert (await carlos.client.ask("proveWithPasskey", answer=proof)).codes == ["INVALID"]
    entry = synced.get(await options_for("carlos", scene.stranger))
    assert (await owner.sign_in(passkey=entry)).made
    assert (await owner.sign_in(passkey=entry)).codes == ["UNAUTHENTICATED"]
    assert (await carlos.client.ask("removePasskey", id=synced.name)).codes == []
    assert (await carlos.client.ask("confirmPasskey", input=made)).codes == ["INVALID"], "nor comes it back so"


async def test_of_ten_who_send_one_answer_at_once_one_is_proven(scene: Scene) -> None:
    carlos = await owner_of(scene)
    answer = carlos.device.get((await carlos.client.ask("passkeyChallenge")).made["options"])
    answers = await asyncio.gather(*(carlos.client.ask("proveWithPasskey", answer=answer) for _ in range(10)))
    assert sorted(" ".join(one.codes) for one in answers) == ["", *["INVALID"] * 9]


async def test_a_stranger_learns_nothing_of_who_has_passkeys_and_leaves_nothing_behind(scene: Scene) -> None:
    await owner_of(scene)
    before = await everything(scene.house.use.store)
    asked = [
        json.loads(await options_for(name, scene.stranger)) for name in ("carlos", "nobody.here", "no name at all")
    ]
    for one in asked:
        assert len(one.pop("challenge")) == 75
    assert asked[0] == asked[1] == asked[2]
    assert asked[0]["allowCredentials"] == []
    assert await everything(scene.house.use.store) == before


async def test_a_passkey_that_was_made_wrongly_is_not_added(scene: Scene, clock: MovableClock) -> None:
    carlos = await owner_of(scene)
    good = await begun(carlos.client)
    theirs = (await scene.officer.ask("setPassword", input={"signInName": "olivia", "password": PASSWORD})).made
    theirs = await begun(scene.officer)
    before = await all_but_counts(scene.house.use.store)
    for what, answer in {
        "another origin": PasskeyDevice(origin="https://reunify.example.com").create(good),
        "another site": PasskeyDevice(site="example.com").create(good),
        "nobody verified": PasskeyDevice(flags=PRESENT).create(good),
        "somebody else's challenge": PasskeyDevice().create(theirs),
        "a use, not a new one": carlos.device.get(good),
        "nothing": "",
    }.items():
        refused = await carlos.client.ask("confirmPasskey", input={"name": "Phone", "answer": answer})
        assert (refused.codes, refused.value["errors"][0]["field"]) == (["INVALID"], "answer"), what
        await scene.house.use.store.attempts.collection.delete_many({})
    late = await begun(carlos.client)
    clock.forward(CHALLENGE_LASTS + timedelta(seconds=1))
    answer = PasskeyDevice().create(late)
    assert (await carlos.client.ask("confirmPasskey", input={"name": "Phone", "answer": answer})).codes == ["INVALID"]
    for name in ("", "   ", "x" * 61):
        refused = await carlos.client.ask("confirmPasskey", input={"name": name, "answer": answer})
        assert (refused.codes, refused.value["errors"][0]["field"]) == (["INVALID"], "name")
    assert await all_but_counts(scene.house.use.store) == before


async def test_another_passkey_or_app_is_added_with_a_proof_and_the_last_factor_cannot_be_removed(
    scene: Scene, clock: MovableClock
) -> None:
    store = scene.house.use.store
    carlos = await owner_of(scene)
    await unproven(scene)
    before = await all_but_counts(store)
    assert (await carlos.client.ask("beginPasskey", password=PASSWORD)).codes == ["STEP_UP_NEEDED"]
    assert (await carlos.client.ask("beginSecondFactor", input={"password": PASSWORD})).codes == ["STEP_UP_NEEDED"]
    assert (await carlos.client.ask("removePasskey", id=carlos.device.name)).codes == ["STEP_UP_NEEDED"]
    assert await all_but_counts(store) == before
    assert (await carlos.prove()).made
    assert (await carlos.client.ask("beginPasskey", password="wrong one entirely")).codes == ["INVALID"]
    refused = await carlos.client.ask("removePasskey", id=carlos.device.name)
    assert (refused.codes, refused.value["errors"][0]["field"]) == (["CONFLICT"], "id")
    phone = PasskeyDevice()
    assert (await added(carlos.client, phone, "Phone")).made["recoveryCodes"] is None
    assert (await added(carlos.client, phone, "Phone")).codes == ["CONFLICT"]
    assert [one["name"] for one in (await credentials_of(carlos.client))["passkeys"]] == ["Desk", "Phone"]
    assert (await scene.officer.ask("removePasskey", id=phone.name)).codes == ["NOT_FOUND"]
    assert (await carlos.client.ask("removePasskey", id=carlos.device.name)).codes == []
    assert (await carlos.prove()).codes == ["INVALID"], "a passkey that was removed is none"
    clock.forward(timedelta(minutes=1))
    assert (await Owner(carlos.client, phone, ()).sign_in()).made["token"]
    account_id = (await carlos.client.ask("viewer")).value["id"]
    entered = [entry.action for entry in await entries_about(scene.house.use, account_id)]
    assert (entered.count("PASSKEY_ADDED"), entered.count("PASSKEY_REMOVED")) == (2, 1)


async def test_a_passkey_beside_an_app_may_be_removed_and_either_proves(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    device = PasskeyDevice()
    assert (await added(carlos.client, device)).made["recoveryCodes"] is None
    both = Owner(carlos.client, device, ())
    clock.forward(PROOF_LASTS + timedelta(minutes=1))
    assert (await both.prove()).made
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).made
    assert (await carlos.client.ask("beginSecondFactor", input={"password": PASSWORD})).made["secret"]
    assert (await carlos.client.ask("removePasskey", id=device.name)).codes == []
    clock.forward(timedelta(minutes=1))
    assert (await carlos.sign_in()).made["token"]
    assert (await carlos.client.ask("passkeyChallenge")).codes == ["STEP_UP_NEEDED"]


async def test_answers_are_guessed_no_faster_than_codes(scene: Scene, clock: MovableClock) -> None:
    carlos = await owner_of(scene)
    for _ in range(5):
        assert (await carlos.client.ask("proveWithPasskey", answer="{}")).codes == ["INVALID"]
    assert (await carlos.prove()).codes == ["INVALID"]
    clock.forward(timedelta(minutes=2))
    assert (await carlos.prove()).made


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://reunify.example.org", Site("reunify.example.org", "https://reunify.example.org")),
        ("https://Reunify.Example.org:443", Site("reunify.example.org", "https://reunify.example.org")),
        ("https://reunify.example.org:8443", Site("reunify.example.org", "https://reunify.example.org:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("https://büro.example.org", Site("xn--bro-hoa.example.org", "https://xn--bro-hoa.example.org")),
        ("http://reunify.example.org", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.10", None),
        ("https://reunify..example.org", None),
        ("https://reunify.example.org:port", None),
        ("https://[2001:db8::1]:8000", None),
    ],
)
def test_passkeys_are_for_a_server_with_a_name_that_is_reached_by_https(address: str, site: Site | None) -> None:
    assert site_of(address) == site


async def test_where_there_can_be_none_the_person_is_told(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        answer = await house.stranger.ask("passkeyChallengeToSignIn", signInName="carlos")
        assert answer.codes == ["INVALID"]
        assert answer.value["errors"][0]["message"].startswith("Passkeys need a server with a name and https.")
