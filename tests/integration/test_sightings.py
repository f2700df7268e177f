"""Sightings: who may record, read and decide them, what a link does to a match, and what a family learns: nothing."""

import asyncio
from typing import Any

import pytest

from tests.support.client import Client, new_id
from tests.support.house import HOUSTON, Scene
from tests.support.records import child, missing, report, sighting
from tests.support.snapshot import everything, records, settled
from tests.support.take_downs import take_down

LATER = "2026-09-04T09:00:00Z"


async def recorded(client: Client, scene: Scene, **changes: Any) -> str:
    made = (await client.ask("recordSighting", input=sighting(scene.incident_id, **changes))).made
    return str(made["id"])


async def filed(scene: Scene, **changes: Any) -> tuple[Client, str]:
    made = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(**changes)))).made
    await settled(scene.house.use.store)
    return scene.stranger.signed_in(made["token"]), made["reports"][0]["id"]


async def link(client: Client, sighting_id: str, report_id: str, version: int = 1) -> Any:
    return await client.ask("linkSighting", input={"id": sighting_id, "version": version, "reportId": report_id})


async def evidence(scene: Scene, report_id: str) -> dict[str, Any]:
    await settled(scene.house.use.store)
    matches = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    return {piece["feature"]: piece for piece in matches[0]["evidence"]} | {"version": matches[0]["version"]}


async def test_a_stranger_and_a_family_record_one_and_are_told_its_id_and_no_more(scene: Scene) -> None:
    family, _ = await filed(scene)
    for client, who in ((scene.stranger, None), (family, (await family.ask("viewer")).value["id"])):
        answer = await client.ask("recordSighting", input=sighting(scene.incident_id))
        assert answer.made["sighting"] is None
        seen = (await scene.call_taker.ask("sighting", id=answer.made["id"])).value
        assert (seen["state"], seen["source"], seen["witness"]["phone"]) == ("OPEN", "WEB", "+1 504 555 0177")
        stored = await scene.house.use.store.sightings.get(answer.made["id"])
        assert stored is not None
        assert stored.recorded_by == who
        await settled(scene.house.use.store)
        before = await everything(scene.house.use.store)
        for refused in (await client.ask("sighting", id=answer.made["id"]), await link(client, new_id(), new_id())):
            assert refused.codes in (["UNAUTHENTICATED"], ["NOT_FOUND"])
        assert (await client.ask("sightings", incidentId=scene.incident_id)).codes in (
            ["UNAUTHENTICATED"],
            ["FORBIDDEN"],
        )
        assert await everything(scene.house.use.store) == before


async def test_a_volunteer_reads_what_they_recorded_without_who_saw_it_and_nothing_of_others(scene: Scene) -> None:
    own = await recorded(scene.volunteer, scene)
    other = await recorded(scene.other_volunteer, scene)
    seen = (await scene.volunteer.ask("sighting", id=own)).value
    assert (seen["source"], seen["what"], seen["witness"]) == (
        "FIELD",
        "a girl alone on a bench with a green kite",
        None,
    )
    listed = (await scene.volunteer.ask("sightings", incidentId=scene.incident_id)).value["edges"]
    assert [edge["node"]["id"] for edge in listed] == [own]
    assert (await scene.volunteer.ask("sighting", id=other)).codes == ["NOT_FOUND"]
    _, report_id = await filed(scene)
    before = await records(scene.house.use.store)
    assert (await link(scene.volunteer, own, report_id)).codes == ["FORBIDDEN"]
    assert await records(scene.house.use.store) == before
    (await link(scene.call_taker, own, report_id)).made  # noqa: B018 (it says whether it was done)
    seen = (await scene.volunteer.ask("sighting", id=own)).value
    assert (seen["state"], seen["reportId"], seen["decidedBy"], seen["decidedAt"]) == ("LINKED", None, None, None)


async def test_staff_reads_all_of_them_newest_first_and_the_log_has_each_step(scene: Scene) -> None:
    ids = [await recorded(client, scene) for client in (scene.stranger, scene.volunteer, scene.call_taker)]
    for client in (scene.call_taker, scene.coordinator, scene.officer):
        listed = (await client.ask("sightings", incidentId=scene.incident_id)).value["edges"]
        assert [edge["node"]["id"] for edge in listed] == ids[::-1]
        assert [edge["node"]["source"] for edge in listed] == ["HOTLINE", "FIELD", "WEB"]
    _, report_id = await filed(scene)
    await link(scene.coordinator, ids[0], report_id)
    await scene.coordinator.ask("reopenSighting", id=ids[0], version=2)
    await scene.coordinator.ask("dismissSighting", input={"id": ids[0], "version": 3, "reason": "a doll"})
    log = (await everything(scene.house.use.store))["audit"]
    about = [entry["action"] for entry in log if ids[0] in entry["record_ids"]]
    assert [action for action in about if not action.startswith("READ")] == [
        "SIGHTING_RECORDED",
        "SIGHTING_LINKED",
        "SIGHTING_REOPENED",
        "SIGHTING_DISMISSED",
    ]
    assert about.count("READ_SIGHTING") == 3
    assert "kite" not in str(log)
    assert "kite" not in str((await records(scene.house.use.store))["events"])


