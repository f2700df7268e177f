"""Passwords, the second factor, and proving oneself before a decision."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.account import Role
from backend.domain.credential import FIRST_LOCK, LONGEST_LOCK, PROOF_LASTS, Attempts, one_more
from backend.domain.errors import DomainError
from backend.domain.event import EventKind
from backend.services.credentials import sign_in_with_password
from backend.services.resets import reset_by_operator
from backend.services.sessions import session_id, viewer_of_session
from backend.simulation.desk import set_up_desk
from backend.simulation.phones import Phone
from backend.store.database import Store
from tests.integration.test_invites import accept
from tests.support.client import OPERATIONS, Client
from tests.support.house import House, Scene, running_house
from tests.support.matched_pair import a_matched_pair
from tests.support.movable_clock import MovableClock
from tests.support.records import report
from tests.support.second_factor import PASSWORD, Holder, holder
from tests.support.snapshot import everything, settled

DECISIONS = ("confirmMatch", "rejectMatch", "undoMatch", "linkDuplicate", "unlinkDuplicate", "dismissDuplicate")
NEVER = "000000"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def house(database_uri: str, database_name: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    """A server whose clock can be put forward."""
    async with running_house(database_uri, database_name, tmp_path, clock=clock) as running:
        yield running


async def all_but_counts(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Everything but the counts of failures, which a refusal does change."""
    return {name: documents for name, documents in (await everything(store)).items() if name != "attempts"}


async def unproven(scene: Scene) -> None:
    """As if everybody had come in long ago."""
    await scene.house.use.store.sessions.collection.update_many({}, {"$unset": {"provenAt": ""}})


async def credentials_of(client: Client) -> dict[str, Any]:
    return dict((await client.ask("viewer")).value["credentials"])


async def coordinator_of(scene: Scene, clock: MovableClock) -> Holder:
    return await holder(scene.coordinator, "carlos.medina", clock)


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
        await sign_in_with_password(elsewhere, "carlos.medina", PASSWORD, carlos.code(), address="192.0.2.1")
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
            await sign_in_with_password(use, name, "wrong one entirely", None, address="192.0.2.1")
        assert hashing.times == 1, name


async def test_names_of_nobody_are_counted_in_a_bounded_room(scene: Scene) -> None:
    for name in ("nobody.one", "nobody.two"):
        guess = {"signInName": name, "password": PASSWORD}
        assert (await scene.stranger.ask("signInWithPassword", input=guess)).codes == ["UNAUTHENTICATED"]
    for counted in await scene.house.use.store.attempts.find({}):
        assert len(counted.id.removeprefix("sign-in nobody ")) == 3


async def test_a_decision_needs_a_proof_and_a_claim_does_not(scene: Scene, clock: MovableClock) -> None:
    secrets = await a_matched_pair(scene)
    carlos = await coordinator_of(scene, clock)
    clock.forward(PROOF_LASTS + timedelta(seconds=1))
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for name in DECISIONS:
        answer = await carlos.client.ask(name, **secrets.variables[name])
        assert answer.codes == ["STEP_UP_NEEDED"], name
        words = answer.value["errors"][0]["message"]
        assert words == "Please enter the code of your authenticator app; it is good for five minutes."
    assert await everything(scene.house.use.store) == before
    assert (await credentials_of(carlos.client))["provenUntil"] is None
    assert (await carlos.client.ask("proveYourself", code=carlos.code())).made["provenUntil"]
    assert (await credentials_of(carlos.client))["provenUntil"] is not None
    assert (await carlos.client.ask("linkDuplicate", **secrets.variables["linkDuplicate"])).made
    clock.forward(PROOF_LASTS + timedelta(seconds=1))
    assert (await carlos.client.ask("claimMatch", **secrets.variables["claimMatch"])).made


async def test_a_proof_runs_out_after_five_minutes_and_is_of_one_session(scene: Scene, clock: MovableClock) -> None:
    secrets = await a_matched_pair(scene)
    carlos = await coordinator_of(scene, clock)
    stale = {"input": secrets.variables["confirmMatch"]["input"] | {"version": 999}}
    clock.forward(PROOF_LASTS - timedelta(seconds=10))
    assert (await carlos.client.ask("confirmMatch", **stale)).codes == ["CONFLICT"]
    clock.forward(timedelta(seconds=11))
    assert (await carlos.client.ask("confirmMatch", **stale)).codes == ["STEP_UP_NEEDED"]
    there = scene.stranger.signed_in((await carlos.sign_in()).made["token"])
    assert (await there.ask("confirmMatch", **stale)).codes == ["CONFLICT"]
    assert (await carlos.client.ask("confirmMatch", **stale)).codes == ["STEP_UP_NEEDED"]


