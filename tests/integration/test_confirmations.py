"""What somebody without an account registered: matched at once, told to no family before a volunteer stands for it."""

from typing import Any

from tests.support.client import Client
from tests.support.doors import a_helper
from tests.support.house import Scene
from tests.support.pairs import file
from tests.support.records import child
from tests.support.snapshot import everything, settled


async def registered(scene: Scene, helper: Client, **changes: Any) -> str:
    one = child(scene.site_id, **changes)
    (await helper.ask("registerPerson", input=one)).made  # noqa: B018 (it says whether it was done)
    await settled(scene.house.use.store)
    return str(one["id"])


async def unconfirmed(person: Client, scene: Scene, site_id: str | None = None) -> list[str]:
    wanted = {"incidentId": scene.incident_id, "siteId": site_id, "confirmation": "UNCONFIRMED"}
    return [edge["node"]["id"] for edge in (await person.ask("registrations", **wanted)).value["edges"]]


async def next_step(family: Client, report_id: str) -> Any:
    return (await family.ask("report", id=report_id)).value["nextStep"]


async def step(scene: Scene, person: Client, name: str, registration_id: str) -> Any:
    version = (await scene.coordinator.ask("registration", id=registration_id)).value["version"]
    made = (await person.ask(f"{name}Registration", id=registration_id, version=version)).made["registration"]
    await settled(scene.house.use.store)
    return made


async def match_of(scene: Scene, report_id: str) -> Any:
    (match,) = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    return match


async def test_volunteers_of_the_site_and_coordinators_list_what_is_unconfirmed(scene: Scene) -> None:
    by_helper = await registered(scene, await a_helper(scene))
    elsewhere = await a_helper(scene, scene.other_site_id)
    there = child(scene.other_site_id)
    assert (await elsewhere.ask("registerPerson", input=there)).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    assert await unconfirmed(scene.volunteer, scene, scene.site_id) == [by_helper]
    assert await unconfirmed(scene.coordinator, scene) == [there["id"], by_helper]
    assert await unconfirmed(scene.officer, scene, scene.site_id) == [by_helper]


