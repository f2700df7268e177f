"""What those nearby are shown of a missing child: who is, what of it, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.domain.account import Role
from geo.areas import COARSE, at_each_size
from geo.cells import cell
from tests.support.area_alerts import AGREED, agreeing_family, phone_of, send
from tests.support.client import Client, new_id
from tests.support.doors import a_helper
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.pictures import picture
from tests.support.push_service import Answer, FakePushService, fake_push_service
from tests.support.records import child
from tests.support.snapshot import BY_ITSELF, audit_entries, everything, records, settled
from tests.support.take_downs import take_down

SECRET_WORDS = (
    *("Quintanilla", "Rosaura", "2018", "left knee", "SCAR", "Calliope Street", "amulet", "chatty", "0142", "Tante"),
    *("29.9511", "-90.0715"),
)
LOOKS = {
    "names": {"given": "Marisol", "family": "Quintanilla", "others": ["Tante"]},
    "sex": "FEMALE",
    "age": {"birthDate": "2018-03-09", "source": "DOCUMENT"},
    "hair": "black",
    "eyes": "brown",
    "heightCm": 121,
    "languages": ["es"],
    "clothing": [{"kind": "t-shirt", "colour": "red", "text": "embroidered Rosaura"}],
    "belongings": [{"kind": "amulet"}],
    "marks": [{"kind": "SCAR", "bodySite": "left knee"}],
    "relatives": [{"relation": "mother", "name": "Rosaura", "phone": "0142"}],
    "home": {"text": "Calliope Street 4", "point": NEW_ORLEANS},
    "notes": "chatty",
}


@pytest.fixture
async def push() -> AsyncIterator[FakePushService]:
    async with fake_push_service() as service:
        yield service


async def told(scene: Scene, **changes: Any) -> tuple[Client, str, str]:
    """The family, its report, and the alert that went out for it."""
    family, report_id = await agreeing_family(scene, person=LOOKS, **changes)
    alert_id: str = (await send(scene.coordinator, report_id)).made["areaAlert"]["id"]
    await settled(scene.house.use.store)
    return family, report_id, alert_id


async def shown_to(client: Client, alert_id: str) -> Any:
    return (await client.ask("nearbyAlert", id=alert_id)).value


async def delivery_in(scene: Scene, state: str) -> None:
    """Wait until the only delivery there is is in this state."""
    async with asyncio.timeout(10):
        while True:
            if await scene.house.use.store.deliveries.collection.find_one({"state": state}) is not None:
                return
            await asyncio.sleep(0.02)


async def test_strangers_families_and_those_elsewhere_are_shown_nothing_and_those_nearby_are(scene: Scene) -> None:
    family, _, alert_id = await told(scene)
    helper = await a_helper(scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.OFFICER, incident_id=opened["incident"]["id"])
    before = await records(scene.house.use.store)
    for other in (scene.stranger, family, helper, scene.other_volunteer, scene.admin, outsider):
        refused = await other.ask("nearbyAlert", id=alert_id)
        assert refused.codes in (["UNAUTHENTICATED"], ["NOT_FOUND"])
        absent = await other.ask("nearbyAlert", id=new_id())
        assert absent.codes == refused.codes
        assert (await other.ask("nearbyAlerts")).body["data"] in (None, {"nearbyAlerts": []})
    assert await records(scene.house.use.store) == before
    for allowed in (scene.volunteer, scene.call_taker, scene.coordinator, scene.officer):
        assert (await shown_to(allowed, alert_id))["child"]["name"] == "Marisol"
        (one,) = (await allowed.ask("nearbyAlerts")).value
        assert one["id"] == alert_id


async def test_they_are_shown_what_helps_to_recognise_the_child_and_nothing_the_family_proves_itself_by(
    scene: Scene,
) -> None:
    _, report_id, alert_id = await told(scene)
    answer = await scene.volunteer.ask("nearbyAlert", id=alert_id)
    shown = answer.value["child"]
    near = shown.pop("near")
    age = shown.pop("ageFrom")
    assert shown.pop("ageTo") == age
    assert shown == {
        "name": "Marisol",
        "sex": "FEMALE",
        "hair": "black",
        "eyes": "brown",
        "heightCm": 121,
        "clothing": [{"kind": "t-shirt", "colour": "red"}],
        "languages": ["es"],
        "communication": None,
        "lastSeenAt": "2026-09-01T22:00:00+00:00",
    }
    assert abs(near["latitude"] - NEW_ORLEANS["latitude"]) < 0.05
    for word in (*SECRET_WORDS, report_id):
        assert word not in str(answer.body), word
    (look,) = [
        one
        for one in await audit_entries(scene.house.use.store)
        if one["fields"] == ["FOR_THOSE_NEARBY"] and one["role"] == "VOLUNTEER"
    ]
    assert set(look["record_ids"]) == {alert_id, report_id}


async def test_photos_are_shown_where_the_family_agreed_to_it(scene: Scene) -> None:
    family, report_id, alert_id = await told(scene)
    assert (await family.upload(picture(), id=new_id(), report=report_id)).status == 201
    assert (await shown_to(scene.volunteer, alert_id))["photos"] == []
    change = {"id": report_id, "version": 2, "nearby": {"alert": True, "photos": True}}
    assert (await family.ask("changeReport", input=change)).codes == []
    assert len((await shown_to(scene.volunteer, alert_id))["photos"]) == 1


async def test_who_sent_it_cannot_agree_for_the_family_afterwards(scene: Scene) -> None:
    family, report_id, alert_id = await told(scene)
    same = {"id": report_id, "version": 1, "nearby": AGREED}
    assert (await scene.coordinator.ask("changeReport", input=same)).codes == []
    assert (await shown_to(scene.volunteer, alert_id))["child"] is not None
    with_photos = {"id": report_id, "version": 2, "nearby": {"alert": True, "photos": True}}
    assert (await scene.coordinator.ask("changeReport", input=with_photos)).codes == []
    assert (await shown_to(scene.volunteer, alert_id))["child"] is None
    said = {"id": report_id, "version": 3, "nearby": AGREED}
    assert (await family.ask("changeReport", input=said)).codes == []
    assert (await shown_to(scene.volunteer, alert_id))["child"] is not None


async def test_it_is_over_when_stopped_withdrawn_taken_down_or_the_agreement_is_taken_back(scene: Scene) -> None:
    for because in ("COORDINATOR", "FAMILY", "FAMILY, BUT NOT THE REPORT", "TAKEN_DOWN"):
        family, report_id, alert_id = await told(scene)
        assert (await shown_to(scene.volunteer, alert_id))["child"] is not None
        match because:
            case "COORDINATOR":
                await scene.coordinator.ask("stopAreaAlert", id=alert_id)
            case "FAMILY":
                await family.ask("withdrawReport", id=report_id, version=1)
            case "TAKEN_DOWN":
                await take_down(scene, report_id)
            case _:
                no_more = {"id": report_id, "version": 1, "nearby": {"alert": False}}
                await family.ask("changeReport", input=no_more)
        over = await shown_to(scene.volunteer, alert_id)
        assert (over["child"], over["photos"]) == (None, []), because
        stopped = (await scene.coordinator.ask("areaAlert", id=alert_id)).value
        assert (stopped["state"], stopped["endedBecause"]) == ("STOPPED", because.partition(",")[0])
        wider = {"id": alert_id, "version": stopped["version"], "area": {"centre": NEW_ORLEANS, "radiusKm": 20}}
        assert (await scene.coordinator.ask("widenAreaAlert", input=wider)).codes == ["CONFLICT"]
    assert (await scene.volunteer.ask("nearbyAlerts")).value == []


async def test_it_is_over_when_the_child_was_found_or_the_incident_closed(scene: Scene) -> None:
    _, report_id, alert_id = await told(scene)
    (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made  # noqa: B018 (whether it was done)
    await settled(scene.house.use.store)
    (match,) = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    step = {"id": match["id"], "version": match["version"]}
    assert (await scene.coordinator.ask("confirmMatch", input=step)).codes == []
    await settled(scene.house.use.store)
    assert (await shown_to(scene.volunteer, alert_id))["child"] is None
    assert (await scene.coordinator.ask("areaAlert", id=alert_id)).value["endedBecause"] == "FOUND"
    assert (await send(scene.coordinator, report_id)).codes == ["CONFLICT"]
    _, other_report_id, other_id = await told(scene)
    closing = {"id": scene.incident_id, "version": 1, "status": "CLOSED"}
    assert (await scene.coordinator.ask("changeIncident", input=closing)).codes == []
    assert (await shown_to(scene.volunteer, other_id))["child"] is None
    await scene.coordinator.ask("stopAreaAlert", id=other_id)
    assert (await send(scene.coordinator, other_report_id)).codes == ["CONFLICT"]


async def test_who_was_not_told_yet_is_told_no_more_once_the_family_takes_its_agreement_back(
    scene: Scene, push: FakePushService
) -> None:
    family, report_id = await agreeing_family(scene)
    phone = await phone_of(scene.volunteer, push)
    push.answer(phone, Answer(503))
    sent = (await send(scene.coordinator, report_id)).made["areaAlert"]
    store = scene.house.use.store
    await delivery_in(scene, "RETRYING")
    progress = (await scene.coordinator.ask("areaAlert", id=sent["id"])).value["progress"]
    assert progress == {"queued": 1, "sent": 0, "failed": 0, "gone": 0}
    refused = {"id": report_id, "version": 1, "nearby": {"alert": False}}
    assert (await family.ask("changeReport", input=refused)).codes == []
    push.answer(phone, Answer(201))
    tried = len(push.received(phone))
    await store.deliveries.collection.update_one({}, {"$set": {"work.dueAt": scene.house.use.clock()}})
    await delivery_in(scene, "GONE")
    assert len(push.received(phone)) == tried
    assert await store.devices.collection.count_documents({}) == 1


async def test_a_family_and_a_stranger_choose_no_place_and_no_place_is_none(scene: Scene) -> None:
    family, _ = await agreeing_family(scene)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for other, code in ((scene.stranger, "UNAUTHENTICATED"), (family, "FORBIDDEN"), (scene.admin, "FORBIDDEN")):
        assert (await other.ask("chooseNearbyPlace", point=NEW_ORLEANS)).codes == [code]
    wrong = await scene.volunteer.ask("chooseNearbyPlace", point={"latitude": 91, "longitude": 0})
    assert [(one["code"], one["field"]) for one in wrong.value["errors"]] == [("INVALID", "point.latitude")]
    assert await everything(scene.house.use.store) == before


async def test_a_copy_of_the_database_says_nowhere_where_anybody_is_or_was_told(
    scene: Scene, push: FakePushService
) -> None:
    await phone_of(scene.volunteer, push)
    assert (await scene.volunteer.ask("chooseNearbyPlace", point=NEW_ORLEANS)).codes == []
    await told(scene)
    chosen = cell(NEW_ORLEANS["latitude"], NEW_ORLEANS["longitude"], COARSE)
    for name in ("alertChoices", "areaAlerts", "areaRounds", "devices", "events", "deliveries", "alerts"):
        found = [one async for one in scene.house.use.store.database[name].find({"kind": {"$ne": BY_ITSELF}})]
        assert found, name
        for word in (*at_each_size(chosen), str(NEW_ORLEANS["latitude"]), str(NEW_ORLEANS["longitude"])):
            assert word not in str(found), (name, word)
