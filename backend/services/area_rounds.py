"""Queueing an area alert: page by page, each page and its place in one transaction, and no device twice."""

from dataclasses import replace
from datetime import timedelta

from backend.domain.alert import Alert, ChannelKind, Delivery
from backend.domain.area_alert import AreaAlertState
from backend.domain.device import Device
from backend.domain.webhook import Webhook
from backend.services.alerts import GOOD_FOR, Told, delivery_of, lane_of
from backend.services.collaborators import Collaborators
from backend.store.area_alerts import next_devices, told_already, walk_on
from backend.store.lanes import open_lanes, queue
from backend.store.records import Session

AT_ONCE = 1000
"""Devices in one transaction: so many are queued in a fraction of a second, and no more are held in memory."""


async def queue_round(use: Collaborators, round_id: str, session: Session) -> timedelta | None:
    """Queue the next page of a round; how soon to come back for the one after it, None where nothing is left.

    Rounds of one alert meet, and each leaves out whom another has queued. One that was stopped queues nothing more.
    """
    walked = await use.store.area_rounds.get(round_id, session)
    if walked is None:
        return None
    await use.store.area_alerts.hold(walked.alert_id, session)
    area_alert = await use.store.area_alerts.get(walked.alert_id, session)
    alert = await use.store.alerts.get(walked.alert_id, session)
    if area_alert is None or alert is None or area_alert.state is not AreaAlertState.GOING:
        return None
    begun = walked.at > 0 or walked.after is not None
    hooks = [] if begun or not walked.first else await _hooks(use, alert, session)
    devices, following = await next_devices(use.store, walked, AT_ONCE, session)
    told = await told_already(use.store, alert.id, [*devices, *(hook.id for hook in hooks)], session)
    to: list[Device | Webhook] = [*devices.values(), *hooks]
    new = [one for one in to if one.id not in told]
    now = use.clock()
    page = [(_delivery(use, alert, one), now) for one in new]
    await open_lanes(use.store, {delivery.lane for delivery, _ in page}, session)
    await queue(use.store, page, session)
    await walk_on(use.store, walked, following, session)
    return timedelta(0) if following.at < len(following.keys) else None


async def _hooks(use: Collaborators, alert: Alert, session: Session) -> list[Webhook]:
    found = await use.store.webhooks.find({"incidentId": alert.incident_id}, session=session)
    return [hook for hook in found if alert.kind in hook.kinds]


def _delivery(use: Collaborators, alert: Alert, to: Device | Webhook) -> Delivery:
    channel, address = (ChannelKind.WEB_PUSH, to.endpoint) if isinstance(to, Device) else (ChannelKind.WEBHOOK, to.url)
    now = use.clock()
    made = delivery_of(use, alert, Told(to.id, channel, lane_of(channel, address)), now)
    # Of a wider area, what is told later is news for as long.
    return replace(made, expires_at=now + GOOD_FOR)
