"""A false report taken down, at the word of a mother who was identified."""

from typing import Any

from tests.support.client import Client
from tests.support.house import Scene


def taking_down(report_id: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "reportId": report_id,
        "version": version,
        "requesterName": "Seraphine Quintanilla",
        "requesterRelation": "mother",
        "proof": "PASSPORT",
        "proofNote": "seen at the station",
        "checkedBy": "Sergeant Hale, Fifth District",
        "reason": "He has no custody: court order of May",
        **changes,
    }


async def take_down(scene: Scene, report_id: str, by: Client | None = None) -> dict[str, Any]:
    """The take-down of an open report."""
    version = (await scene.coordinator.ask("report", id=report_id)).value["version"]
    answer = await (by or scene.coordinator).ask("takeDownReport", input=taking_down(report_id, version))
    made: dict[str, Any] = answer.made["takeDown"]
    return made
