"""Deliveries that a server refused for good."""

from dataclasses import replace
from datetime import timedelta

from backend.domain.alert import ChannelKind, Delivery, DeliveryState, ParkedDeliveries
from backend.services.collaborators import Collaborators
from backend.store.lanes import Settled, claim_page, look, queue, settle_page
from backend.store.work import WorkState

REFUSED = "401 the key is not known"
PUSH_SERVICE = "WEB_PUSH https://push.example.org"


async def park_a_delivery(
    use: Collaborators, server: str = PUSH_SERVICE, reason: str = REFUSED, channel: ChannelKind = ChannelKind.WEB_PUSH
) -> ParkedDeliveries:
    """One more of those that this server refused with this answer: to a device that is gone by now."""
    now = use.clock()
    delivery = Delivery(
        id=use.new_id(),
        alert_id=use.new_id(),
        device_id=use.new_id(),
        lane=server,
        state=DeliveryState.QUEUED,
        answer=None,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=3),
        channel=channel,
    )
    await use.store.transact(lambda session: queue(use.store, [(delivery, now)], session))
    page, _ = await look(use.store, server, now)
    (claim,) = await claim_page(use.store, page, now, timedelta(minutes=1), use.new_id())
    refused = replace(delivery, state=DeliveryState.FAILED, answer=reason)
    settled = Settled(claim, refused, WorkState.PARKED, now)
    await use.store.transact(lambda session: settle_page(use.store, [settled], session))
    return ParkedDeliveries(channel, server, reason, 1, now)
