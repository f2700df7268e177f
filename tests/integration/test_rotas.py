"""Rotas: who sets them, who reads them, what cannot be a shift, and who is on duty when."""

from datetime import timedelta
from typing import Any

import pytest

from backend.domain.account import Role
from tests.support.client import new_id
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.rotas import id_of, set_rota, shift
from tests.support.snapshot import everything, records


async def test_only_a_coordinator_or_administrator_sets_a_rota_and_staff_reads_it(
    scene: Scene, clock: MovableClock
) -> None:
    coordinator_id = await id_of(scene.coordinator)
    on = shift(coordinator_id, clock())
    before = await everything(scene.house.use.store)
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.volunteer, "NOT_FOUND"),
        (scene.call_taker, "NOT_FOUND"),
        (scene.officer, "FORBIDDEN"),
    ):
        assert (await set_rota(person, scene, on)).codes == [code]
    assert (await scene.volunteer.ask("rota", incidentId=scene.incident_id)).codes == ["NOT_FOUND"]
    assert await everything(scene.house.use.store) == before
    empty = (await scene.officer.ask("rota", incidentId=scene.incident_id)).value
    assert (empty["version"], empty["shifts"], empty["onDuty"], empty["updatedAt"]) == (0, [], [], None)
    made = (await set_rota(scene.coordinator, scene, on)).made["rota"]
    assert (made["version"], made["onDuty"][0]["name"]) == (1, "Coordinator")
    late = await set_rota(scene.admin, scene)
    assert (late.codes, late.value["rota"]["version"]) == (["STALE"], 1)
    assert (await set_rota(scene.admin, scene, version=1)).made["rota"]["shifts"] == []
    log = [entry for entry in (await everything(scene.house.use.store))["audit"] if entry["action"] == "ROTA_SET"]
    assert [coordinator_id in entry["record_ids"] for entry in log] == [True, False]


async def test_those_on_duty_change_with_the_time_and_an_account_that_is_closed_is_not(
    scene: Scene, clock: MovableClock
) -> None:
    other = await scene.house.person(Role.COORDINATOR, incident_id=scene.incident_id)
    first, second = await id_of(scene.coordinator), await id_of(other)
    later = shift(second, clock() + timedelta(minutes=8))
    now_on = (await set_rota(scene.coordinator, scene, shift(first, clock(), hours=0.1, step=2), later)).made["rota"]
    assert [one["accountId"] for one in now_on["onDuty"]] == [first]
    clock.forward(timedelta(minutes=9))
    assert [one["accountId"] for one in (await rota(scene))["onDuty"]] == [second]
    (await scene.admin.ask("closeAccount", id=second)).made  # noqa: B018 (it says whether it was done)
    shown = await rota(scene)
    assert (shown["onDuty"], [one["name"] for one in shown["shifts"]]) == ([], ["Coordinator", None])


async def rota(scene: Scene) -> Any:
    return (await scene.coordinator.ask("rota", incidentId=scene.incident_id)).value


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accountId": new_id()}, "shifts.0.accountId"),
        ({"hours": -1}, "shifts.0.endsAt"),
        ({"hours": 24 * 8}, "shifts.0.endsAt"),
        ({"step": 0}, "shifts.0.step"),
        ({"step": 10}, "shifts.0.step"),
    ],
)
async def test_what_cannot_be_a_shift_is_refused_by_its_field(
    scene: Scene, clock: MovableClock, changes: dict[str, Any], field: str
) -> None:
    hours = changes.pop("hours", 8)
    on = shift(await id_of(scene.coordinator), clock(), hours=hours) | changes
    before = await records(scene.house.use.store)
    refused = await set_rota(scene.coordinator, scene, on)
    assert [(error["code"], error["field"]) for error in refused.value["errors"]] == [("INVALID", field)]
    assert await records(scene.house.use.store) == before


async def test_a_volunteer_is_put_on_no_rota(scene: Scene, clock: MovableClock) -> None:
    refused = await set_rota(scene.coordinator, scene, shift(await id_of(scene.volunteer), clock()))
    assert refused.codes == ["INVALID"]
