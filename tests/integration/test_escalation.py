"""Escalation: who is told of what waits, whom next if nobody takes it, how seldom, and what taking and leaving do."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from backend.domain.account import Role
from backend.domain.alert import AlertKind
from backend.domain.escalation import BETWEEN_ROUNDS, TAKEN_FOR
from backend.services.escalation import escalate
from tests.integration.test_questions import answer as answer_of_family
from tests.integration.test_questions import asked as asked_of_family
from tests.integration.test_questions import filed
from tests.integration.test_rechecks import answer, asked, taken_in
from tests.support.client import Client
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.push_service import fake_push_service
from tests.support.records import child, report
from tests.support.rotas import id_of, set_rota, shift
from tests.support.snapshot import everything, settled

N = timedelta(minutes=15, seconds=1)


async def a_match(scene: Scene) -> str:
    """A match that has just been proposed, with whoever is told of it at once."""
    (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made  # noqa: B018 (it says whether it was done)
    return await another(scene)


async def another(scene: Scene) -> str:
    before = {one.id for one in await scene.house.use.store.matches.find({})}
    (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made  # noqa: B018 (as above)
    await settled(scene.house.use.store)
    (new,) = [one.id for one in await scene.house.use.store.matches.find({}) if one.id not in before]
    return new


async def told(scene: Scene, kind: AlertKind = AlertKind.MATCH_WAITS) -> list[str]:
    """Who was told so far, one after another; those of one round by their ids."""
    await worked_off(scene)
    found = await scene.house.use.store.alerts.find({"kind": kind.value})
    return [one.owner_id for one in sorted(found, key=lambda one: (one.created_at, one.owner_id))]


async def later(scene: Scene, clock: MovableClock, by: timedelta) -> None:
    clock.forward(by)
    await worked_off(scene)


async def worked_off(scene: Scene) -> None:
    """What waits is told to whoever is next, by the clock of the server."""
    await settled(scene.house.use.store)
    while await escalate(scene.house.use):
        pass


async def until_queued(scene: Scene) -> None:
    async with asyncio.timeout(10):
        while not await scene.house.use.store.deliveries.find({"state": "QUEUED"}):  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.02)


async def colleague(scene: Scene) -> tuple[Client, str]:
    client = await scene.house.person(Role.COORDINATOR, incident_id=scene.incident_id)
    return client, await id_of(client)


async def test_those_on_duty_are_told_step_by_step_then_all_coordinators_and_then_nobody(
    scene: Scene, clock: MovableClock
) -> None:
    first, (_, second), (_, off_duty) = await id_of(scene.coordinator), await colleague(scene), await colleague(scene)
    (await set_rota(scene.coordinator, scene, shift(second, clock(), step=2), shift(first, clock()))).made  # noqa: B018 (it says whether it was done)
    await a_match(scene)
    assert await told(scene) == [first]
    await later(scene, clock, N - timedelta(seconds=30))
    assert await told(scene) == [first], "not before the time"
    await later(scene, clock, timedelta(seconds=31))
    assert await told(scene) == [first, second]
    await later(scene, clock, N)
    assert await told(scene) == [first, second, *sorted([first, second, off_duty])]
    await later(scene, clock, timedelta(days=1))
    assert len(await told(scene)) == 5
    assert await scene.house.use.store.escalations.find({}) == []


async def test_where_nobody_is_on_duty_all_coordinators_are_told_at_once_and_once_more(
    scene: Scene, clock: MovableClock
) -> None:
    everybody = sorted([await id_of(scene.coordinator), (await colleague(scene))[1]])
    changing = {"id": scene.incident_id, "version": 1, "escalateMinutes": 5}
    (await scene.coordinator.ask("changeIncident", input=changing)).made  # noqa: B018 (it says whether it was done)
    await a_match(scene)
    assert await told(scene) == everybody, "and no officer, call taker, volunteer, or administrator"
    await later(scene, clock, timedelta(minutes=5, seconds=1))
    assert await told(scene) == everybody * 2
    await later(scene, clock, timedelta(days=1))
    assert await told(scene) == everybody * 2


async def test_what_was_taken_is_told_no_further_and_waits_anew_when_it_is_left(
    scene: Scene, clock: MovableClock
) -> None:
    coordinator_id, match_id = await id_of(scene.coordinator), await a_match(scene)
    taken = (await scene.coordinator.ask("takeMatch", id=match_id)).made["match"]
    assert (taken["state"], taken["claimedBy"], taken["claimedByName"]) == ("CLAIMED", coordinator_id, "Coordinator")
    again = (await scene.coordinator.ask("takeMatch", id=match_id)).made["match"]
    assert again == taken
    await settled(scene.house.use.store)
    await later(scene, clock, N)
    assert await told(scene) == [coordinator_id]
    other, _ = await colleague(scene)
    before = await everything(scene.house.use.store)
    for name in ("takeMatch", "leaveMatch"):
        refused = await other.ask(name, id=match_id)
        assert (refused.codes, refused.value["match"]["claimedBy"]) == (["CONFLICT"], coordinator_id)
        assert (await scene.volunteer.ask(name, id=match_id)).codes == ["NOT_FOUND"]
        assert (await scene.stranger.ask(name, id=match_id)).codes == ["UNAUTHENTICATED"]
    after = await everything(scene.house.use.store)
    assert {name: there for name, there in after.items() if name != "audit"} == {
        name: there for name, there in before.items() if name != "audit"
    }
    for _ in range(2):
        left = (await scene.coordinator.ask("leaveMatch", id=match_id)).made["match"]
        assert (left["state"], left["claimedBy"], left["claimedAt"]) == ("POTENTIAL", None, None)
    assert len(await told(scene)) == 3, "both coordinators hear of it, as of one that was just proposed"


async def test_what_was_taken_and_not_decided_comes_back_after_half_an_hour(scene: Scene, clock: MovableClock) -> None:
    match_id = await a_match(scene)
    async with scene.officer.follow("matchChanges", incidentId=scene.incident_id) as queue:
        await queue.next_message()
        (await scene.coordinator.ask("takeMatch", id=match_id)).made  # noqa: B018 (it says whether it was done)
        shown = await queue.next_record()
        assert (shown["state"], shown["claimedByName"]) == ("CLAIMED", "Coordinator")
        await settled(scene.house.use.store)
        await later(scene, clock, TAKEN_FOR + timedelta(seconds=1))
        shown = await queue.next_record()
        assert (shown["state"], shown["claimedByName"]) == ("POTENTIAL", None)
    decided = await scene.coordinator.ask("takeMatch", id=match_id)
    confirming = {"id": match_id, "version": decided.made["match"]["version"]}
    await settled(scene.house.use.store)
    await scene.house.use.store.sessions.collection.update_many({}, {"$set": {"provenAt": clock()}})
    (await scene.coordinator.ask("confirmMatch", input=confirming)).made  # noqa: B018 (as above)
    await later(scene, clock, TAKEN_FOR + timedelta(seconds=1))
    assert (await scene.officer.ask("match", id=match_id)).value["state"] == "CONFIRMED", "what is decided stays"


async def test_many_matches_make_one_alert_for_each_person_and_later_ones_one_more(
    scene: Scene, clock: MovableClock
) -> None:
    coordinator_id = await id_of(scene.coordinator)
    await a_match(scene)
    for _ in range(3):
        await another(scene)
    assert await told(scene) == [coordinator_id]
    await later(scene, clock, BETWEEN_ROUNDS + timedelta(seconds=1))
    assert await told(scene) == [coordinator_id] * 2
    alerts = await scene.house.use.store.alerts.find({"kind": "MATCH_WAITS"})
    assert {one.subject_id for one in alerts} == {scene.incident_id}, "so that a newer one takes the older's place"


async def test_two_workers_at_once_tell_nobody_twice(scene: Scene, clock: MovableClock) -> None:
    coordinator_id = await id_of(scene.coordinator)
    await a_match(scene)
    clock.forward(N)
    await asyncio.gather(*(escalate(scene.house.use) for _ in range(4)))
    assert await told(scene) == [coordinator_id] * 2


async def test_whom_an_alert_is_on_its_way_to_is_sent_no_other(scene: Scene, clock: MovableClock) -> None:
    """Such as at night: in the morning there is one, and not one for each round."""
    begun, ends = clock() - timedelta(hours=1), clock() + timedelta(hours=2)
    quiet = {"start": f"{begun:%H:%M}", "until": f"{ends:%H:%M}", "timeZone": "UTC"}
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
        (await scene.coordinator.ask("registerDevice", input=device)).made  # noqa: B018 (it says whether it was done)
        chosen = {"byPush": True, "byEmail": False, "language": "en", "quiet": quiet}
        (await scene.coordinator.ask("chooseAlerts", input=chosen)).made  # noqa: B018 (as above)
        (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made  # noqa: B018 (as above)
        (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made  # noqa: B018 (as above)
        await until_queued(scene)
        clock.forward(N)
        assert not await escalate(scene.house.use)
        found = await scene.house.use.store.alerts.find({"kind": "MATCH_WAITS"})
        assert len(found) == 1
        assert [one.step for one in await scene.house.use.store.escalations.find({})] == [], "it was told all the same"


async def test_a_webhook_that_does_not_answer_keeps_nobody_from_being_told(scene: Scene, clock: MovableClock) -> None:
    coordinator_id = await id_of(scene.coordinator)
    hook = {"incidentId": scene.incident_id, "url": "https://hooks.example.org/x", "kinds": ["MATCH_WAITS"]}
    made = (await scene.admin.ask("addWebhook", input=hook)).made["webhook"]
    assert (await scene.admin.ask("pauseWebhook", id=made["id"])).made
    await a_match(scene)
    assert await told(scene) == [coordinator_id]
    await until_queued(scene)
    await later(scene, clock, N)
    assert await told(scene) == [coordinator_id] * 2


async def test_the_site_s_volunteers_are_told_of_a_re_check_then_the_coordinators_and_nobody_once_it_is_answered(
    scene: Scene, clock: MovableClock
) -> None:
    girl = await taken_in(scene)
    volunteer_id, coordinator_id = await id_of(scene.volunteer), await id_of(scene.coordinator)
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, "language": "ht"}
        (await scene.volunteer.ask("registerDevice", input=device)).made  # noqa: B018 (it says whether it was done)
        recheck_id = await asked(scene, girl)
        assert await told(scene, AlertKind.CHILD_RECHECK) == [volunteer_id]
        (message,) = push.messages(phone)
        assert json.loads(message) == {"kind": "CHILD_RECHECK", "id": scene.site_id, "language": "ht"}
    await later(scene, clock, N)
    assert await told(scene, AlertKind.CHILD_RECHECK) == [volunteer_id, coordinator_id]
    (await answer(scene.volunteer, recheck_id, cannotSay=True)).made  # noqa: B018 (as above)
    await later(scene, clock, N)
    assert await told(scene, AlertKind.CHILD_RECHECK) == [volunteer_id, coordinator_id]


async def test_those_on_duty_are_told_of_a_question_that_its_family_does_not_answer_in_time_and_then_all_coordinators(
    scene: Scene, clock: MovableClock
) -> None:
    first, (_, off_duty) = await id_of(scene.coordinator), await colleague(scene)
    assert (await set_rota(scene.coordinator, scene, shift(first, clock()))).made
    family, report_id = await filed(scene)
    question_id = await asked_of_family(scene, report_id, "LANGUAGE")
    family_id = (await scene.coordinator.ask("report", id=report_id)).value["familyId"]
    assert await told(scene, AlertKind.REPORT_NEWS) == [family_id]
    await later(scene, clock, N - timedelta(seconds=30))
    assert await told(scene, AlertKind.QUESTION_WAITS) == [], "the family has its time"
    async with fake_push_service() as push:
        phone = push.subscribe()
        device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
        assert (await scene.coordinator.ask("registerDevice", input=device)).made
        await later(scene, clock, timedelta(seconds=31))
        assert await told(scene, AlertKind.QUESTION_WAITS) == [first]
        (message,) = push.messages(phone)
        assert json.loads(message) == {"kind": "QUESTION_WAITS", "id": scene.incident_id, "language": "en"}
    await later(scene, clock, N)
    assert await told(scene, AlertKind.QUESTION_WAITS) == [first, *sorted([first, off_duty])]
    await later(scene, clock, timedelta(days=1))
    assert len(await told(scene, AlertKind.QUESTION_WAITS)) == 3
    assert await scene.house.use.store.escalations.find({}) == []
    assert (await answer_of_family(family, question_id, languages=["es"])).made, "it is still asked"


async def test_nobody_is_told_of_a_question_that_was_answered_or_dropped_or_whose_report_is_withdrawn(
    scene: Scene, clock: MovableClock
) -> None:
    families = [await filed(scene) for _ in range(3)]
    questions = [await asked_of_family(scene, report_id, "LANGUAGE") for _, report_id in families]
    await settled(scene.house.use.store)
    assert (await answer_of_family(families[0][0], questions[0], languages=["es"])).made
    assert (await scene.coordinator.ask("dropQuestion", id=questions[1])).made
    withdrawn = await families[2][0].ask("withdrawReport", id=families[2][1], version=1)
    assert withdrawn.made
    await later(scene, clock, N)
    assert await told(scene, AlertKind.QUESTION_WAITS) == []
    assert await scene.house.use.store.escalations.find({"kind": "QUESTION_WAITS"}) == []


async def test_a_re_check_goes_with_a_child_that_is_moved(scene: Scene) -> None:
    girl = await taken_in(scene)
    recheck_id = await asked(scene, girl)
    await settled(scene.house.use.store)
    async with scene.other_volunteer.follow("siteChanges", siteId=scene.other_site_id) as there:
        await there.next_message()
        moving = {"id": girl, "version": 1, "siteId": scene.other_site_id}
        (await scene.volunteer.ask("moveRegistration", input=moving)).made  # noqa: B018 (it says whether it was done)
        assert (await scene.volunteer.ask("recheck", id=recheck_id)).codes == ["NOT_FOUND"]
        rechecks: list[Any] = []
        while not rechecks:
            rechecks = (await there.next_message())["payload"]["data"]["siteChanges"]["rechecks"]
    assert [one["id"] for one in rechecks] == [recheck_id]
    others = [await id_of(scene.volunteer), await id_of(scene.other_volunteer)]
    assert await told(scene, AlertKind.CHILD_RECHECK) == others
    listed = await scene.other_volunteer.ask("rechecks", incidentId=scene.incident_id, siteId=scene.other_site_id)
    assert [edge["node"]["id"] for edge in listed.value["edges"]] == [recheck_id]


async def test_what_fails_at_one_place_holds_up_no_other(scene: Scene, clock: MovableClock) -> None:
    await asked(scene, await taken_in(scene))
    (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made  # noqa: B018 (it says whether it was done)
    await worked_off(scene)
    # A round that cannot be read: as if somebody had written over it.
    wrong = {"$set": {"sent": 7}}
    await scene.house.use.store.escalation_rounds.collection.update_one(
        {"_id": f"RECHECK_WAITS {scene.site_id}"}, wrong
    )
    await later(scene, clock, N)
    found = await scene.house.use.store.alerts.find({"kind": "MATCH_WAITS"})
    assert len(found) == 2
    assert len(await scene.house.use.store.escalations.find({"kind": "RECHECK_WAITS"})) == 1, "it is due still"
