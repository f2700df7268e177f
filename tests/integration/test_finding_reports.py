"""A caller's report is found by what they say, however it is spelt; by whom it may be, and by nobody else."""

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.house import Scene
from tests.support.records import missing, report
from tests.support.snapshot import audit_entries, everything, settled


async def file(scene: Scene, full: str, **changes: Any) -> str:
    child = missing(person={"names": {"full": full}, "sex": "FEMALE"})
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, child, **changes))).made
    report_id: str = filed["reports"][0]["id"]
    return report_id


async def found(person: Client, scene: Scene, **person_said: Any) -> list[str]:
    answer = await person.ask("findReports", incidentId=scene.incident_id, person=person_said)
    return [one["id"] for one in answer.value]


async def test_a_stranger_a_family_and_a_volunteer_find_nothing(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for person, code in ((scene.stranger, "UNAUTHENTICATED"), (family, "FORBIDDEN"), (scene.volunteer, "FORBIDDEN")):
        answer = await person.ask(
            "findReports", incidentId=scene.incident_id, person={"names": {"full": "Marisol Quintanilla"}}
        )
        assert (answer.codes, answer.body["data"]) == ([code], None)
    assert await everything(scene.house.use.store) == before


@pytest.mark.parametrize(
    "said",
    [
        {"names": {"given": "Marisol", "family": "Quintanilla"}},
        {"names": {"given": "Marysol", "family": "Kintanila"}},
        {"relatives": [{"phone": "504 555 0142"}]},
    ],
)
async def test_the_likeliest_is_first_by_name_by_sound_or_by_the_telephone_of_who_reported(
    scene: Scene, said: dict[str, Any]
) -> None:
    meant = await file(scene, "Marisol Quintanilla")
    other = {"name": "Theodor Brindle", "phone": "+1 713 555 0199"}
    await file(scene, "Wendeline Seraphine Brindle", reporter=other)
    await settled(scene.house.use.store)
    assert await found(scene.call_taker, scene, **said) == [meant]
    looks = [one for one in await audit_entries(scene.house.use.store) if one["action"] == "READ_REPORT"]
    assert looks[-1]["record_ids"] == [meant]


async def test_who_says_nothing_finds_nothing_and_what_cannot_be_is_refused(scene: Scene) -> None:
    await file(scene, "Marisol Quintanilla")
    await settled(scene.house.use.store)
    assert await found(scene.call_taker, scene) == []
    answer = await scene.call_taker.ask("findReports", incidentId=scene.incident_id, person={"heightCm": 900})
    assert answer.codes == ["INVALID"]
