"""The map: who sees it, what it counts, from afar and from near, now and as it was; and where it changes."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from backend.domain.account import Role
from backend.services import map as maps
from backend.services.map_rebuilding import begin_rebuild, check_map, tend_map, work_off
from backend.store.map import DUE, SHEETS
from tests.support.client import Client
from tests.support.house import HOUSTON, NEW_ORLEANS, House, Scene, running_house, set_scene
from tests.support.map import FROM_NEAR, GULF, HERE, counted, map_of, sums, totals
from tests.support.matched_pair import a_matched_pair
from tests.support.records import child, missing, report, sighting
from tests.support.snapshot import audit_entries, everything

ALONE = "IN_CARE UNACCOMPANIED"


async def register(scene: Scene, client: Client | None = None, site_id: str | None = None, **changes: Any) -> Any:
    person = child(site_id or scene.site_id, **changes)
    made = (await (client or scene.volunteer).ask("registerPerson", input=person)).made
    return made["registration"]


async def file(scene: Scene, **changes: Any) -> tuple[Client, Any]:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(**changes)))).made
    return scene.stranger.signed_in(filed["token"]), filed["reports"][0]


async def test_the_map_is_for_the_operations_of_the_incident_alone(scene: Scene) -> None:
    family, _ = await file(scene)
    await counted(scene.house.use.store)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    elsewhere = await scene.house.person(Role.COORDINATOR, incident_id=opened["incident"]["id"])
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (family, "FORBIDDEN"),
        (scene.volunteer, "FORBIDDEN"),
        (scene.call_taker, "FORBIDDEN"),
        (elsewhere, "FORBIDDEN"),
        (scene.admin, "FORBIDDEN"),
    ):
        answer = await person.ask("mapView", incidentId=scene.incident_id, bounds=GULF, zoom=6)
        assert (answer.codes, answer.body["data"]) == ([code], None)
        async with person.follow("mapChanges", incidentId=scene.incident_id) as changes:
            message = await changes.next_message()
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
    assert await everything(scene.house.use.store) == before
    for person in (scene.coordinator, scene.officer):
        assert sums(await map_of(person, scene.incident_id))["REPORTS OPEN"] == 1


async def test_from_afar_there_are_counts_by_cell_layer_and_state(scene: Scene) -> None:
    for _ in range(3):
        await register(scene)
    await register(scene, careStatus="SEPARATED")
    await register(scene, scene.other_volunteer, scene.other_site_id, careStatus="ADULT")
    await file(scene)
    _, nowhere = await file(scene, lastSeenPlace={"text": "by the river"})
    assert nowhere
    await counted(scene.house.use.store)
    view = await map_of(scene.coordinator, scene.incident_id)
    there = {
        ALONE: 3,
        "IN_CARE SEPARATED": 1,
        "IN_CARE ADULT": 1,
        "SITES OPEN": 2,
        "REPORTS OPEN": 1,
    }
    assert sums(view) == there
    assert totals(view) == {**there, "REPORTS OPEN": 2}, "what has no place is counted in the incident"
    assert (view["resolution"], view["lines"], view["at"]) == (3, [], None)
    shown = {one["id"]: (one["layer"], one["inCare"], one["unaccompanied"]) for one in view["things"]}
    assert shown == {scene.site_id: ("SITES", 4, 3), scene.other_site_id: ("SITES", 1, 0)}, "few sites are shown afar"
    only = await map_of(scene.coordinator, scene.incident_id, layers=["REPORTS"])
    assert sums(only) == {"REPORTS OPEN": 1}
    houston = {"north": 30.5, "south": 29.0, "east": -94.5, "west": -96.5}
    assert sums(await map_of(scene.coordinator, scene.incident_id, bounds=houston, zoom=9)) == {
        "IN_CARE ADULT": 1,
        "SITES OPEN": 1,
    }


async def test_from_near_there_are_single_things_and_looking_is_entered(scene: Scene) -> None:
    registration = await register(scene)
    _, filed = await file(scene)
    capacity = {"id": scene.site_id, "version": 1, "capacity": 200}
    assert (await scene.coordinator.ask("changeSite", input=capacity)).made
    await counted(scene.house.use.store)
    view = await map_of(scene.coordinator, scene.incident_id, bounds=HERE, zoom=FROM_NEAR)
    found = {one["layer"]: one for one in view["things"]}
    assert (view["cells"], set(found)) == ([], {"SITES", "IN_CARE", "REPORTS"})
    assert found["SITES"] == {
        "id": scene.site_id,
        "layer": "SITES",
        "state": "OPEN",
        "point": NEW_ORLEANS,
        "name": found["SITES"]["name"],
        "inCare": 1,
        "unaccompanied": 1,
        "capacity": 200,
    }
    assert (found["IN_CARE"]["id"], found["IN_CARE"]["point"]) == (registration["id"], NEW_ORLEANS)
    assert (found["REPORTS"]["id"], found["REPORTS"]["state"]) == (filed["id"], "OPEN")
    looks = [entry for entry in await audit_entries(scene.house.use.store) if entry.get("fields") == ["PLACE"]]
    assert {one for entry in looks for one in entry["record_ids"]} == {registration["id"], filed["id"]}
    beside = {"north": 29.93, "south": 29.9, "east": -90.1, "west": -90.15}
    assert (await map_of(scene.coordinator, scene.incident_id, bounds=beside, zoom=FROM_NEAR))["things"] == []


async def test_a_confirmed_match_is_a_line_until_it_is_undone(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    step = secrets.variables["confirmMatch"]["input"]
    confirmed = (await scene.coordinator.ask("confirmMatch", input=step)).made["match"]
    moved = {"id": secrets.variables["report"]["id"], "version": 1}
    seen = {"lastSeenPlace": {"text": "Houston", "point": HOUSTON}}
    assert (await scene.call_taker.ask("changeReport", input={**moved, **seen})).made
    await counted(scene.house.use.store)
    afar = await map_of(scene.coordinator, scene.incident_id)
    assert [(line["count"], line["id"]) for line in afar["lines"]] == [(1, None)]
    assert afar["lines"][0]["start"] != afar["lines"][0]["end"]
    near = await map_of(scene.coordinator, scene.incident_id, bounds=HERE, zoom=FROM_NEAR, layers=["MATCHES"])
    line = {"id": confirmed["id"], "start": HOUSTON, "end": NEW_ORLEANS, "count": 1}
    assert near["lines"] == [line], "it ends here, though it begins elsewhere"
    undone = {"id": confirmed["id"], "version": confirmed["version"]}
    match = (await scene.coordinator.ask("match", id=confirmed["id"])).value
    assert (await scene.coordinator.ask("undoMatch", input={**undone, "version": match["version"]})).made
    await counted(scene.house.use.store)
    assert (await map_of(scene.coordinator, scene.incident_id))["lines"] == []
    assert (await check_map(scene.house.use.store, scene.incident_id)).is_right


async def test_many_who_are_in_care_hide_no_site_and_many_sites_are_counted_from_afar(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await register(scene)
    await counted(scene.house.use.store)
    monkeypatch.setattr(maps, "MOST_SINGLE", 1)
    near = await map_of(scene.coordinator, scene.incident_id, bounds=HERE, zoom=FROM_NEAR)
    assert [one["id"] for one in near["things"]] == [scene.site_id]
    assert sums(near) == {"SITES OPEN": 1, ALONE: 5}
    monkeypatch.setattr(maps, "MOST_SITES", 1)
    afar = await map_of(scene.coordinator, scene.incident_id)
    assert (afar["things"], sums(afar)) == ([], {"SITES OPEN": 2, ALONE: 5})


async def test_a_sighting_is_on_the_map_until_it_is_dismissed(scene: Scene) -> None:
    seen = [sighting(scene.incident_id), sighting(scene.incident_id, place={"text": "by the river"})]
    for one in seen:
        assert not (await scene.stranger.ask("recordSighting", input=one)).codes
    await counted(scene.house.use.store)
    afar = await map_of(scene.coordinator, scene.incident_id)
    assert (sums(afar)["SIGHTINGS OPEN"], totals(afar)["SIGHTINGS OPEN"]) == (1, 2)
    near = await map_of(scene.officer, scene.incident_id, bounds=HERE, zoom=FROM_NEAR, layers=["SIGHTINGS"])
    assert [(one["id"], one["state"], one["point"]) for one in near["things"]] == [(seen[0]["id"], "OPEN", NEW_ORLEANS)]
    looks = [one for one in await audit_entries(scene.house.use.store) if one["action"] == "READ_SIGHTING"]
    assert [(one["record_ids"], one["fields"]) for one in looks] == [([seen[0]["id"]], ["PLACE"])]
    _, filed = await file(scene)
    linked = {"id": seen[0]["id"], "version": 1, "reportId": filed["id"]}
    assert (await scene.coordinator.ask("linkSighting", input=linked)).made
    dismissed = {"id": seen[1]["id"], "version": 1, "reason": "Another child."}
    assert (await scene.coordinator.ask("dismissSighting", input=dismissed)).made
    await counted(scene.house.use.store)
    view = await map_of(scene.coordinator, scene.incident_id)
    assert [name for name in totals(view) if "SIGHTINGS" in name] == ["SIGHTINGS LINKED"]
    assert (await check_map(scene.house.use.store, scene.incident_id)).is_right


async def test_how_many_are_in_care_is_told_to_who_may_read_the_site(scene: Scene) -> None:
    for _ in range(2):
        await register(scene)
    await counted(scene.house.use.store)
    for person in (scene.stranger, scene.other_volunteer, scene.call_taker):
        answer = await person.ask("site", id=scene.site_id)
        assert answer.codes
        assert answer.body["data"]["site"] is None
    for person in (scene.volunteer, scene.coordinator):
        assert (await person.ask("site", id=scene.site_id)).value["inCare"] == 2
    assert (await scene.coordinator.ask("site", id=scene.other_site_id)).value["inCare"] == 0


async def test_the_map_follows_a_move_a_withdrawal_and_a_site_that_moves(scene: Scene) -> None:
    registration = await register(scene)
    family, filed = await file(scene)
    move = {"id": registration["id"], "version": 1, "siteId": scene.other_site_id}
    assert (await scene.coordinator.ask("moveRegistration", input=move)).made
    assert (await family.ask("withdrawReport", id=filed["id"], version=1)).made
    away = {"latitude": 35.0, "longitude": -101.8}
    site = {"id": scene.other_site_id, "version": 1, "point": away}
    assert (await scene.coordinator.ask("changeSite", input=site)).made
    await counted(scene.house.use.store)
    assert sums(await map_of(scene.coordinator, scene.incident_id)) == {"SITES OPEN": 1}
    amarillo = {"north": 36.0, "south": 34.0, "east": -100.0, "west": -103.0}
    there = await map_of(scene.coordinator, scene.incident_id, bounds=amarillo, zoom=7)
    assert sums(there) == {ALONE: 1, "SITES OPEN": 1}
    assert (await check_map(scene.house.use.store, scene.incident_id)).is_right


async def test_counting_again_changes_nothing_and_a_rebuild_mends_what_is_wrong(scene: Scene) -> None:
    use = scene.house.use
    await register(scene)
    await file(scene)
    await counted(use.store)
    right = sums(await map_of(scene.coordinator, scene.incident_id))
    await use.store.database[SHEETS].delete_many({})
    found = await check_map(use.store, scene.incident_id)
    assert found.wrong_counts
    assert found.wrong_past
    assert not found.is_right
    await begin_rebuild(use, scene.incident_id)
    assert not (await check_map(use.store, scene.incident_id)).is_right
    await register(scene)
    assert [now.step async for now in work_off(use, scene.incident_id)] != []
    await counted(use.store)
    assert (await check_map(use.store, scene.incident_id)).is_right
    assert sums(await map_of(scene.coordinator, scene.incident_id)) == {**right, ALONE: 2}


async def test_the_past_is_shown_hour_by_hour(scene: Scene) -> None:
    registration = await register(scene)
    await counted(scene.house.use.store)
    now = datetime.now(UTC)
    later, earlier = now + timedelta(hours=1), now - timedelta(hours=1)
    assert sums(await map_of(scene.coordinator, scene.incident_id, at=later.isoformat()))[ALONE] == 1
    before = await map_of(scene.coordinator, scene.incident_id, at=earlier.isoformat())
    assert (before["cells"], before["totals"]) == ([], [])
    assert datetime.fromisoformat(before["at"]) == earlier.replace(minute=0, second=0, microsecond=0)
    move = {"id": registration["id"], "version": 1, "siteId": scene.other_site_id}
    assert (await scene.coordinator.ask("moveRegistration", input=move)).made
    await counted(scene.house.use.store)
    in_a_year = now + timedelta(days=400)
    assert sums(await map_of(scene.coordinator, scene.incident_id, at=in_a_year.isoformat()))[ALONE] == 1


async def test_where_the_map_changes_is_told_by_cells(scene: Scene) -> None:
    await counted(scene.house.use.store)
    async with scene.coordinator.follow("mapChanges", incidentId=scene.incident_id) as changes:
        first = await changes.next()
        assert (first["cells"], first["everywhere"]) == ([], False)
        await register(scene)
        told = await changes.next()
        while not sums(await map_of(scene.coordinator, scene.incident_id)).get(ALONE):
            told = await changes.next()  # the two sites may be told of just before
    assert 1 <= len(told["cells"]) <= 2
    assert sums(await map_of(scene.coordinator, scene.incident_id))[ALONE] == 1, "it is counted when it is told"
    async with scene.coordinator.follow("mapChanges", incidentId=scene.incident_id, after=first["cursor"]) as changes:
        assert set((await changes.next())["cells"]) >= set(told["cells"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bounds": {**GULF, "north": 20.0}}, "bounds"),
        ({"bounds": {**GULF, "east": 200.0}}, "bounds"),
        ({"zoom": -1}, "zoom"),
        ({"zoom": 99}, "zoom"),
    ],
)
async def test_bounds_and_zooms_that_cannot_be_are_refused(scene: Scene, changes: dict[str, Any], field: str) -> None:
    asked = {"bounds": GULF, "zoom": 6, **changes}
    answer = await scene.coordinator.ask("mapView", incidentId=scene.incident_id, **asked)
    assert [(one["code"], one["field"]) for one in answer.body["errors"][0]["extensions"]["problems"]] == [
        ("INVALID", field)
    ]


async def test_the_whole_world_from_nearest_is_answered_in_wide_cells(scene: Scene) -> None:
    await file(scene)
    await counted(scene.house.use.store)
    world = {"north": 90.0, "south": -90.0, "east": 180.0, "west": -180.0}
    view = await map_of(scene.coordinator, scene.incident_id, bounds=world, zoom=20)
    assert (view["resolution"], sums(view)["REPORTS OPEN"]) == (2, 1)


async def test_after_random_changes_and_counting_cut_off_at_random_the_map_is_what_a_recount_says(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    random = Random(3)  # noqa: S311 (chances, not secrets)
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        scene = await set_scene(house)
        enough = asyncio.Event()
        counting = [asyncio.create_task(count_and_be_cut_off(house, random, enough)) for _ in range(3)]
        await change_at_random(scene, random, 30)
        enough.set()
        await asyncio.gather(*counting)
        while await tend_map(house.use):
            pass
        found = await check_map(house.use.store, scene.incident_id)
        assert (found.wrong_pins, found.wrong_counts, found.wrong_past, found.due) == (0, 0, 0, 0)
        assert found.pins > 5
        view = await map_of(scene.coordinator, scene.incident_id)
        assert sum(totals(view).values()) == found.pins


async def count_and_be_cut_off(house: House, random: Random, enough: asyncio.Event) -> None:
    """Count as a worker does, which is ended at any moment; two may count at once."""
    while not enough.is_set():
        try:
            async with asyncio.timeout(random.uniform(0, 0.05)):
                await tend_map(house.use)
        except (TimeoutError, PyMongoError):
            continue
        await asyncio.sleep(0.01)


async def change_at_random(scene: Scene, random: Random, times: int) -> None:
    registrations: dict[str, int] = {}
    reports: dict[str, int] = {}
    site_versions = dict.fromkeys((scene.site_id, scene.other_site_id), 1)
    for _ in range(times):
        kinds = ("register", "register", "file", "file", "move", "care", "withdraw", "seen", "site", "sighting")
        what = random.choice(kinds)
        place = {"point": {"latitude": random.uniform(28, 32), "longitude": random.uniform(-97, -87)}}
        if what == "register":
            site_id = random.choice(tuple(site_versions))
            registrations[(await register(scene, scene.coordinator, site_id))["id"]] = 1
        elif what == "file":
            reports[(await file(scene, lastSeenPlace=place))[1]["id"]] = 1
        elif what == "site":
            site_id = random.choice(tuple(site_versions))
            change = {"id": site_id, "version": site_versions[site_id], **place}
            assert (await scene.coordinator.ask("changeSite", input=change)).made
            site_versions[site_id] += 1
        elif what == "sighting":
            said = sighting(scene.incident_id, place=place)
            assert not (await scene.stranger.ask("recordSighting", input=said)).codes
        elif what in ("move", "care") and registrations:
            one = random.choice(tuple(registrations))
            named = {"id": one, "version": registrations[one]}
            change = {"siteId": scene.other_site_id} if what == "move" else {"careStatus": "SEPARATED"}
            operation = "moveRegistration" if what == "move" else "changeRegistration"
            assert (await scene.coordinator.ask(operation, input={**named, **change})).made
            registrations[one] += 1
        elif reports:
            one = random.choice(tuple(reports))
            if what == "withdraw":
                assert not (await scene.call_taker.ask("withdrawReport", id=one, version=reports.pop(one))).codes
            else:
                change = {"id": one, "version": reports[one], "lastSeenPlace": place}
                assert (await scene.call_taker.ask("changeReport", input=change)).made
                reports[one] += 1


async def test_a_record_that_does_not_open_keeps_no_other_off_the_map(scene: Scene) -> None:
    store = scene.house.use.store
    one, other = (await register(scene))["id"], (await register(scene))["id"]
    _, missed = await file(scene)
    await counted(store)
    for records, record_id in ((store.registrations, one), (store.reports, missed["id"])):
        sealed = await store.registrations.beside(other, "person")  # of another record: it does not open in this one
        await records.collection.update_one({"_id": record_id}, {"$set": {"person": sealed}})
        source = records.collection.name
        await store.database[DUE].insert_one(
            {"_id": record_id, "incidentId": scene.incident_id, "source": source, "recordId": record_id}
        )
    await register(scene)
    await counted(store)
    assert totals(await map_of(scene.coordinator, scene.incident_id)) == {"SITES OPEN": 2, ALONE: 2}


async def test_towns_to_find_one_s_way_by_the_largest_first_and_cells_are_named(scene: Scene) -> None:
    await register(scene)
    await counted(scene.house.use.store)
    asked = {"incidentId": scene.incident_id, "bounds": HERE}
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"]
    elsewhere = {**asked, "incidentId": opened["id"]}
    assert (await scene.coordinator.ask("mapTowns", **elsewhere)).codes == ["FORBIDDEN"]
    towns = (await scene.coordinator.ask("mapTowns", **asked)).value
    for person in (scene.stranger, scene.volunteer, scene.call_taker):
        assert (await person.ask("mapTowns", **asked)).value == towns
    assert towns[0]["name"] == "New Orleans"
    assert [one["population"] for one in towns] == sorted((one["population"] for one in towns), reverse=True)
    assert all(HERE["south"] <= one["point"]["latitude"] <= HERE["north"] for one in towns)
    wrong = {**HERE, "north": HERE["south"]}
    assert (await scene.coordinator.ask("mapTowns", incidentId=scene.incident_id, bounds=wrong)).codes == ["INVALID"]
    rows = (await scene.coordinator.ask("mapTable", **asked, zoom=11, layers=["IN_CARE"])).value["cells"]
    assert ["New Orleans" in row["name"] for row in rows] == [True]


async def test_pictures_of_the_ground_are_named_where_the_operator_has_some(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    named: dict[str, Any] = {"tiles_url": "https://tiles.example.org/{z}/{x}/{y}.png", "tiles_attribution": "OSM"}
    async with running_house(database_uri, database_name, tmp_path, worker=False, **named) as house:
        value = (await house.stranger.ask("mapTiles")).value
    assert value == {"url": named["tiles_url"], "attribution": "OSM"}
