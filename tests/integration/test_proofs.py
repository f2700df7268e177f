"""Proving oneself before a decision."""

from datetime import timedelta

from backend.domain.account import Role
from backend.domain.credential import PROOF_LASTS
from backend.simulation.desk import set_up_desk
from backend.simulation.phones import Phone
from tests.support.client import OPERATIONS
from tests.support.house import Scene
from tests.support.matched_pair import a_matched_pair
from tests.support.movable_clock import MovableClock
from tests.support.second_factor import NEVER, PASSWORD, coordinator_of, credentials_of, holder, unproven
from tests.support.snapshot import everything, settled

DECISIONS = ("confirmMatch", "rejectMatch", "undoMatch", "linkDuplicate", "unlinkDuplicate", "dismissDuplicate")


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
    assert (await carlos.client.ask("takeMatch", **secrets.variables["takeMatch"])).made


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


async def test_when_records_are_destroyed_and_who_else_decides_is_said_with_a_proof(
    scene: Scene, clock: MovableClock
) -> None:
    carlos = await coordinator_of(scene, clock)
    clock.forward(PROOF_LASTS + timedelta(seconds=1))
    seen = (await carlos.client.ask("incident", id=scene.incident_id)).value
    named = {"id": scene.incident_id, "version": seen["version"]}
    before = await everything(scene.house.use.store)
    for change in ({"status": "CLOSED"}, {"retentionDays": 1}):
        assert (await carlos.client.ask("changeIncident", input={**named, **change})).codes == ["STEP_UP_NEEDED"]
    assert await everything(scene.house.use.store) == before
    same = {"name": "Ida", "status": seen["status"], "retentionDays": seen["retentionDays"]}
    assert (await carlos.client.ask("changeIncident", input={**named, **same})).made
    officer = {"input": {"role": "OFFICER", "incidentId": scene.incident_id}}
    ada = await holder(scene.admin, "ada.lovelace", clock)
    assert (await ada.client.ask("createInvite", **officer)).made
    clock.forward(PROOF_LASTS + timedelta(seconds=1))
    before = await everything(scene.house.use.store)
    assert (await ada.client.ask("createInvite", **officer)).codes == ["STEP_UP_NEEDED"]
    assert await everything(scene.house.use.store) == before
    at_a_site = {"input": {"role": "VOLUNTEER", "siteId": scene.site_id}}
    assert (await ada.client.ask("createInvite", **at_a_site)).made, "many come in at once, and decide nothing"