async def test_who_has_no_second_factor_is_told_to_set_it_up_and_a_password_alone_proves_nothing(
    scene: Scene,
) -> None:
    secrets = await a_matched_pair(scene)
    await unproven(scene)
    step = secrets.variables["confirmMatch"]
    answer = await scene.officer.ask("confirmMatch", **step)
    assert answer.codes == ["STEP_UP_NEEDED"]
    assert "set a password and add Reunify to an authenticator app" in answer.value["errors"][0]["message"]
    assert (await scene.officer.ask("beginSecondFactor", input={"password": PASSWORD})).codes == ["INVALID"]
    assert (await scene.officer.ask("proveYourself", code=NEVER)).codes == ["STEP_UP_NEEDED"]
    new = {"signInName": "olivia", "password": PASSWORD}
    assert (await scene.officer.ask("setPassword", input=new)).made
    there = scene.stranger.signed_in((await scene.stranger.ask("signInWithPassword", input=new)).made["token"])
    assert (await there.ask("confirmMatch", **step)).codes == ["STEP_UP_NEEDED"]
    begun = (await there.ask("beginSecondFactor", input={"password": PASSWORD})).made
    assert begun["secret"]
    assert (await there.ask("confirmMatch", **step)).codes == ["STEP_UP_NEEDED"], "begun is not confirmed"


async def test_who_may_not_decide_learns_nothing_of_proofs(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=opened["incident"]["id"])
    await unproven(scene)
    for person in (scene.stranger, scene.volunteer, scene.call_taker, secrets.family, scene.admin, outsider):
        for name in DECISIONS:
            codes = (await person.ask(name, **secrets.variables[name])).codes
            assert codes, name
            assert set(codes) <= {"UNAUTHENTICATED", "NOT_FOUND", "FORBIDDEN"}, name


async def test_a_proof_given_meanwhile_counts_on_a_connection_that_is_open(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    clock.forward(timedelta(minutes=6))
    async with carlos.client.follow("matchChanges", incidentId=scene.incident_id) as changes:
        assert (await carlos.client.ask("proveYourself", code=carlos.code())).made
        await a_matched_pair(scene)
        assert (await changes.next_record())["id"], "the connection stands, although its session was proven"


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


async def test_a_second_factor_of_one_account_is_none_of_another(scene: Scene, clock: MovableClock) -> None:
    carlos = await coordinator_of(scene, clock)
    olivia = await holder(scene.officer, "olivia", clock)
    store = scene.house.use.store
    his, hers = [await store.credentials.find_one({"signInName": one.sign_in_name}) for one in (carlos, olivia)]
    assert his is not None
    assert hers is not None
    await store.credentials.collection.update_one({"_id": hers.id}, {"$set": {"factor": his.factor}})
    clock.forward(timedelta(minutes=1))
    assert (await olivia.client.ask("proveYourself", code=carlos.code())).codes == ["INVALID"]
    assert (await olivia.client.ask("proveYourself", code=olivia.recovery_codes[0])).made


async def test_the_coordinator_of_an_exercise_decides_and_enters_a_code_when_asked(
    scene: Scene, clock: MovableClock
) -> None:
    secrets = await a_matched_pair(scene)
    await unproven(scene)
    phone = Phone(scene.coordinator.session, scene.coordinator.url, OPERATIONS, scene.coordinator.token)
    desk = await set_up_desk(phone, "coordinator.of.the.exercise", clock)
    clock.forward(timedelta(minutes=6))
    decided = await desk.decide("confirmMatch", **secrets.variables["confirmMatch"])
    assert decided["match"]["state"] == "CONFIRMED"


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


async def test_the_use_of_a_session_is_written_down_every_few_minutes_and_a_desk_left_alone_is_signed_out(
    scene: Scene, clock: MovableClock
) -> None:
    store = scene.house.use.store
    own = session_id(scene.house.use, scene.coordinator.token or "")

    async def last_used() -> Any:
        session = await store.sessions.get(own)
        return None if session is None else session.last_used_at

    assert (await scene.coordinator.ask("viewer")).codes == []
    assert await last_used() is None
    clock.forward(timedelta(minutes=4))
    assert (await scene.coordinator.ask("viewer")).codes == []
    written = await last_used()
    assert written is not None
    clock.forward(timedelta(minutes=1))
    assert (await scene.coordinator.ask("ownSessions")).value[0]["lastUsedAt"].startswith(f"{written:%Y-%m-%dT%H:%M}")
    assert await last_used() == written
    for _ in range(3):
        clock.forward(timedelta(hours=1, minutes=50))
        assert (await scene.coordinator.ask("viewer")).codes == []
    clock.forward(timedelta(hours=2, minutes=1))
    for person in (scene.coordinator, scene.officer, scene.admin, scene.call_taker):
        assert (await person.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await scene.volunteer.ask("viewer")).codes == []
    clock.forward(timedelta(days=6))
    assert (await scene.volunteer.ask("viewer")).codes == []
    clock.forward(timedelta(days=7, minutes=1))
    assert (await scene.volunteer.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_asking_whether_a_connection_still_stands_is_no_use_of_its_session(
    scene: Scene, clock: MovableClock
) -> None:
    use = scene.house.use
    own = session_id(use, scene.coordinator.token or "")
    clock.forward(timedelta(hours=1))
    assert await viewer_of_session(use, own) is not None
    clock.forward(timedelta(hours=1, minutes=1))
    assert await viewer_of_session(use, own) is None


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
