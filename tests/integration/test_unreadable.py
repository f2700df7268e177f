"""Records whose hidden text does not open: every operation says so, or goes on without them; none fails unforeseen."""

import json
from typing import Any

import pytest
from bson import Binary

from backend.store.hidden import HIDDEN
from tests.support.house import Scene
from tests.support.matched_pair import a_matched_pair
from tests.support.pairs import link, two_relatives
from tests.support.snapshot import settled


async def spoil(scene: Scene, collection: str) -> int:
    """Cut the end off every hidden value of a collection; how many values."""
    spoiled = 0
    records = scene.house.use.store.database[collection]
    async for document in records.find():
        changes: dict[str, Any] = {}
        for path in HIDDEN[collection]:
            value: Any = document
            for part in path.split("."):
                value = None if value is None else value.get(part)
            if isinstance(value, Binary):
                changes[path] = Binary(value[:-1], value.subtype)
        if changes:
            spoiled += len(changes)
            await records.update_one({"_id": document["_id"]}, {"$set": changes})
    return spoiled


@pytest.mark.parametrize("collection", ["registrations", "reports", "matches", "duplicates", "sightings", "takeDowns"])
async def test_of_what_does_not_open_every_operation_says_so_or_goes_on(scene: Scene, collection: str) -> None:
    secrets = await a_matched_pair(scene)
    await settled(scene.house.use.store)
    assert await spoil(scene, collection)
    said = set()
    for person in (scene.coordinator, scene.volunteer, scene.call_taker, secrets.family):
        for name, variables in secrets.variables.items():
            if name in {"ownReports", "matchChanges", "siteChanges", "mapChanges"}:
                continue
            answer = await person.ask(name, **variables)
            assert answer.status < 500, (name, answer.body)
            assert "INTERNAL" not in answer.codes, (name, answer.body)
            said |= set(answer.codes)
    assert "UNREADABLE" in said


async def test_a_pair_of_which_one_does_not_open_is_not_suggested_and_told_why(scene: Scene) -> None:
    (_, mothers), (_, aunts) = await two_relatives(scene)
    await link(scene, "REPORT", mothers, aunts)
    reports = scene.house.use.store.reports.collection
    kept = {one["_id"]: one async for one in reports.find()}
    await reports.update_one({"_id": aunts}, {"$set": {"profile.packed": kept[mothers]["profile"]["packed"]}})
    both = {"side": "REPORT", "recordId": mothers, "otherId": aunts}
    refused = await scene.coordinator.ask("suggestDuplicate", input=both)
    assert refused.codes == ["UNREADABLE"]
    assert "Quintanilla" not in json.dumps(refused.body)
