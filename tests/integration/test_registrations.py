"""Registering: once whatever is repeated, refused in clear words, seen by those who look after the child."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.support.client import new_id
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.movable_clock import MovableClock
from tests.support.records import child
from tests.support.snapshot import everything, records, settled

MOVED = """mutation ($input: MoveRegistrationInput!) {
  moveRegistration(input: $input) {
    registration { person { names { given } } medicalNotes photos { id } }
    errors { code message field }
  }
}"""


async def test_the_same_registration_sent_twice_is_one_with_the_same_answer(scene: Scene) -> None:
    marisol = child(scene.site_id)
    first = await scene.volunteer.ask("registerPerson", input=marisol)
    second = await scene.volunteer.ask("registerPerson", input=marisol)
    assert first.made == second.made
    assert await scene.house.use.store.registrations.collection.count_documents({}) == 1


async def test_the_same_id_sent_many_times_at_once_is_one_registration(scene: Scene) -> None:
    marisol = child(scene.site_id)
    answers = await asyncio.gather(*(scene.volunteer.ask("registerPerson", input=marisol) for _ in range(10)))
    assert len({str(answer.made) for answer in answers}) == 1
    assert await scene.house.use.store.registrations.collection.count_documents({}) == 1
    assert await scene.house.use.store.events.collection.count_documents({"kind": "PERSON_REGISTERED"}) == 1


async def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    answer = await scene.volunteer.ask("registerPerson", input={**marisol, "careStatus": "SEPARATED"})
    assert answer.codes == ["CONFLICT"]
    assert answer.value["errors"][0]["field"] == "id"
    assert await everything(scene.house.use.store) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "not-an-id"}, "id"),
        ({"id": "5b2f0f0e-7c4e-4a51-8f5e-3d1c2b4a5968"}, "id"),
        ({"foundAt": "2099-01-01T00:00:00Z"}, "foundAt"),
        ({"foundAt": "2026-09-02T10:00:00"}, "foundAt"),
        ({"foundAt": "0001-01-01T00:00:00+14:00"}, "foundAt"),
        ({"person": {"age": {"minimum": 4, "asOf": "9999-12-31T23:59:59-14:00"}}}, "person.age.asOf"),
        ({"person": None}, "person"),
        ({"person": {"names": {"given": "   "}}}, "person"),
        ({"person": {"age": {"minimum": -1}}}, "person.age.minimum"),
        ({"person": {"age": {"minimum": 9, "maximum": 4}}}, "person.age.minimum"),
        ({"person": {"age": {"birthDate": "2019-02-30"}}}, "person.age.birthDate"),
        ({"person": {"age": {"birthDate": "2099-01-01"}}}, "person.age.birthDate"),
        ({"person": {"age": {"birthDate": "1800"}}}, "person.age.birthDate"),
        ({"person": {"age": {"birthDate": "٢٠١٩"}}}, "person.age.birthDate"),
        ({"person": {"heightCm": 2000}}, "person.heightCm"),
        ({"person": {"names": {"given": "x" * 201}}}, "person.names.given"),
        ({"person": {"names": {"given": "a\x00b"}}}, "person.names.given"),
        ({"person": {"marks": [{"kind": "SCAR", "bodySite": "x" * 201}]}}, "person.marks.0.bodySite"),
        ({"person": {"languages": ["en"] * 31}}, "person.languages"),
        ({"foundPlace": {"point": {"latitude": 91, "longitude": 0}}}, "foundPlace.point.latitude"),
    ],
)
async def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    scene: Scene, changes: dict[str, Any], field: str
) -> None:
    before = await everything(scene.house.use.store)
    answer = await scene.volunteer.ask("registerPerson", input=child(scene.site_id, **changes))
    assert answer.status == 200
    assert [(error["code"], error["field"]) for error in answer.value["errors"]] == [("INVALID", field)]
    assert await everything(scene.house.use.store) == before


async def test_all_that_is_wrong_is_said_at_once(scene: Scene) -> None:
    wrong = child(scene.site_id, foundAt="2099-01-01T00:00:00Z", person={"heightCm": 1, "age": {"minimum": 999}})
    answer = await scene.volunteer.ask("registerPerson", input=wrong)
    fields = {error["field"] for error in answer.value["errors"]}
    assert fields == {"foundAt", "person.heightCm", "person.age.minimum"}


async def test_a_child_who_says_nothing_can_be_registered_by_a_photo_that_follows(scene: Scene) -> None:
    silent = child(scene.site_id, person=None, photoId=new_id())
    (await scene.volunteer.ask("registerPerson", input=silent)).made  # noqa: B018 (it says whether it was done)


async def test_siblings_are_registered_all_or_none(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    one, other = child(scene.site_id), child(scene.site_id, person={"heightCm": 1})
    answer = await scene.volunteer.ask("registerSiblings", input={"siblings": [one, other]})
    assert [error["field"] for error in answer.value["errors"]] == ["siblings.1.person.heightCm"]
    assert await everything(scene.house.use.store) == before

    made = (await scene.volunteer.ask("registerSiblings", input={"siblings": [one, child(scene.site_id)]})).made
    assert len({registration["groupId"] for registration in made["registrations"]}) == 1


async def test_siblings_of_two_sites_are_no_siblings_for_one_volunteer(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    pair = [child(scene.site_id), child(scene.other_site_id)]
    answer = await scene.volunteer.ask("registerSiblings", input={"siblings": pair})
    assert answer.codes == ["INVALID"]
    assert await everything(scene.house.use.store) == before


async def test_a_change_from_an_old_version_is_refused_with_the_present_record(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    change = {"id": marisol["id"], "version": 1}
    changed = await scene.volunteer.ask("changeRegistration", input={**change, "careStatus": "SEPARATED"})
    assert changed.made["registration"]["version"] == 2
    late = await scene.volunteer.ask("changeRegistration", input={**change, "careStatus": "ACCOMPANIED"})
    assert late.codes == ["STALE"]
    assert late.value["registration"]["careStatus"] == "SEPARATED"
    assert late.value["registration"]["medicalNotes"] == "asthma"


async def test_a_child_that_is_moved_is_seen_there_and_no_longer_here(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    assert (await scene.other_volunteer.ask("registration", id=marisol["id"])).codes == ["NOT_FOUND"]
    move = {"id": marisol["id"], "version": 1, "siteId": scene.other_site_id}
    (await scene.volunteer.ask("moveRegistration", input=move)).made  # noqa: B018 (it says whether it was done)
    assert (await scene.other_volunteer.ask("registration", id=marisol["id"])).value["siteId"] == scene.other_site_id
    assert (await scene.volunteer.ask("registration", id=marisol["id"])).codes == ["NOT_FOUND"]


async def test_a_child_may_be_moved_to_the_open_sites_of_the_incident_which_are_named_and_no_more(scene: Scene) -> None:
    store = scene.house.use.store
    marisol = child(scene.site_id)
    (await scene.volunteer.ask("registerPerson", input=marisol)).made  # noqa: B018 (it says whether it was done)
    closed = {"incidentId": scene.incident_id, "name": "Gym", "kind": "SCHOOL", "point": NEW_ORLEANS}
    gym = (await scene.coordinator.ask("addSite", input=closed)).made["site"]
    shut = {"id": gym["id"], "version": gym["version"], "open": False}
    (await scene.coordinator.ask("changeSite", input=shut)).made  # noqa: B018 (it says whether it was done)
    await settled(store)
    before = await records(store)
    refusals = {"UNAUTHENTICATED": scene.stranger, "NOT_FOUND": scene.other_volunteer, "FORBIDDEN": scene.officer}
    for code, person in refusals.items():
        assert (await person.ask("destinations", registrationId=marisol["id"])).codes == [code]
    for person in (scene.volunteer, scene.coordinator):
        found = (await person.ask("destinations", registrationId=marisol["id"])).value
        assert [site["id"] for site in found] == [scene.other_site_id]
    assert await records(store) == before


async def test_a_retry_after_the_child_was_moved_on_still_says_that_it_was_saved(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    move = {"id": marisol["id"], "version": 1, "siteId": scene.other_site_id}
    await scene.coordinator.ask("moveRegistration", input=move)
    again = await scene.volunteer.ask("registerPerson", input=marisol)
    assert again.made["registration"]["siteId"] == scene.site_id


async def test_a_move_said_again_after_a_lost_answer_is_done_and_shows_no_more_than_that(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    move = {"id": marisol["id"], "version": 1, "siteId": scene.other_site_id}
    await scene.volunteer.ask("moveRegistration", input=move)
    await settled(scene.house.use.store)
    before = await records(scene.house.use.store)
    again = (await scene.volunteer.ask("moveRegistration", input=move)).made["registration"]
    assert (again["siteId"], again["version"], again["status"]) == (scene.other_site_id, 2, "IN_CARE")
    shown = (await scene.volunteer.ask_text(MOVED, input=move)).made["registration"]
    assert (shown["person"]["names"]["given"], shown["medicalNotes"], shown["photos"]) == (None, None, [])
    for person in (scene.other_volunteer, scene.coordinator):
        assert (await person.ask("moveRegistration", input=move)).codes == ["STALE"]
    elsewhere = {**move, "siteId": scene.site_id}
    assert (await scene.volunteer.ask("moveRegistration", input=elsewhere)).codes == ["NOT_FOUND"]
    assert (await scene.volunteer.ask("moveRegistration", input={**move, "id": new_id()})).codes == ["NOT_FOUND"]
    assert await records(scene.house.use.store) == before

    back = {"id": marisol["id"], "version": 2, "siteId": scene.site_id}
    assert (await scene.coordinator.ask("moveRegistration", input=back)).made["registration"]["version"] == 3
    assert (await scene.coordinator.ask("moveRegistration", input=back)).made["registration"]["version"] == 3


async def test_a_closed_site_takes_nobody_in_but_who_was_found_while_it_was_open(
    scene: Scene, clock: MovableClock
) -> None:
    store = scene.house.use.store
    early = child(scene.site_id) | {"foundAt": clock().isoformat()}
    other = child(scene.other_site_id)
    assert (await scene.other_volunteer.ask("registerPerson", input=other)).made
    clock.forward(timedelta(minutes=10))
    site = (await scene.coordinator.ask("site", id=scene.site_id)).value
    shut = {"id": site["id"], "version": site["version"], "open": False}
    shut = (await scene.coordinator.ask("changeSite", input=shut)).made["site"]
    clock.forward(timedelta(minutes=10))
    renamed = {"id": site["id"], "version": shut["version"], "name": "Dome"}
    renamed = (await scene.coordinator.ask("changeSite", input=renamed)).made["site"]
    await settled(store)
    before = await records(store)
    late = child(scene.site_id) | {"foundAt": (clock() - timedelta(minutes=5)).isoformat()}
    refused = await scene.volunteer.ask("registerPerson", input=late)
    assert [(one["code"], one["field"]) for one in refused.value["errors"]] == [("CONFLICT", "siteId")]
    siblings = {"siblings": [early | {"id": new_id()}, late]}
    refused = await scene.volunteer.ask("registerSiblings", input=siblings)
    assert [(one["code"], one["field"]) for one in refused.value["errors"]] == [("CONFLICT", "siblings.0.siteId")]
    move = {"id": other["id"], "version": 1, "siteId": scene.site_id}
    refused = await scene.other_volunteer.ask("moveRegistration", input=move)
    assert [(one["code"], one["field"]) for one in refused.value["errors"]] == [("CONFLICT", "siteId")]
    assert await records(store) == before

    assert (await scene.volunteer.ask("registerPerson", input=early)).made
    opened = {"id": site["id"], "version": renamed["version"], "open": True}
    assert (await scene.coordinator.ask("changeSite", input=opened)).made
    assert (await scene.volunteer.ask("registerPerson", input=late)).made
    assert (await scene.other_volunteer.ask("moveRegistration", input=move)).made


async def test_nobody_is_registered_in_a_closed_incident(scene: Scene) -> None:
    close = {"id": scene.incident_id, "version": 1, "status": "CLOSED"}
    (await scene.coordinator.ask("changeIncident", input=close)).made  # noqa: B018 (it says whether it was done)
    answer = await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
    assert answer.codes == ["CONFLICT"]


async def test_a_site_that_does_not_exist_is_not_found(scene: Scene) -> None:
    answer = await scene.volunteer.ask("registerPerson", input=child(new_id()))
    assert answer.codes == ["NOT_FOUND"]


async def test_a_version_that_is_guessed_ahead_undoes_nobody_s_change(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    guess = {"id": marisol["id"], "version": 2, "careStatus": "SEPARATED"}
    assert (await scene.volunteer.ask("changeRegistration", input=guess)).codes == ["STALE"]
    move = {"id": marisol["id"], "version": 1, "siteId": scene.other_site_id}
    await asyncio.gather(
        scene.coordinator.ask("moveRegistration", input=move),
        *(scene.volunteer.ask("changeRegistration", input=guess) for _ in range(10)),
    )
    present = await scene.house.use.store.registrations.get(marisol["id"])
    assert present is not None
    assert present.site_id == scene.other_site_id


async def test_null_empties_a_field_and_leaving_it_out_does_not(scene: Scene) -> None:
    marisol = child(scene.site_id)
    await scene.volunteer.ask("registerPerson", input=marisol)
    left_out = {"id": marisol["id"], "version": 1, "careStatus": "SEPARATED"}
    changed = (await scene.volunteer.ask("changeRegistration", input=left_out)).made["registration"]
    assert (changed["careStatus"], changed["medicalNotes"]) == ("SEPARATED", "asthma")
    emptied = {"id": marisol["id"], "version": 2, "medicalNotes": None}
    changed = (await scene.volunteer.ask("changeRegistration", input=emptied)).made["registration"]
    assert (changed["careStatus"], changed["medicalNotes"]) == ("SEPARATED", None)


async def test_siblings_with_one_id_are_told_so(scene: Scene) -> None:
    twin = child(scene.site_id)
    answer = await scene.volunteer.ask("registerSiblings", input={"siblings": [twin, twin]})
    assert [(error["code"], error["field"]) for error in answer.value["errors"]] == [("INVALID", "siblings")]
