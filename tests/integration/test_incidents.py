"""Incidents and sites: opened, changed from the version that was seen, chosen from by families."""

from typing import Any

from backend.domain.account import Role
from tests.support.client import WORK_BITS, new_id
from tests.support.doors import a_helper
from tests.support.house import PHONE, Scene
from tests.support.records import child, report
from tests.support.snapshot import everything, settled


async def test_the_same_incident_sent_twice_is_one(scene: Scene) -> None:
    incident = {"id": new_id(), "name": "Flood", "kind": "FLOOD"}
    first = (await scene.admin.ask("openIncident", input=incident)).made
    assert first == (await scene.admin.ask("openIncident", input=incident)).made
    other = await scene.admin.ask("openIncident", input={**incident, "name": "Another"})
    assert other.codes == ["CONFLICT"]


async def test_a_coordinator_works_in_the_incident_that_the_same_coordinator_opens(scene: Scene) -> None:
    opened = (await scene.coordinator.ask("openIncident", input={"name": "Flood", "kind": "FLOOD"})).made
    listed = (await scene.coordinator.ask("incidents")).value["edges"]
    assert [edge["node"]["id"] for edge in listed] == [opened["incident"]["id"], scene.incident_id]
    assert [edge["node"]["id"] for edge in (await scene.officer.ask("incidents")).value["edges"]] == [scene.incident_id]


async def test_anybody_may_know_which_incidents_are_open_and_nothing_more(scene: Scene) -> None:
    listed = (await scene.stranger.ask("openIncidents")).value
    known = {"id": scene.incident_id, "name": "Hurricane Ada", "kind": "HURRICANE", "synthetic": True}
    assert listed == [{**known, "phone": PHONE, "workBits": WORK_BITS}]
    close = {"id": scene.incident_id, "version": 1, "status": "CLOSED"}
    assert (await scene.coordinator.ask("changeIncident", input=close)).made
    assert (await scene.stranger.ask("openIncidents")).value == []
    answer = await scene.stranger.ask("fileReport", input=report(scene.incident_id))
    assert answer.codes == ["CONFLICT"]


async def test_the_number_of_the_centre_is_set_by_who_changes_the_incident_and_known_to_everybody(scene: Scene) -> None:
    change: dict[str, Any] = {"id": scene.incident_id, "version": 1, "phone": " +1 (800) 843-5678 "}
    before = await everything(scene.house.use.store)
    for person in (scene.stranger, scene.volunteer, scene.call_taker, scene.officer):
        assert (await person.ask("changeIncident", input=change)).codes[0] in {"UNAUTHENTICATED", "FORBIDDEN"}
    for wrong in ("12", "call us", "+1 800 THE LOST", "1" * 16, "١٢٣٤", "+1 800 843 5678; ext=1"):
        refused = await scene.coordinator.ask("changeIncident", input={**change, "phone": wrong})
        assert [error["field"] for error in refused.value["errors"]] == ["phone"], wrong
    assert await everything(scene.house.use.store) == before
    assert (await scene.coordinator.ask("changeIncident", input=change)).made["incident"][
        "phone"
    ] == "+1 (800) 843-5678"
    for person in (scene.stranger, await a_helper(scene), scene.volunteer):
        assert [one["phone"] for one in (await person.ask("openIncidents")).value] == ["+1 (800) 843-5678"]
    assert (await scene.volunteer.ask("incident", id=scene.incident_id)).value["phone"] == "+1 (800) 843-5678"
    named = {"id": scene.incident_id, "version": 2, "name": "Hurricane Bea"}
    assert (await scene.coordinator.ask("changeIncident", input=named)).made["incident"]["phone"]
    emptied = {"id": scene.incident_id, "version": 3, "phone": " "}
    assert (await scene.coordinator.ask("changeIncident", input=emptied)).made["incident"]["phone"] is None
    opened = {"name": "Flood", "kind": "FLOOD", "phone": "112"}
    assert (await scene.admin.ask("openIncident", input=opened)).made
    assert {one["name"]: one["phone"] for one in (await scene.stranger.ask("openIncidents")).value} == {
        "Hurricane Bea": None,
        "Flood": "112",
    }


async def test_what_cannot_be_an_incident_or_a_site_is_refused_by_field(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    line = [{"latitude": 1, "longitude": 1}, {"latitude": 2, "longitude": 2}]
    wrong = {"name": " ", "kind": "FIRE", "area": line, "retentionDays": 0, "proposeThreshold": 2}
    answer = await scene.admin.ask("openIncident", input=wrong)
    assert {error["field"] for error in answer.value["errors"]} == {"name", "area", "retentionDays", "proposeThreshold"}
    nowhere = {"latitude": 0, "longitude": 181}
    site = {"incidentId": scene.incident_id, "name": "X", "kind": "SHELTER", "point": nowhere, "capacity": -1}
    answer = await scene.coordinator.ask("addSite", input=site)
    assert {error["field"] for error in answer.value["errors"]} == {"point.longitude", "capacity"}
    assert await everything(scene.house.use.store) == before


async def test_a_site_changed_from_an_old_version_is_shown_as_it_is(scene: Scene) -> None:
    change = {"id": scene.site_id, "version": 1}
    assert (await scene.coordinator.ask("changeSite", input={**change, "open": False})).made["site"]["version"] == 2
    late = await scene.coordinator.ask("changeSite", input={**change, "name": "Late"})
    assert (late.codes, late.value["site"]["open"]) == (["STALE"], False)


async def test_where_a_person_must_confirm_first_no_family_is_told_of_a_score(scene: Scene) -> None:
    opened = (
        await scene.admin.ask("openIncident", input={"name": "Flood", "kind": "FLOOD", "alertThreshold": None})
    ).made
    incident_id = opened["incident"]["id"]
    incident = await scene.house.use.store.incidents.get(incident_id)
    assert incident is not None
    assert incident.alert_threshold is None

    site = {"incidentId": incident_id, "name": "Hall", "kind": "SHELTER", "point": {"latitude": 30, "longitude": -90}}
    site_id = (await scene.admin.ask("addSite", input=site)).made["site"]["id"]
    invited = await scene.house.person(Role.VOLUNTEER, site_id=site_id)
    filed = (await scene.stranger.ask("fileReport", input=report(incident_id))).made
    assert (await invited.ask("registerPerson", input=child(site_id))).made
    await settled(scene.house.use.store)
    assert await scene.house.use.store.matches.collection.count_documents({"incidentId": incident_id}) == 1
    family = scene.stranger.signed_in(filed["token"])
    assert (await family.ask("report", id=filed["reports"][0]["id"])).value["nextStep"] == "WAIT"
    assert await scene.house.use.store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 0


async def test_an_incident_can_be_changed_so_that_a_person_must_confirm_first(scene: Scene) -> None:
    store = scene.house.use.store
    named = {"id": scene.incident_id, "version": 1, "name": "Hurricane Bea"}
    assert (await scene.coordinator.ask("changeIncident", input=named)).made["incident"]["alertThreshold"] == 0.9
    silenced = {"id": scene.incident_id, "version": 2, "alertThreshold": None}
    assert (await scene.coordinator.ask("changeIncident", input=silenced)).made["incident"]["alertThreshold"] is None
    kept = await store.incidents.get(scene.incident_id)
    assert kept is not None
    assert (kept.name, kept.alert_threshold) == ("Hurricane Bea", None)
