"""What a family is told must not say where a child is: anybody may file a report, as often as they like."""

from typing import Any

from tests.support.house import Scene
from tests.support.records import child, missing, report
from tests.support.snapshot import settled

TAMPA, NEARBY, FAR = (27.95, -82.45), (29.96, -90.08), (61.2, -149.9)


def seen_at(place: tuple[float, float], **changes: Any) -> dict[str, Any]:
    point = {"latitude": place[0], "longitude": place[1]}
    return missing(lastSeenPlace={"point": point}, **changes)


async def next_step_of(scene: Scene, filed: dict[str, Any]) -> str:
    family = scene.stranger.signed_in(filed["token"])
    step: str = (await family.ask("report", id=filed["reports"][0]["id"])).value["nextStep"]
    return step


async def test_where_a_child_was_last_seen_makes_no_difference_to_what_its_reporter_is_told(scene: Scene) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    for person, told in (
        ({"names": {"full": "Marisol Quintanilla"}}, None),
        (
            {"names": {"full": "Marisol Quintanilla"}, "sex": "FEMALE", "age": {"birthDate": "2018-03-09"}},
            "STAY_REACHABLE",
        ),
        ({"names": {"given": "Marisela"}, "sex": "FEMALE"}, "WAIT"),
    ):
        steps = set()
        for place in (NEARBY, TAMPA, FAR):
            described = report(scene.incident_id, seen_at(place, person=person), reporter={"name": "A Stranger"})
            filed = (await scene.stranger.ask("fileReport", input=described)).made
            await settled(scene.house.use.store)
            steps.add(await next_step_of(scene, filed))
        assert len(steps) == 1
        assert told is None or steps == {told}


async def test_when_a_child_was_last_seen_makes_no_difference_either(scene: Scene) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    steps = set()
    for day in ("2026-08-01T00:00:00Z", "2026-09-02T09:00:00Z", "2026-10-01T00:00:00Z"):
        filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(lastSeenAt=day)))).made
        await settled(scene.house.use.store)
        steps.add(await next_step_of(scene, filed))
    assert len(steps) == 1


async def test_news_once_told_is_taken_back_by_people_only_and_not_by_moving_the_last_seen_place(scene: Scene) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, seen_at(NEARBY)))).made
    await settled(scene.house.use.store)
    assert await next_step_of(scene, filed) == "STAY_REACHABLE"
    family, report_id = scene.stranger.signed_in(filed["token"]), filed["reports"][0]["id"]
    other = {"names": {"given": "Bartholomew"}, "sex": "MALE", "age": {"minimum": 15, "maximum": 16}}
    point = {"latitude": FAR[0], "longitude": FAR[1]}
    change = {"id": report_id, "version": 1, "person": other, "lastSeenPlace": {"point": point}}
    assert (await family.ask("changeReport", input=change)).made
    await settled(scene.house.use.store)
    assert await next_step_of(scene, filed) == "STAY_REACHABLE"

    match = (await scene.house.use.store.matches.find({"reportId": report_id}))[0]
    assert match.state.value == "FADED"