async def test_a_linked_sighting_is_evidence_until_it_is_taken_back_and_the_report_stays_as_it_is(scene: Scene) -> None:
    """She was lost in New Orleans; somebody saw her in Houston, where a girl was taken in."""
    girl = child(scene.other_site_id, foundAt="2026-09-05T10:00:00Z", foundPlace={"text": "Main St", "point": HOUSTON})
    await scene.other_volunteer.ask("registerPerson", input=girl)
    family, report_id = await filed(scene)
    alone = await evidence(scene, report_id)
    before = (await family.ask("report", id=report_id)).value
    near = {"latitude": 29.7483, "longitude": -95.3694}
    seen = await recorded(scene.stranger, scene, place={"text": "Bus station", "point": near}, seenAt=LATER)
    await settled(scene.house.use.store)
    assert await evidence(scene, report_id) == alone, "what nobody linked is evidence of nothing"
    linked = (await link(scene.call_taker, seen, report_id)).made["sighting"]
    assert (linked["state"], linked["reportId"]) == ("LINKED", report_id)
    nearer = await evidence(scene, report_id)
    assert nearer["PLACE"]["bits"] > alone["PLACE"]["bits"] + 2
    assert nearer["PLACE"]["reportValue"] == "Bus station"
    assert "somebody saw the child" in nearer["PLACE"]["words"]
    others = [name for name in alone if name not in ("PLACE", "TIME", "version")]
    assert {name: nearer[name] for name in others} == {name: alone[name] for name in others}
    assert (await family.ask("report", id=report_id)).value == before
    of_report = (await scene.call_taker.ask("reportSightings", id=report_id)).value["sightings"]
    assert [one["id"] for one in of_report] == [seen]
    changing = {"id": report_id, "version": before["version"], "reporter": {"name": "Rosaura Q."}}
    (await family.ask("changeReport", input=changing)).made  # noqa: B018 (it says whether it was done)
    assert (await evidence(scene, report_id))["PLACE"] == nearer["PLACE"], "a change of the report leaves it linked"
    await scene.coordinator.ask("reopenSighting", id=seen, version=2)
    again = await evidence(scene, report_id)
    assert again["PLACE"] == alone["PLACE"]


async def test_neither_the_family_nor_its_alerts_learn_that_a_sighting_was_linked(scene: Scene) -> None:
    girl = child(scene.other_site_id, foundAt="2026-09-05T10:00:00Z", foundPlace={"text": "Main St", "point": HOUSTON})
    await scene.other_volunteer.ask("registerPerson", input=girl)
    family, report_id = await filed(scene)
    await settled(scene.house.use.store)
    store = scene.house.use.store
    before = (await family.ask("report", id=report_id)).value, len((await records(store))["alerts"])
    async with family.follow("ownReports") as news:
        await news.next_record()
        seen = await recorded(scene.call_taker, scene, place={"text": "Main St", "point": HOUSTON}, seenAt=LATER)
        await link(scene.call_taker, seen, report_id)
        await settled(store)
        (await family.ask("changeReport", input={"id": report_id, "version": 1, "reporter": {"name": "R."}})).made  # noqa: B018 (it says whether it was done)
        assert (await news.next_record())["version"] == 2, "the next that the family hears is its own change"
    answer = await family.ask("reportSightings", id=report_id)
    assert (answer.codes, answer.value["sightings"]) == (["FORBIDDEN"], None)
    assert before[1] == len((await records(store))["alerts"])
    assert before[0]["nextStep"] == (await family.ask("report", id=report_id)).value["nextStep"]


