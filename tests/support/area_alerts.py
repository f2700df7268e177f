"""A family that agrees to have those nearby told, a coordinator who tells them, and phones that are told."""

from typing import Any

from tests.support.client import Answer, Client
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.push_service import FakePushService
from tests.support.records import missing, report

AGREED = {"alert": True, "photos": False}
AROUND_NEW_ORLEANS = {"centre": NEW_ORLEANS, "radiusKm": 10}


async def agreeing_family(scene: Scene, **changes: Any) -> tuple[Client, str]:
    """The client of a family whose report was reviewed, and the report's id."""
    filed = (
        await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(nearby=AGREED, **changes)))
    ).made
    report_id: str = filed["reports"][0]["id"]
    assert (await scene.call_taker.ask("reviewReport", id=report_id)).codes == []
    return scene.stranger.signed_in(filed["token"]), report_id


async def phone_of(owner: Client, push: FakePushService) -> Any:
    """A phone of somebody, subscribed at the push service."""
    phone = push.subscribe()
    device = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth, "language": "es"}
    assert (await owner.ask("registerDevice", input=device)).codes == []
    return phone


async def send(coordinator: Client, report_id: str, area: dict[str, Any] | None = None) -> Answer:
    return await coordinator.ask(
        "sendAreaAlert", input={"reportId": report_id, "area": AROUND_NEW_ORLEANS if area is None else area}
    )
