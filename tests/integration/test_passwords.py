"""Passwords and sign-in names: for whom, which are refused, and signing in with them."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.domain.credential import SignIn
from backend.domain.errors import DomainError
from backend.services.credentials import sign_in_with_password
from backend.services.passwords import fits
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.records import report
from tests.support.second_factor import NEVER, PASSWORD, coordinator_of, credentials_of, holder
from tests.support.snapshot import all_but_counts, everything, settled


async def test_a_password_is_for_who_decides_and_for_nobody_else(scene: Scene) -> None:
    store = scene.house.use.store
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    await settled(store)
    before = await everything(store)
    new = {"signInName": "ada", "password": PASSWORD}
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (family, "FORBIDDEN"),
        (scene.volunteer, "FORBIDDEN"),
        (scene.call_taker, "FORBIDDEN"),
    ):
        assert (await person.ask("setPassword", input=new)).codes == [code]
        assert (await person.ask("beginSecondFactor", input={"password": PASSWORD})).codes == [code]
        assert (await person.ask("confirmSecondFactor", code=NEVER)).codes == [code]
        assert (await person.ask("proveYourself", code=NEVER)).codes == [code]
    assert await everything(store) == before
    assert not (await credentials_of(scene.volunteer))["passwordSet"]
    for number, person in enumerate((scene.coordinator, scene.officer, scene.admin)):
        assert (await person.ask("setPassword", input=new | {"signInName": f"ada.{number}"})).made
        seen = await credentials_of(person)
        assert (seen["signInName"], seen["passwordSet"], seen["secondFactorSet"]) == (f"ada.{number}", True, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "eleven char"}, "password"),
        ({"password": "x7" * 65}, "password"),
        ({"password": "PassWordPassword"}, "password"),
        ({"password": "1qaz2wsx3edc"}, "password"),
        ({"password": "ask the COORDINATOR"}, "password"),
        ({"password": "what carlos.m. likes", "signInName": "carlos.m."}, "password"),
        ({"signInName": "ab"}, "signInName"),
        ({"signInName": "a" * 41}, "signInName"),
        ({"signInName": "carlos medina"}, "signInName"),
        ({"signInName": "carlos@example.org"}, "signInName"),
    ],
)
async def test_a_password_or_name_that_cannot_be_is_refused_and_nothing_is_kept(
    scene: Scene, changes: dict[str, str], field: str
) -> None:
    before = await everything(scene.house.use.store)
    new = {"signInName": "carlos", "password": PASSWORD}
    answer = await scene.coordinator.ask("setPassword", input=new | changes)
    assert answer.codes == ["INVALID"]
    assert answer.value["errors"][0]["field"] == field
    assert await everything(scene.house.use.store) == before


async def test_a_sign_in_name_is_one_account_s_however_it_is_typed(scene: Scene) -> None:
    assert (await scene.coordinator.ask("setPassword", input={"signInName": "José.M", "password": PASSWORD})).made
    before = await everything(scene.house.use.store)
    for name in ("josé.m", "JOSÉ.M", "Jose\N{COMBINING ACUTE ACCENT}.m"):
        answer = await scene.officer.ask("setPassword", input={"signInName": name, "password": PASSWORD})
        assert answer.codes == ["CONFLICT"]
    assert await everything(scene.house.use.store) == before
    signed_in = await scene.stranger.ask(
        "signInWithPassword", input={"signInName": "JOSE\N{COMBINING ACUTE ACCENT}.M", "password": PASSWORD}
    )
    assert (await scene.stranger.signed_in(signed_in.made["token"]).ask("viewer")).value["role"] == "COORDINATOR"


async def test_a_password_is_changed_by_who_knows_it_or_has_a_code_and_other_devices_are_signed_out(
    scene: Scene, clock: MovableClock
) -> None:
    store = scene.house.use.store
    carlos = await coordinator_of(scene, clock)
    clock.forward(timedelta(minutes=1))
    elsewhere = scene.stranger.signed_in((await carlos.sign_in()).made["token"])
    new = {"signInName": "carlos", "password": "quite another four"}
    before = await all_but_counts(store)
    for proof in ({}, {"presentPassword": "wrong one entirely"}, {"code": NEVER}, {"code": carlos.code()}):
        answer = await carlos.client.ask("setPassword", input=new | proof)
        assert answer.codes == ["INVALID"], proof
        assert answer.value["errors"][0]["field"] == "presentPassword"
    assert await all_but_counts(store) == before
    assert (await elsewhere.ask("viewer")).codes == []
    assert (await carlos.client.ask("setPassword", input=new | {"presentPassword": PASSWORD})).made
    assert (await elsewhere.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await credentials_of(carlos.client))["secondFactorSet"]
    clock.forward(timedelta(minutes=1))
    newest = {"signInName": "carlos", "password": "yet another four", "code": carlos.code()}
    assert (await carlos.client.ask("setPassword", input=newest)).made


async def test_who_signs_in_by_the_old_password_while_it_is_changed_is_not_let_in(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = scene.house.use.store
    old = {"signInName": "olivia", "password": PASSWORD}
    assert (await scene.officer.ask("setPassword", input=old)).made
    changed = {"signInName": "olivia", "password": "quite another four", "presentPassword": PASSWORD}

    async def right_and_overtaken(*of: Any) -> bool:
        is_right = await fits(*of)
        monkeypatch.setattr("backend.services.credentials.fits", fits)
        assert (await scene.officer.ask("setPassword", input=changed)).made
        return is_right

    sessions = await store.sessions.find({})
    monkeypatch.setattr("backend.services.credentials.fits", right_and_overtaken)
    late = await scene.stranger.ask("signInWithPassword", input=old)
    never = await scene.stranger.ask("signInWithPassword", input=old)
    assert late.value["errors"] == never.value["errors"]
    assert late.codes == never.codes
    assert len(late.codes) == 1
    assert {one.id for one in await store.sessions.find({})} == {one.id for one in sessions}


async def test_signing_in_on_another_device_needs_name_password_and_code(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    clock.forward(timedelta(minutes=1))
    before = await all_but_counts(scene.house.use.store)
    answers = [
        await carlos.sign_in(signInName="nobody.here"),
        await carlos.sign_in(signInName="no name at all"),
        await carlos.sign_in(password="wrong one entirely"),
        await carlos.sign_in(code=NEVER),
    ]
    answers.append(await carlos.sign_in(code=None))
    assert {(answer.status, json.dumps(answer.body)) for answer in answers} == {
        (answers[0].status, json.dumps(answers[0].body))
    }
    assert answers[0].codes == ["UNAUTHENTICATED"]
    assert answers[0].value["token"] is None
    assert await all_but_counts(scene.house.use.store) == before
    there = scene.stranger.signed_in((await carlos.sign_in(signInName="Carlos.MEDINA")).made["token"])
    assert (await there.ask("viewer")).value["role"] == "COORDINATOR"
    assert (await credentials_of(there))["provenUntil"] is not None
    assert await scene.house.use.store.attempts.find({}) != []  # those of names that nobody has


async def test_a_password_is_the_same_however_a_keyboard_composes_it_and_blanks_count(scene: Scene) -> None:
    new = {"signInName": "olivia", "password": "Café at the corner "}
    assert (await scene.officer.ask("setPassword", input=new)).made
    decomposed = new | {"password": "Cafe\N{COMBINING ACUTE ACCENT} at the corner "}
    assert (await scene.stranger.ask("signInWithPassword", input=decomposed)).made["token"]
    without = new | {"password": "Café at the corner"}
    assert (await scene.stranger.ask("signInWithPassword", input=without)).codes == ["UNAUTHENTICATED"]


async def test_a_closed_account_s_password_lets_nobody_in_and_is_not_kept(scene: Scene, clock: MovableClock) -> None:
    olivia = await holder(scene.officer, "olivia", clock)
    account_id = (await scene.officer.ask("viewer")).value["id"]
    assert (await scene.admin.ask("closeAccount", id=account_id)).made
    clock.forward(timedelta(minutes=1))
    assert (await olivia.sign_in()).codes == ["UNAUTHENTICATED"]
    assert await scene.house.use.store.credentials.get(account_id) is None


async def test_a_name_that_nobody_has_costs_the_guesser_as_much_hashing_as_one_that_somebody_has(
    scene: Scene, clock: MovableClock
) -> None:
    await coordinator_of(scene, clock)

    class Counted(asyncio.Semaphore):
        times = 0

        async def acquire(self) -> Any:
            self.times += 1
            return await super().acquire()

    for name in ("carlos.medina", "nobody.here", "no name at all"):
        hashing = Counted(2)
        use = replace(scene.house.use, hashing=hashing)
        with pytest.raises(DomainError):
            await sign_in_with_password(use, SignIn(name, "wrong one entirely"), address="192.0.2.1")
        assert hashing.times == 1, name


async def test_names_of_nobody_are_counted_in_a_bounded_room(scene: Scene) -> None:
    for name in ("nobody.one", "nobody.two"):
        guess = {"signInName": name, "password": PASSWORD}
        assert (await scene.stranger.ask("signInWithPassword", input=guess)).codes == ["UNAUTHENTICATED"]
    for counted in await scene.house.use.store.attempts.find({}):
        assert len(counted.id.removeprefix("sign-in nobody ")) == 3


async def test_the_database_holds_no_password_secret_code_or_recovery_code(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    clock.forward(timedelta(minutes=1))
    code = carlos.code()
    token = (await carlos.sign_in()).made["token"]
    store = scene.house.use.store
    dump = str({
        name: [document async for document in store.database[name].find()]
        for name in await store.database.list_collection_names()
    })  # fmt: skip
    assert "carlos.medina" in dump
    assert "$argon2id$" in dump
    plain = {PASSWORD, code, token, carlos.authenticator.secret, *carlos.recovery_codes}
    plain |= {one.replace("-", "") for one in carlos.recovery_codes}
    assert [one for one in plain if one in dump] == []


async def test_a_sign_in_name_that_was_given_up_is_free_and_lets_its_old_owner_in_no_more(scene: Scene) -> None:
    def said(name: str) -> dict[str, str]:
        return {"signInName": name, "password": PASSWORD, "presentPassword": PASSWORD}

    assert (await scene.coordinator.ask("setPassword", input=said("first"))).made
    assert (await scene.coordinator.ask("setPassword", input=said("second"))).made
    first = {"signInName": "first", "password": PASSWORD}
    assert (await scene.stranger.ask("signInWithPassword", input=first)).codes == ["UNAUTHENTICATED"]
    assert (await scene.officer.ask("setPassword", input=said("first"))).made
    token = (await scene.stranger.ask("signInWithPassword", input=first)).made["token"]
    assert (await scene.stranger.signed_in(token).ask("viewer")).value["role"] == "OFFICER"
    assert (await scene.officer.ask("setPassword", input=said("third"))).made
    assert (await scene.coordinator.ask("setPassword", input=said("first"))).made
    token = (await scene.stranger.ask("signInWithPassword", input=first)).made["token"]
    assert (await scene.stranger.signed_in(token).ask("viewer")).value["role"] == "COORDINATOR"