async def test_one_that_is_linked_or_dismissed_must_be_opened_first_and_of_two_people_one_wins(scene: Scene) -> None:
    _, report_id = await filed(scene)
    seen = await recorded(scene.stranger, scene)
    tried = await asyncio.gather(*(link(client, seen, report_id) for client in (scene.call_taker, scene.coordinator)))
    assert sorted(answer.codes for answer in tried) == [[], ["CONFLICT"]]
    dismissing = {"id": seen, "version": 2, "reason": "a doll"}
    assert (await scene.officer.ask("dismissSighting", input=dismissing)).codes == ["CONFLICT"]
    opened = (await scene.officer.ask("reopenSighting", id=seen, version=2)).made["sighting"]
    assert (opened["state"], opened["reportId"]) == ("OPEN", None)
    assert (await scene.officer.ask("dismissSighting", input={**dismissing, "version": 3, "reason": " "})).codes == [
        "INVALID"
    ]
    done = (await scene.officer.ask("dismissSighting", input={**dismissing, "version": 3})).made["sighting"]
    assert (done["state"], done["reason"]) == ("DISMISSED", "a doll")
    assert (await link(scene.officer, seen, report_id, 4)).codes == ["CONFLICT"]
    again = (await scene.officer.ask("reopenSighting", id=seen, version=4)).made["sighting"]
    assert (again["state"], again["reason"]) == ("OPEN", None)


async def test_no_sighting_is_linked_with_a_report_of_elsewhere_or_one_that_is_closed(scene: Scene) -> None:
    family, report_id = await filed(scene)
    seen = await recorded(scene.stranger, scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"]["id"]
    other = (await scene.stranger.ask("fileReport", input=report(opened))).made["reports"][0]["id"]
    await family.ask("withdrawReport", id=report_id, version=1)
    await settled(scene.house.use.store)
    before = (await records(scene.house.use.store))["sightings"]
    assert (await link(scene.call_taker, seen, other)).codes == ["NOT_FOUND"]
    assert (await link(scene.call_taker, seen, new_id())).codes == ["NOT_FOUND"]
    assert (await link(scene.call_taker, seen, report_id)).codes == ["CONFLICT"]
    assert (await records(scene.house.use.store))["sightings"] == before


async def test_the_same_again_is_the_same_and_other_words_under_its_id_are_refused(scene: Scene) -> None:
    said = sighting(scene.incident_id)
    answers = [await scene.stranger.ask("recordSighting", input=said) for _ in range(2)]
    assert answers[0].made == answers[1].made == {"id": said["id"], "sighting": None, "errors": []}
    for client, other in ((scene.stranger, {**said, "what": "nothing"}), (scene.call_taker, said)):
        await settled(scene.house.use.store)
        before = await everything(scene.house.use.store)
        assert (await client.ask("recordSighting", input=other)).codes == ["CONFLICT"]
        assert await everything(scene.house.use.store) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"what": None, "place": None, "person": None}, "what"),
        ({"what": "x" * 4001}, "what"),
        ({"seenAt": "2999-01-01T00:00:00Z"}, "seenAt"),
        ({"place": {"point": {"latitude": 91, "longitude": 0}}}, "place.point.latitude"),
        ({"witness": {"phone": "5" * 201}}, "witness.phone"),
        ({"person": {"age": {"minimum": -1}}}, "person.age.minimum"),
        ({"id": "mine"}, "id"),
    ],
)
async def test_what_cannot_be_is_refused_by_the_field_s_name(scene: Scene, wrong: dict[str, Any], field: str) -> None:
    before = await everything(scene.house.use.store)
    answer = await scene.stranger.ask("recordSighting", input=sighting(scene.incident_id, **wrong))
    assert [(error["code"], error["field"]) for error in answer.value["errors"]] == [("INVALID", field)]
    assert await everything(scene.house.use.store) == before


async def test_a_sighting_is_evidence_again_once_a_report_that_was_taken_down_is_restored(scene: Scene) -> None:
    girl = child(scene.other_site_id, foundAt="2026-09-05T10:00:00Z", foundPlace={"text": "Main St", "point": HOUSTON})
    await scene.other_volunteer.ask("registerPerson", input=girl)
    _, report_id = await filed(scene)
    seen = await recorded(scene.stranger, scene, place={"text": "Bus station", "point": HOUSTON}, seenAt=LATER)
    assert (await link(scene.call_taker, seen, report_id)).made
    linked = await evidence(scene, report_id)
    assert linked["PLACE"]["reportValue"] == "Bus station"
    taken_down = await take_down(scene, report_id)
    answer = {"id": taken_down["id"], "version": taken_down["version"], "restore": True, "reason": "Mistaken"}
    assert (await scene.officer.ask("answerTakeDown", input=answer)).made
    assert (await evidence(scene, report_id))["PLACE"] == linked["PLACE"]
