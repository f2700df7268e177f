"""Area alerts: proposed as the family agrees, sent and widened by a coordinator, told to each once, and stopped."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.domain.account import Role
from tests.support.area_alerts import AGREED, AROUND_NEW_ORLEANS, agreeing_family, phone_of, send
from tests.support.client import Client
from tests.support.house import HOUSTON, NEW_ORLEANS, Scene
from tests.support.map import GULF
from tests.support.pairs import file, link, register
from tests.support.push_service import FakePushService, decoded, fake_push_service
from tests.support.records import child, missing, report
from tests.support.snapshot import audit_entries, everything, settled

BOTH_CITIES = {
    "outline": [
        {"latitude": 29.4, "longitude": -96},
        {"latitude": 29.4, "longitude": -89},
        {"latitude": 30.4, "longitude": -89},
        {"latitude": 30.4, "longitude": -96},
    ]
}


@pytest.fixture
async def push() -> AsyncIterator[FakePushService]:
    async with fake_push_service() as service:
        yield service


async def reach(client: Client, report_id: str, area: dict[str, Any] | None = None) -> Any:
    return await client.ask("areaReach", reportId=report_id, area=AROUND_NEW_ORLEANS if area is None else area)


async def test_who_is_there_is_told_in_a_kind_an_opaque_id_and_a_language_and_nobody_else(
    scene: Scene, push: FakePushService
) -> None:
    family, report_id = await agreeing_family(scene)
    there, elsewhere = await phone_of(scene.volunteer, push), await phone_of(scene.other_volunteer, push)
    of_family = await phone_of(family, push)
    before = await everything(scene.house.use.store)
    reached = (await reach(scene.coordinator, report_id)).value
    assert (reached["devices"], reached["newDevices"], reached["sites"]) == (1, 1, 1)
    looked = await everything(scene.house.use.store)
    assert {name for name in looked if looked[name] != before.get(name)} == {"audit"}
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    assert (sent["state"], sent["areas"][0]["devices"], sent["areas"][0]["sites"]) == ("GOING", 1, 1)
    await settled(scene.house.use.store)
    (message,) = push.messages(there)
    assert decoded(message) == {"kind": "CHILD_MISSING_NEARBY", "id": sent["id"], "language": "es"}
    assert sent["id"] != report_id
    assert push.received(elsewhere) == push.received(of_family) == []
    told = (await scene.coordinator.ask("areaAlert", id=sent["id"])).value
    assert told["progress"] == {"queued": 0, "sent": 1, "failed": 0, "gone": 0}
    entered = await audit_entries(scene.house.use.store)
    assert entered[-1]["action"] == "READ_AREA_ALERT"
    followed = (await scene.coordinator.ask("areaAlertProgress", id=sent["id"])).value
    assert followed["progress"] == told["progress"]
    assert await audit_entries(scene.house.use.store) == entered


async def test_a_wider_area_tells_only_those_who_were_not_told(scene: Scene, push: FakePushService) -> None:
    _, report_id = await agreeing_family(scene)
    first, second = await phone_of(scene.volunteer, push), await phone_of(scene.other_volunteer, push)
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    await settled(scene.house.use.store)
    reached = (await reach(scene.coordinator, report_id, BOTH_CITIES)).value
    assert (reached["devices"], reached["newDevices"], reached["sites"]) == (2, 1, 2)
    wider = {"id": sent["id"], "version": sent["version"], "area": BOTH_CITIES}
    widened = (await scene.coordinator.ask("widenAreaAlert", input=wider)).made["areaAlert"]
    assert (await scene.coordinator.ask("widenAreaAlert", input=wider)).made["areaAlert"]["version"] == 3
    await settled(scene.house.use.store)
    assert [len(push.received(phone)) for phone in (first, second)] == [1, 1]
    assert [area["devices"] for area in widened["areas"]] == [1, 2]
    stale = {**wider, "area": AROUND_NEW_ORLEANS}
    assert (await scene.coordinator.ask("widenAreaAlert", input=stale)).codes == ["STALE"]


async def test_a_person_in_two_places_is_told_once(scene: Scene, push: FakePushService) -> None:
    _, report_id = await agreeing_family(scene)
    phone = await phone_of(scene.volunteer, push)
    near_by = {"latitude": 29.96, "longitude": -90.08}
    assert (await scene.volunteer.ask("chooseNearbyPlace", point=near_by)).codes == []
    assert (await reach(scene.coordinator, report_id)).value["devices"] == 1
    await send(scene.coordinator, report_id)
    await settled(scene.house.use.store)
    assert len(push.received(phone)) == 1


async def test_a_place_that_one_chose_counts_and_is_kept_coarsely(scene: Scene, push: FakePushService) -> None:
    _, report_id = await agreeing_family(scene)
    phone = await phone_of(scene.officer, push)
    assert (await reach(scene.coordinator, report_id)).value["devices"] == 0
    chosen = (await scene.officer.ask("chooseNearbyPlace", point=NEW_ORLEANS)).made["choices"]["nearby"]
    assert 0.001 < abs(chosen["latitude"] - NEW_ORLEANS["latitude"]) < 0.05
    assert (await reach(scene.coordinator, report_id)).value["devices"] == 1
    await scene.officer.ask("chooseAlerts", input={"byPush": False})
    assert (await reach(scene.coordinator, report_id)).value["devices"] == 0
    kept = (await scene.officer.ask("chooseAlerts", input={})).made["choices"]
    assert kept["byPush"]
    assert (await scene.officer.ask("alertChoices")).value["nearby"] == chosen
    (await send(scene.coordinator, report_id)).made  # noqa: B018 (it says whether it was done)
    await settled(scene.house.use.store)
    assert len(push.received(phone)) == 1
    assert (await scene.officer.ask("chooseNearbyPlace")).made["choices"]["nearby"] is None
    assert (await reach(scene.coordinator, report_id)).value["devices"] == 0


async def test_only_a_coordinator_of_the_incident_sends_widens_and_stops(scene: Scene) -> None:
    family, report_id = await agreeing_family(scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=opened["incident"]["id"])
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    await settled(scene.house.use.store)
    wider = {"id": sent["id"], "version": sent["version"], "area": BOTH_CITIES}
    others = [
        *(scene.stranger, family, scene.volunteer, scene.call_taker, scene.officer, scene.admin, outsider),
    ]
    before = await everything(scene.house.use.store)
    for other in others:
        for answer in (
            await reach(other, report_id),
            await send(other, report_id),
            await other.ask("widenAreaAlert", input=wider),
            await other.ask("stopAreaAlert", id=sent["id"]),
        ):
            assert set(answer.codes) <= {"UNAUTHENTICATED", "NOT_FOUND", "FORBIDDEN"}
            assert answer.codes
    assert await everything(scene.house.use.store) == before


async def test_nothing_is_sent_unless_family_and_reviewer_agree_and_not_by_who_wrote_it_down(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    report_id, family = filed["reports"][0]["id"], scene.stranger.signed_in(filed["token"])
    assert (await send(scene.coordinator, report_id)).codes == ["CONFLICT"]
    change = {"id": report_id, "version": 1, "nearby": AGREED}
    assert (await family.ask("changeReport", input=change)).made["report"]["nearby"] == AGREED
    assert "review" in (await send(scene.coordinator, report_id)).value["errors"][0]["message"]
    await scene.coordinator.ask("reviewReport", id=report_id)
    again = {"id": report_id, "version": 2, "nearby": AGREED | {"photos": True}}
    assert (await scene.coordinator.ask("changeReport", input=again)).codes == []
    assert "somebody else" in (await send(scene.coordinator, report_id)).value["errors"][0]["message"]
    another = await scene.house.person(Role.COORDINATOR, incident_id=scene.incident_id)
    assert (await send(another, report_id)).codes == []


async def test_what_is_filed_with_leave_is_proposed_and_declined_or_sent(scene: Scene) -> None:
    _, report_id = await agreeing_family(scene)
    await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing()))
    (one,) = (await scene.coordinator.ask("areaAlerts", incidentId=scene.incident_id)).value["edges"]
    assert (one["node"]["state"], one["node"]["reportId"], one["node"]["areas"]) == ("PROPOSED", report_id, [])
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    assert sent["id"] == one["node"]["id"]
    assert (await send(scene.coordinator, report_id)).made["areaAlert"]["version"] == sent["version"]
    assert (await send(scene.coordinator, report_id, BOTH_CITIES)).codes == ["CONFLICT"]
    stopped = (await scene.coordinator.ask("stopAreaAlert", id=sent["id"])).made["areaAlert"]
    assert (stopped["state"], stopped["endedBecause"]) == ("STOPPED", "COORDINATOR")
    assert (await scene.coordinator.ask("stopAreaAlert", id=sent["id"])).made["areaAlert"] == stopped
    anew = (await send(scene.coordinator, report_id, BOTH_CITIES)).made["areaAlert"]
    assert anew["id"] != sent["id"]


async def test_nobody_is_told_of_a_child_that_is_found_by_another_report_of_it(
    scene: Scene, push: FakePushService
) -> None:
    _, report_id = await agreeing_family(scene)
    going = (await send(scene.coordinator, report_id)).made["areaAlert"]["id"]
    _, other_id = await file(scene)
    (girl,) = await register(scene, child(scene.site_id))
    (match,) = await scene.house.use.store.matches.find({"reportId": other_id, "registrationId": girl})
    assert (await scene.coordinator.ask("confirmMatch", input={"id": match.id, "version": match.version})).made
    await settled(scene.house.use.store)
    assert (await scene.volunteer.ask("nearbyAlert", id=going)).value["child"] is not None
    phone = await phone_of(scene.volunteer, push)
    await link(scene, "REPORT", report_id, other_id)
    assert (await scene.volunteer.ask("nearbyAlert", id=going)).value["child"] is None
    assert (await scene.coordinator.ask("stopAreaAlert", id=going)).codes == []
    before = await everything(scene.house.use.store)
    assert "found" in (await send(scene.coordinator, report_id)).value["errors"][0]["message"]
    assert await everything(scene.house.use.store) == before
    assert push.received(phone) == []


NO_AREAS: list[tuple[dict[str, Any], str]] = [
    ({}, "area"),
    ({"centre": NEW_ORLEANS}, "area"),
    ({"centre": NEW_ORLEANS, "radiusKm": 5, "outline": [NEW_ORLEANS]}, "area"),
    ({"centre": NEW_ORLEANS, "radiusKm": 201}, "area.radiusKm"),
    ({"centre": {"latitude": 91, "longitude": 0}, "radiusKm": 5}, "area.centre.latitude"),
    ({"outline": [NEW_ORLEANS, HOUSTON, NEW_ORLEANS]}, "area.outline"),
    ({"outline": [HOUSTON, {"latitude": 99, "longitude": 0}, NEW_ORLEANS]}, "area.outline.1.latitude"),
    ({"outline": [*BOTH_CITIES["outline"][::2], *BOTH_CITIES["outline"][1::2]]}, "area.outline"),
    ({"outline": [{"latitude": y, "longitude": x} for y, x in ((0, 0), (0, 60), (50, 60))]}, "area.outline"),
]


async def test_an_area_that_is_none_is_refused_by_its_field(scene: Scene) -> None:
    _, report_id = await agreeing_family(scene)
    for area, field in NO_AREAS:
        answer = await send(scene.coordinator, report_id, area)
        assert [(error["code"], error["field"]) for error in answer.value["errors"]] == [("INVALID", field)]
        assert (await reach(scene.coordinator, report_id, area)).codes == ["INVALID"]


async def on_the_map(client: Client, scene: Scene, **asked: Any) -> Any:
    wanted = {"incidentId": scene.incident_id, "bounds": GULF, "zoom": 6, "alertAreas": True, **asked}
    return (await client.ask("mapView", **wanted)).value["alertAreas"]


async def test_the_map_shows_where_people_are_being_told_and_that_look_is_entered(scene: Scene) -> None:
    _, report_id = await agreeing_family(scene)
    assert await on_the_map(scene.coordinator, scene) == []
    alert = (await send(scene.coordinator, report_id)).made["areaAlert"]
    houston = [{"latitude": 30 + y, "longitude": -95.5 + x} for y, x in ((0, 0), (0, 0.4), (0.4, 0.4), (0.4, 0))]
    wider = {"id": alert["id"], "version": alert["version"], "area": {"outline": houston}}
    assert (await scene.coordinator.ask("widenAreaAlert", input=wider)).codes == []
    circle = {"id": alert["id"], "reportId": report_id, **AROUND_NEW_ORLEANS, "outline": []}
    ring = {"id": alert["id"], "reportId": report_id, "centre": None, "radiusKm": None, "outline": houston}
    before = await entries_of(scene, "READ_AREA_ALERT")
    assert await on_the_map(scene.officer, scene) == [circle, ring]
    beside = {"north": 30.3, "south": 30.2, "east": -95.3, "west": -95.4}
    assert await on_the_map(scene.officer, scene, bounds=beside, zoom=12) == [ring]
    (first, second) = (await entries_of(scene, "READ_AREA_ALERT"))[len(before) :]
    assert first["record_ids"] == second["record_ids"] == [alert["id"]]
    nowhere = {"north": 10.0, "south": 9.0, "east": 10.0, "west": 9.0}
    assert await on_the_map(scene.officer, scene, bounds=nowhere) == []
    assert await on_the_map(scene.officer, scene, at="2026-09-02T10:00:00Z") == []
    for person, code in ((scene.stranger, "UNAUTHENTICATED"), (scene.volunteer, "FORBIDDEN")):
        refused = await person.ask("mapView", incidentId=scene.incident_id, bounds=GULF, zoom=6, alertAreas=True)
        assert (refused.codes, refused.body["data"]) == ([code], None)
    assert len(await entries_of(scene, "READ_AREA_ALERT")) == len(before) + 2
    assert (await scene.coordinator.ask("stopAreaAlert", id=alert["id"])).codes == []
    assert await on_the_map(scene.coordinator, scene) == []


async def test_the_map_shows_no_area_of_a_child_of_whom_nobody_is_told_any_more(scene: Scene) -> None:
    family, report_id = await agreeing_family(scene)
    assert (await send(scene.coordinator, report_id)).codes == []
    assert len(await on_the_map(scene.coordinator, scene)) == 1
    report = await scene.house.use.store.reports.get(report_id)
    assert report is not None
    taken_back = {"id": report_id, "version": report.version, "nearby": {"alert": False, "photos": False}}
    assert (await family.ask("changeReport", input=taken_back)).codes == []
    assert await on_the_map(scene.coordinator, scene) == []


async def entries_of(scene: Scene, action: str) -> list[dict[str, Any]]:
    return [one for one in await audit_entries(scene.house.use.store) if one["action"] == action]
