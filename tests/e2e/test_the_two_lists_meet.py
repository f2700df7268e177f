"""The main job from end to end, over HTTP, WebSocket and push."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

from tests.support.client import new_id, retry_key
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.push_service import web_push_testing
from tests.support.records import FOUND_AT, LOST_AT


def brother(as_said: str, years: float, site_id: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "siteId": site_id,
        "careStatus": "UNACCOMPANIED",
        "foundAt": FOUND_AT,
        "foundPlace": {"text": "Canal Street", "point": NEW_ORLEANS},
        "person": {
            "names": {"asSaid": as_said},
            "sex": "MALE",
            "age": {"minimum": years - 1, "maximum": years + 1, "source": "ESTIMATED"},
            "languages": ["ar"],
            "relatives": [{"relation": "mother", "name": "Layla"}],
        },
    }


def missing(full: str, years: float) -> dict[str, object]:
    return {
        "person": {
            "names": {"full": full},
            "sex": "MALE",
            "age": {"minimum": years, "maximum": years, "source": "STATED"},
            "languages": ["ar"],
        },
        "lastSeenAt": LOST_AT,
        "lastSeenPlace": {"text": "New Orleans", "point": NEW_ORLEANS},
    }


async def the_best_matches(scene: Scene, report_ids: list[str]) -> list[dict[str, Any]]:
    """The first match of each report, as soon as each has one."""
    while True:
        answers = [(await scene.coordinator.ask("reportMatches", id=report_id)).value for report_id in report_ids]
        if all(answer["matches"] for answer in answers):
            return [answer["matches"][0] for answer in answers]
        await asyncio.sleep(0.02)


async def test_brothers_are_reported_in_another_script_registered_as_they_say_matched_and_the_family_is_told(
    scene: Scene,
) -> None:
    filed_input = {
        "id": new_id(),
        "incidentId": scene.incident_id,
        "retryKey": retry_key(),
        "reporter": {"name": "ليلى الحسن", "relation": "mother", "phone": "+1 504 555 0142"},
        "children": [missing("أحمد الحسن", 7), missing("محمد الحسن", 4)],
    }
    filed = (await scene.stranger.ask("fileReport", input=filed_input)).made
    family = scene.stranger.signed_in(filed["token"])
    report_ids = [report["id"] for report in filed["reports"]]

    async with web_push_testing() as push, family.follow("ownReports") as news:
        phone = await push.subscribe((await family.ask("pushKey")).value)
        device = {
            "endpoint": phone.subscription.endpoint,
            "publicKey": phone.subscription.p256dh,
            "authSecret": phone.subscription.auth,
            "language": "ar",
        }
        (await family.ask("registerDevice", input=device)).made  # noqa: B018 (it says whether it was done)
        assert {(await news.next_record())["id"] for _ in report_ids} == set(report_ids)

        siblings = [brother("Ahmed", 7, scene.site_id), brother("Mohamed", 4, scene.site_id)]
        registered = (await scene.volunteer.ask("registerSiblings", input={"siblings": siblings})).made
        async with asyncio.timeout(10):
            best = await the_best_matches(scene, report_ids)
        registered_at = {one["id"]: datetime.fromisoformat(one["createdAt"]) for one in registered["registrations"]}
        for match in best:
            standing_since = datetime.fromisoformat(match["updatedAt"])
            assert standing_since - registered_at[match["registration"]["id"]] < timedelta(seconds=1)

        right_ones = list(registered_at)
        assert [match["registration"]["id"] for match in best] == right_ones
        for match in best:
            levels = {item["feature"]: item["level"] for item in match["evidence"]}
            assert "AGREE" in levels.values()

        told = [await news.next_record(), await news.next_record()]
        assert {one["nextStep"] for one in told} == {"STAY_REACHABLE"}
        async with asyncio.timeout(10):
            while len(messages := await push.messages(phone)) < len(report_ids):  # noqa: ASYNC110 (it is asked)
                await asyncio.sleep(0.05)
    assert {json.loads(message)["id"] for message in messages} == set(report_ids)
    for message in messages:
        assert json.loads(message) == {"kind": "REPORT_NEWS", "id": json.loads(message)["id"], "language": "ar"}
    everything = json.dumps(told) + "".join(messages)
    for secret in ("Ahmed", "Mohamed", "أحمد", "Superdome", "Canal", scene.site_id, *right_ones, "photo"):
        assert secret not in everything
