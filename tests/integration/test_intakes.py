"""Helpers without an account: in by a posted code, for some hours, to register and see nothing but their own."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from backend.domain.account import Role
from backend.domain.event import EventKind
from tests.support.client import Client, new_id, retry_key
from tests.support.doors import a_helper, at_the_door, opened
from tests.support.house import Scene, running_house, set_scene
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.records import child
from tests.support.snapshot import everything, settled


async def enter(stranger: Client, code: str, **changes: Any) -> Any:
    return await stranger.ask(
        "enterIntake", input={"code": code, "name": "Wendell", "retryKey": retry_key(), **changes}
    )


async def test_who_lets_volunteers_in_opens_a_site_and_nobody_else(scene: Scene) -> None:
    there = {"siteId": scene.site_id, "hours": 2}
    helper = await a_helper(scene)
    elsewhere = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=elsewhere["incident"]["id"])
    before = await everything(scene.house.use.store)
    others = (scene.stranger, helper, scene.volunteer, scene.other_volunteer, scene.call_taker, scene.officer, outsider)
    for person in others:
        assert (await person.ask("openIntake", input=there)).codes[0] in {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
        listed = await person.ask("intakes", incidentId=scene.incident_id, siteId=scene.site_id)
        assert listed.codes[0] in {"UNAUTHENTICATED", "FORBIDDEN"}
    for hours in (0, 73):
        refused = await scene.coordinator.ask("openIntake", input={**there, "hours": hours})
        assert [error["field"] for error in refused.value["errors"]] == ["hours"]
    assert await everything(scene.house.use.store) == before
    assert (await scene.admin.ask("openIntake", input=there)).made["code"]


async def test_the_code_is_told_once_and_kept_nowhere(scene: Scene) -> None:
    made = await opened(scene)
    store = scene.house.use.store
    kept = str(await everything(store))
    assert made["code"] not in kept
    assert made["code"].replace("-", "") not in kept
    (listed,) = (await scene.coordinator.ask("intakes", incidentId=scene.incident_id, siteId=scene.site_id)).value[
        "edges"
    ]
    assert listed["node"]["id"] == made["intake"]["id"]
    helper = await at_the_door(scene, made["code"].lower().replace("-", " "))
    me = (await helper.ask("viewer")).value
    assert (me["role"], me["name"], me["siteIds"]) == ("UNVERIFIED_REGISTRAR", "Wendell", [scene.site_id])


async def test_a_code_that_is_none_lets_nobody_in_and_teaches_nothing(scene: Scene) -> None:
    made = await opened(scene)
    (await scene.coordinator.ask("closeIntake", id=made["intake"]["id"])).made  # noqa: B018 (it says whether it was done)
    before = await everything(scene.house.use.store)
    closed, guessed = await enter(scene.stranger, made["code"]), await enter(scene.stranger, "0000-0000")
    assert closed.body == guessed.body
    assert (guessed.codes, guessed.value["token"]) == (["EXPIRED"], None)
    nobody = await enter(scene.stranger, made["code"], name=" ")
    short = await enter(scene.stranger, made["code"], retryKey="short")
    assert [nobody.value["errors"][0]["field"], short.value["errors"][0]["field"]] == ["name", "retryKey"]
    assert await everything(scene.house.use.store) == before


async def test_guessing_codes_is_slowed_by_address(database_uri: str, database_name: str, tmp_path: Path) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False, rate_guesses="8 per hour") as house:
        scene = await set_scene(house)
        code = (await opened(scene))["code"]
        for _ in range(8):
            assert (await enter(scene.stranger, "0000-0000")).codes == ["EXPIRED"]
        slowed = await enter(scene.stranger, code)
        assert slowed.codes == ["RATE_LIMITED"]
        assert "retry-after" in slowed.headers
        async with scene.stranger.at("127.0.0.2") as elsewhere:
            assert (await enter(elsewhere, code)).made["token"]


async def test_entering_again_after_a_lost_answer_is_the_same_helper(scene: Scene) -> None:
    code = (await opened(scene))["code"]
    key = retry_key()
    answers = await asyncio.gather(*(enter(scene.stranger, code, retryKey=key) for _ in range(5)))
    assert len({str(answer.made) for answer in answers}) == 1
    assert (await enter(scene.stranger, code)).made["token"] != answers[0].made["token"]
    assert await scene.house.use.store.accounts.collection.count_documents({"role": "UNVERIFIED_REGISTRAR"}) == 2


async def test_a_helper_registers_and_sends_the_same_again_as_a_volunteer_does(scene: Scene) -> None:
    helper, one = await a_helper(scene), child(scene.site_id)
    first = (await helper.ask("registerPerson", input=one)).made["registration"]
    assert (await helper.ask("registerPerson", input=one)).made["registration"] == first
    siblings = {"groupId": new_id(), "siblings": [child(scene.site_id), child(scene.site_id)]}
    both = [(await helper.ask("registerSiblings", input=siblings)).made for _ in range(2)]
    assert both[0] == both[1]
    sent = [await helper.upload(picture(), registration=one["id"], id=new_id()) for _ in range(2)]
    assert [answer.status for answer in sent] == [201, 201]
    seen = (await helper.ask("registration", id=one["id"])).value
    assert (seen["confirmation"], len(seen["photos"])) == ("UNCONFIRMED", 2)
    assert seen["medicalNotes"] is None, "they are for those who care for the child"
    typo = {"id": one["id"], "version": seen["version"], "person": {"names": {"given": "Marisela"}}}
    assert (await helper.ask("changeRegistration", input=typo)).made["registration"]["version"] == seen["version"] + 1
    # Once somebody stands for it, the phone that never heard the answer still learns that it was saved, and no more.
    there = (await scene.volunteer.ask("registration", id=one["id"])).value
    step = {"id": one["id"], "version": there["version"]}
    (await scene.volunteer.ask("confirmRegistration", **step)).made  # noqa: B018 (it says whether it was done)
    again = (await helper.ask("registerPerson", input=one)).made["registration"]
    assert (again["id"], again["status"]) == (one["id"], "IN_CARE")
    assert (await helper.ask("registration", id=one["id"])).codes == ["NOT_FOUND"]


async def test_a_helper_reaches_nobody_else_s_record_and_no_other_site(scene: Scene) -> None:
    store = scene.house.use.store
    helper, of_another_helper = await a_helper(scene), await a_helper(scene)
    by_volunteer, by_helper, own = child(scene.site_id), child(scene.site_id), child(scene.site_id)
    for person, one in ((scene.volunteer, by_volunteer), (of_another_helper, by_helper), (helper, own)):
        (await person.ask("registerPerson", input=one)).made  # noqa: B018 (it says whether it was done)
    await settled(store)
    before = await everything(store)
    for other in (by_volunteer["id"], by_helper["id"]):
        assert (await helper.ask("registration", id=other)).codes == ["NOT_FOUND"]
        changed = {"id": other, "version": 1, "person": {"names": {"given": "Mine"}}}
        assert (await helper.ask("changeRegistration", input=changed)).codes == ["NOT_FOUND"]
        assert (await helper.upload(picture(), registration=other, id=new_id())).status == 404
        assert (await helper.ask("confirmRegistration", id=other, version=1)).codes == ["NOT_FOUND"]
        assert (await helper.ask("possibleRelatives", registrationId=other)).codes == ["NOT_FOUND"]
    moved = {"id": own["id"], "version": 1, "siteId": scene.other_site_id}
    assert (await helper.ask("moveRegistration", input=moved)).codes == ["FORBIDDEN"]
    for step in ("confirmRegistration", "dismissRegistration", "restoreRegistration"):
        assert (await helper.ask(step, id=own["id"], version=1)).codes == ["FORBIDDEN"]
    for site_id in (None, scene.site_id, scene.other_site_id):
        listed = await helper.ask("registrations", incidentId=scene.incident_id, siteId=site_id)
        assert listed.codes == ["FORBIDDEN"]
    assert (await helper.ask("registerPerson", input=child(scene.other_site_id))).codes == ["NOT_FOUND"]
    assert (await helper.ask("incidents")).value["edges"] == []
    assert await everything(store) == before


async def test_what_waits_on_a_phone_is_taken_from_whoever_comes_in_on_it_next_and_is_there_once(scene: Scene) -> None:
    first, then, elsewhere = await a_helper(scene), await a_helper(scene), await a_helper(scene, scene.other_site_id)
    photo_id = new_id()
    one = child(scene.site_id, photoId=photo_id)
    brother = child(scene.site_id)
    siblings = {"groupId": new_id(), "siblings": [child(scene.site_id), brother]}
    assert (await first.ask("registerPerson", input=one)).made
    assert (await first.ask("registerSiblings", input=siblings)).made
    # The answers were lost, and the phone's person came in by another code: the same is there, and nothing is shown.
    assert (await then.ask("registerPerson", input=one)).made["registration"]["id"] == one["id"]
    assert (await then.ask("registerSiblings", input=siblings)).made
    assert (await then.ask("registerPerson", input={**one, "careStatus": "SEPARATED"})).codes == ["CONFLICT"]
    assert (await then.ask("registration", id=one["id"])).codes == ["NOT_FOUND"]
    there = (await scene.volunteer.ask("registration", id=one["id"])).value
    step = {"id": one["id"], "version": there["version"]}
    assert (await scene.volunteer.ask("confirmRegistration", **step)).made

    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    sending: dict[str, Any] = {"registration": one["id"], "id": photo_id}
    assert (await scene.stranger.upload(picture(), **sending)).status == 401
    for person in (scene.officer, scene.call_taker):
        assert (await person.upload(picture(), **sending)).status in {403, 404}
    assert (await then.upload(picture(), registration=one["id"], id=new_id())).status == 404, "no other photo"
    assert (await then.upload(picture(), registration=brother["id"], id=photo_id)).status == 404
    assert await everything(scene.house.use.store) == before
    for person in (then, first, elsewhere):
        assert (await person.upload(picture(), **sending)).status == 201
    seen = (await scene.volunteer.ask("registration", id=one["id"])).value
    assert [photo["id"] for photo in seen["photos"]] == [photo_id]
    assert (await then.ask("registration", id=one["id"])).codes == ["NOT_FOUND"]
    assert await scene.house.use.store.registrations.collection.count_documents({}) == 3


async def test_the_photo_that_waits_for_a_registration_that_was_dismissed_is_not_taken(scene: Scene) -> None:
    first, then, photo_id = await a_helper(scene), await a_helper(scene), new_id()
    one = child(scene.site_id, photoId=photo_id)
    assert (await first.ask("registerPerson", input=one)).made
    assert (await scene.volunteer.ask("dismissRegistration", id=one["id"], version=1)).made
    for person in (first, then):
        assert (await person.upload(picture(), registration=one["id"], id=photo_id)).status == 404


async def test_what_a_volunteer_writes_in_a_helper_s_record_the_helper_does_not_read(scene: Scene) -> None:
    helper, one, photographed = await a_helper(scene), child(scene.site_id), child(scene.site_id)
    for own in (one, photographed):
        (await helper.ask("registerPerson", input=own)).made  # noqa: B018 (it says whether it was done)
    changed = {"id": one["id"], "version": 1, "person": {"names": {"given": "Marisol"}, "notes": "in room 4"}}
    assert (await scene.volunteer.ask("changeRegistration", input=changed)).made
    assert (await scene.volunteer.upload(picture(), registration=photographed["id"], id=new_id())).status == 201
    for own in (one, photographed):
        assert (await helper.ask("registration", id=own["id"])).codes == ["NOT_FOUND"]
    assert "room 4" not in str((await helper.ask("registerPerson", input=one)).body)


async def test_closing_an_intake_signs_everybody_out_at_once_and_keeps_what_they_registered(scene: Scene) -> None:
    store = scene.house.use.store
    made = await opened(scene)
    helpers = [await at_the_door(scene, made["code"]) for _ in range(2)]
    staying = await a_helper(scene)
    own = child(scene.site_id)
    assert (await helpers[0].ask("registerPerson", input=own)).made
    for person in (scene.volunteer, scene.officer, helpers[0], staying):
        assert (await person.ask("closeIntake", id=made["intake"]["id"])).codes == ["NOT_FOUND"]
    closed = (await scene.coordinator.ask("closeIntake", id=made["intake"]["id"])).made["intake"]
    assert (closed["entered"], closed["closedAt"] is None) == (2, False)
    for helper in helpers:
        assert (await helper.ask("registerPerson", input=child(scene.site_id))).codes == ["UNAUTHENTICATED"]
    assert (await staying.ask("viewer")).value["role"] == "UNVERIFIED_REGISTRAR"
    assert (await scene.volunteer.ask("registration", id=own["id"])).value["confirmation"] == "UNCONFIRMED"
    await settled(store)
    again = await everything(store)
    assert (await scene.coordinator.ask("closeIntake", id=made["intake"]["id"])).made["intake"] == closed
    assert await everything(store) == again
    kinds = [event.kind for event in await store.events.find({"subjectId": made["intake"]["id"]})]
    assert kinds == [EventKind.INTAKE_OPENED, *([EventKind.INTAKE_ENTERED] * 2), EventKind.INTAKE_CLOSED]


async def test_a_helper_is_out_when_the_intake_s_hours_are_over(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    clock = MovableClock()
    async with running_house(database_uri, database_name, tmp_path, worker=False, clock=clock) as house:
        scene = await set_scene(house)
        code = (await opened(scene, hours=2))["code"]
        helper = await at_the_door(scene, code)
        clock.forward(timedelta(hours=1, minutes=59))
        assert (await helper.ask("registerPerson", input=child(scene.site_id))).made
        clock.forward(timedelta(minutes=2))
        assert (await helper.ask("registerPerson", input=child(scene.site_id))).codes == ["UNAUTHENTICATED"]
        assert (await enter(scene.stranger, code)).codes == ["EXPIRED"]


async def test_who_lets_people_in_sees_who_came_by_a_code_and_closes_one_of_them(scene: Scene) -> None:
    helper = await a_helper(scene)
    me = (await helper.ask("viewer")).value["id"]
    listed = (await scene.coordinator.ask("accounts", incidentId=scene.incident_id)).value["edges"]
    (node,) = [edge["node"] for edge in listed if edge["node"]["id"] == me]
    assert (node["role"], node["name"]) == ("UNVERIFIED_REGISTRAR", "Wendell")
    assert (await scene.coordinator.ask("closeAccount", id=me)).made
    assert (await helper.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_nobody_is_invited_to_be_a_helper_for_longer(scene: Scene) -> None:
    invite = {"role": "UNVERIFIED_REGISTRAR", "siteId": scene.site_id}
    assert (await scene.admin.ask("createInvite", input=invite)).codes == ["INVALID"]


async def test_one_door_has_room_for_a_hundred(scene: Scene) -> None:
    store = scene.house.use.store
    made = await opened(scene)
    intake = await store.intakes.get(made["intake"]["id"])
    assert intake is not None
    await store.intakes.replace(replace(intake, entered=100), intake.version)
    assert (await enter(scene.stranger, made["code"])).codes == ["EXPIRED"]