async def test_the_family_is_told_when_a_volunteer_stands_for_the_child_and_not_before(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    registration_id = await registered(scene, await a_helper(scene))
    match = await match_of(scene, report_id)
    assert (match["state"], match["registration"]["confirmation"]) == ("POTENTIAL", "UNCONFIRMED")
    assert await next_step(family, report_id) == "WAIT"
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 0
    me = (await scene.volunteer.ask("viewer")).value["id"]
    confirmed = await step(scene, scene.volunteer, "confirm", registration_id)
    assert (confirmed["confirmation"], confirmed["confirmationBy"]) == ("CONFIRMED", me)
    assert confirmed["confirmationAt"] is not None
    assert await next_step(family, report_id) == "STAY_REACHABLE"
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 1
    assert await unconfirmed(scene.volunteer, scene, scene.site_id) == []


async def test_a_match_is_not_confirmed_before_the_child_is(scene: Scene) -> None:
    store = scene.house.use.store
    _, report_id = await file(scene)
    registration_id = await registered(scene, await a_helper(scene))
    match = await match_of(scene, report_id)
    before = await everything(store)
    refused = await scene.officer.ask("confirmMatch", input={"id": match["id"], "version": match["version"]})
    (error,) = refused.value["errors"]
    assert error["code"] == "CONFLICT"
    assert "volunteer of the site" in error["message"]
    await settled(store)
    looked = await everything(store)
    assert {name: looked[name] for name in before if name != "audit"} == {
        name: before[name] for name in before if name != "audit"
    }
    await step(scene, scene.coordinator, "confirm", registration_id)
    match = await match_of(scene, report_id)
    made = await scene.officer.ask("confirmMatch", input={"id": match["id"], "version": match["version"]})
    assert made.made["match"]["state"] == "CONFIRMED"


async def test_only_those_of_the_site_and_coordinators_stand_for_a_child_and_for_what_they_saw(scene: Scene) -> None:
    store = scene.house.use.store
    helper = await a_helper(scene)
    registration_id = await registered(scene, helper)
    family, _ = await file(scene)
    before = await everything(store)
    for name in ("confirm", "dismiss", "restore"):
        others = (scene.stranger, family, helper, scene.other_volunteer, scene.call_taker, scene.officer, scene.admin)
        for person in others:
            refused = await person.ask(f"{name}Registration", id=registration_id, version=1)
            assert refused.codes[0] in {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
    assert {name: there for name, there in (await everything(store)).items() if name != "audit"} == {
        name: there for name, there in before.items() if name != "audit"
    }
    typo = {"id": registration_id, "version": 1, "person": {"names": {"given": "Somebody Else"}}}
    assert (await helper.ask("changeRegistration", input=typo)).made
    late = await scene.volunteer.ask("confirmRegistration", id=registration_id, version=1)
    assert late.codes == ["STALE"]
    assert late.value["registration"]["confirmation"] == "UNCONFIRMED"


async def test_a_false_one_is_dismissed_kept_matched_no_more_and_taken_up_again(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    registration_id = await registered(scene, await a_helper(scene))
    dismissed = await step(scene, scene.volunteer, "dismiss", registration_id)
    assert (dismissed["status"], dismissed["confirmation"]) == ("DISMISSED", "DISMISSED")
    assert (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"] == []
    assert await unconfirmed(scene.volunteer, scene, scene.site_id) == []
    for wrong in ("confirm", "dismiss"):
        refused = await scene.volunteer.ask(f"{wrong}Registration", id=registration_id, version=dismissed["version"])
        assert refused.codes == ["CONFLICT"]
    restored = await step(scene, scene.volunteer, "restore", registration_id)
    assert (restored["status"], restored["confirmation"], restored["confirmationBy"]) == (
        "IN_CARE", "UNCONFIRMED", None,
    )  # fmt: skip
    assert (await match_of(scene, report_id))["state"] == "POTENTIAL"
    assert await next_step(family, report_id) == "WAIT"
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 0


async def test_news_of_a_child_that_turns_out_to_be_false_is_taken_back(scene: Scene) -> None:
    family, report_id = await file(scene)
    registration_id = await registered(scene, await a_helper(scene))
    await step(scene, scene.volunteer, "confirm", registration_id)
    assert await next_step(family, report_id) == "STAY_REACHABLE"
    await step(scene, scene.volunteer, "dismiss", registration_id)
    assert await next_step(family, report_id) == "WAIT"


async def test_a_child_that_is_confirmed_with_a_family_is_not_dismissed(scene: Scene) -> None:
    _, report_id = await file(scene)
    registration_id = await registered(scene, await a_helper(scene))
    confirmed = await step(scene, scene.volunteer, "confirm", registration_id)
    match = await match_of(scene, report_id)
    assert (await scene.officer.ask("confirmMatch", input={"id": match["id"], "version": match["version"]})).made
    refused = await scene.volunteer.ask("dismissRegistration", id=registration_id, version=confirmed["version"])
    assert refused.codes == ["CONFLICT"]


async def test_what_a_volunteer_registered_needs_nobody_to_stand_for_it(scene: Scene) -> None:
    registration_id = await registered(scene, scene.volunteer)
    seen = (await scene.volunteer.ask("registration", id=registration_id)).value
    assert seen["confirmation"] == "NOT_NEEDED"
    for name in ("confirm", "dismiss", "restore"):
        refused = await scene.volunteer.ask(f"{name}Registration", id=registration_id, version=1)
        assert refused.codes == ["CONFLICT"]


async def test_who_was_told_of_a_child_that_was_dismissed_is_told_of_the_next_one_too(scene: Scene) -> None:
    store = scene.house.use.store
    family, report_id = await file(scene)
    false_id = await registered(scene, await a_helper(scene))
    await step(scene, scene.volunteer, "confirm", false_id)
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 1
    await step(scene, scene.volunteer, "dismiss", false_id)
    assert await next_step(family, report_id) == "WAIT"
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(store)
    assert await next_step(family, report_id) == "STAY_REACHABLE"
    assert await store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 2
