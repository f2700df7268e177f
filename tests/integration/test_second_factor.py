"""The authenticator app: its codes, recovery codes, what becomes of guesses, and who lost everything."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.credential import FIRST_LOCK, LONGEST_LOCK, Attempts, SignIn, one_more
from backend.domain.errors import DomainError
from backend.domain.event import EventKind
from backend.services.credentials import sign_in_with_password
from backend.services.resets import reset_by_operator
from tests.integration.test_invites import accept
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.second_factor import NEVER, PASSWORD, coordinator_of, credentials_of, holder
from tests.support.snapshot import everything


async def test_a_code_works_once_and_one_step_of_drift_is_forgiven(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).codes == ["INVALID"]
    clock.forward(timedelta(minutes=5))
    clock.to_the_middle_of_a_step()
    for steps in (-2, 2):
        assert (await carlos.client.ask("proveYourself", code=carlos.code(steps))).codes == ["INVALID"]
    for steps in (-1, 0, 1):
        code = carlos.code(steps)
        assert (await carlos.client.ask("proveYourself", code=f"{code[:3]} {code[3:]}")).made["provenUntil"]
        again = await carlos.client.ask("proveYourself", code=code)
        assert (again.codes, again.value["errors"][0]["field"]) == (["INVALID"], "code")
        assert (await carlos.sign_in(code=code)).codes == ["UNAUTHENTICATED"]


async def test_of_twenty_who_use_one_code_at_once_one_is_proven(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    clock.forward(timedelta(minutes=1))
    answers = await asyncio.gather(*(carlos.client.ask("proveYourself", code=carlos.code()) for _ in range(20)))
    assert sorted(" ".join(answer.codes) for answer in answers) == ["", *["INVALID"] * 19]


async def test_a_recovery_code_is_good_once_and_lets_a_new_app_be_added(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    assert len(set(carlos.recovery_codes)) == 10
    first, second, *_ = carlos.recovery_codes
    there = scene.stranger.signed_in((await carlos.sign_in(code=first.lower().replace("-", " "))).made["token"])
    assert (await credentials_of(there))["recoveryCodesLeft"] == 9
    assert (await carlos.sign_in(code=first)).codes == ["UNAUTHENTICATED"]
    assert (await carlos.client.ask("proveYourself", code=first)).codes == ["INVALID"]
    for said in ({"password": PASSWORD}, {"password": PASSWORD, "code": first}, {"password": "wrong", "code": second}):
        assert (await carlos.client.ask("beginSecondFactor", input=said)).codes == ["INVALID"]
    begun = (await carlos.client.ask("beginSecondFactor", input={"password": PASSWORD, "code": second})).made
    assert begun["address"] == (
        f"otpauth://totp/Reunify%3Acarlos.medina?secret={begun['secret']}&issuer=Reunify&digits=6&period=30"
    )
    clock.forward(timedelta(minutes=2))
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).made, "the old app is good until the new is"
    new_app = replace(carlos, authenticator=replace(carlos.authenticator, secret=begun["secret"]))
    assert (await carlos.client.ask("confirmSecondFactor", code=NEVER)).codes == ["INVALID"]
    assert len((await carlos.client.ask("confirmSecondFactor", code=new_app.code())).made["recoveryCodes"]) == 10
    clock.forward(timedelta(minutes=2))
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).codes == ["INVALID"]
    assert (await carlos.sign_in(code=carlos.recovery_codes[2])).codes == ["UNAUTHENTICATED"]
    assert (await new_app.sign_in()).made
    used = await scene.house.use.store.events.find({"kind": EventKind.RECOVERY_CODE_USED.value})
    assert len(used) == 2


async def test_after_five_failures_the_right_one_is_refused_too_until_the_lock_ends(
    scene: Scene, clock: MovableClock
) -> None:
    carlos = await coordinator_of(scene, clock)
    clock.forward(timedelta(minutes=1))
    wrong = [await carlos.sign_in(password="wrong one entirely") for _ in range(5)]
    right = await carlos.sign_in()
    assert {json.dumps(answer.body) for answer in wrong} == {json.dumps(right.body)}
    elsewhere = replace(scene.house.use, password_cost=scene.house.use.password_cost)
    with pytest.raises(DomainError, match="do not belong together"):
        await sign_in_with_password(elsewhere, SignIn("carlos.medina", PASSWORD, carlos.code()), address="192.0.2.1")
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).made, "who is signed in is not kept from work"
    clock.forward(FIRST_LOCK - timedelta(seconds=5))
    assert (await carlos.sign_in()).codes == ["UNAUTHENTICATED"]
    clock.forward(timedelta(seconds=6))
    assert (await carlos.sign_in(password="wrong one entirely")).codes == ["UNAUTHENTICATED"]
    clock.forward(FIRST_LOCK)
    assert (await carlos.sign_in()).codes == ["UNAUTHENTICATED"], "the second lock is longer"
    clock.forward(FIRST_LOCK)
    assert (await carlos.sign_in()).made
    for _ in range(4):
        await carlos.sign_in(password="wrong one entirely")
    clock.forward(timedelta(minutes=1))
    assert (await carlos.sign_in()).made, "the right one has reset the count"


async def test_fifty_guesses_at_once_are_no_more_than_five(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    await asyncio.gather(*(carlos.client.ask("proveYourself", code=f"{number:06}") for number in range(50)))
    (counted,) = await scene.house.use.store.attempts.find({})
    assert counted.failures == 5
    clock.forward(timedelta(seconds=40))
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).codes == ["INVALID"]
    assert (await carlos.sign_in()).made, "guessing with a stolen token keeps nobody from signing in"


def test_a_lock_grows_to_an_hour_and_failures_are_forgotten_after_a_day(clock: MovableClock) -> None:
    now, there, locks = clock(), None, []
    for _ in range(14):
        there = one_more(there, "a", now)
        assert there is not None
        if there.locked_until is not None:
            locks.append(there.locked_until - now)
            assert one_more(there, "a", there.locked_until - timedelta(seconds=1)) is None
            now = there.locked_until
    assert locks[:3] == [FIRST_LOCK, 2 * FIRST_LOCK, 4 * FIRST_LOCK]
    assert locks[-1] == max(locks) == LONGEST_LOCK
    assert one_more(there, "a", now + timedelta(days=2)) == Attempts("a", 1, 15, None, now + timedelta(days=3))


async def test_a_second_factor_of_one_account_is_none_of_another(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    olivia = await holder(scene.officer, "olivia", clock)
    store = scene.house.use.store
    credentials = store.credentials.collection
    his, hers = [await credentials.find_one({"signInName": one.sign_in_name}) for one in (carlos, olivia)]
    assert his is not None
    assert hers is not None
    plain = await store.credentials.get(his["_id"])
    assert plain is not None
    for put_in in (his["factor"], plain.factor):
        await credentials.update_one({"_id": hers["_id"]}, {"$set": {"factor": put_in}})
        clock.forward(timedelta(minutes=1))
        assert (await olivia.client.ask("proveYourself", code=carlos.code())).codes == ["UNREADABLE"]
    await credentials.update_one({"_id": hers["_id"]}, {"$set": {"factor": hers["factor"]}})
    assert (await olivia.client.ask("proveYourself", code=olivia.recovery_codes[0])).made


async def test_who_lost_phone_and_codes_is_reset_by_an_operator_and_comes_back_to_the_same_account(
    scene: Scene, clock: MovableClock
) -> None:
    use = scene.house.use
    carlos = await coordinator_of(scene, clock)
    account_id = (await scene.coordinator.ask("viewer")).value["id"]
    before = await everything(use.store)
    with pytest.raises(DomainError, match="There is no such account"):
        await reset_by_operator(use, "nobody")
    assert await everything(use.store) == before
    for _ in range(5):
        await carlos.sign_in(password="wrong one entirely")
    _, earlier = await reset_by_operator(use, account_id)
    account, secret = await reset_by_operator(use, account_id)
    assert account.id == account_id
    assert (await scene.coordinator.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await carlos.sign_in(code=carlos.recovery_codes[0])).codes == ["UNAUTHENTICATED"]
    assert await use.store.credentials.get(account_id) is None
    assert (await accept(scene.stranger, earlier)).codes == ["EXPIRED"]
    made = (await accept(scene.stranger, secret)).made
    assert (made["account"]["id"], made["account"]["name"]) == (account_id, "Coordinator")
    assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"]
    back = await holder(scene.stranger.signed_in(made["token"]), carlos.sign_in_name, clock)
    clock.forward(timedelta(minutes=1))
    assert (await back.sign_in()).made, "name and count of failures are free again"
    _, third = await reset_by_operator(use, account_id)
    assert (await scene.admin.ask("closeAccount", id=account_id)).made
    assert (await accept(scene.stranger, third)).codes == ["EXPIRED"]
    with pytest.raises(DomainError, match="There is no such account"):
        await reset_by_operator(use, account_id)
