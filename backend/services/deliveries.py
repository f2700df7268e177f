"""Deliveries: what is sent to a device, and what becomes of each attempt."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.domain.alert import Alert, Delivery, DeliveryState
from backend.domain.device import Device
from backend.services.collaborators import Collaborators
from backend.store.records import Session
from backend.store.work import Claim, finish, park, postpone

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
_DOUBLINGS = 10
"""Until the longest pause is reached; a delivery may be tried far more often than a timedelta can be doubled."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that sending needs: the device, and the alert that it is told of."""

    device: Device
    alert: Alert


async def parcel_of(use: Collaborators, delivery: Delivery) -> Parcel | None:
    """None where the device was taken off, or the alert is gone."""
    device = await use.store.devices.get(delivery.device_id)
    alert = await use.store.alerts.get(delivery.alert_id)
    return None if device is None or alert is None else Parcel(device, alert)


async def settle_delivery(use: Collaborators, claim: Claim[Delivery], state: DeliveryState, answer: str) -> None:
    """Record how a delivery ended. A device that is gone is forgotten; a failed delivery waits for an operator too.

    Raises: LostClaimError.
    """
    now = use.clock()
    settled = _after(claim.record, state, answer, now)

    async def write(session: Session) -> None:
        await use.store.deliveries.replace(settled, claim.record.version, session)
        if state is DeliveryState.GONE:
            await use.store.devices.delete(claim.record.device_id, session)
        if state is DeliveryState.FAILED:
            await park(use.store.deliveries, claim, now, answer, session)
        else:
            await finish(use.store.deliveries, [claim], session)

    await use.store.transact(write)


async def retry_delivery(use: Collaborators, claim: Claim[Delivery], answer: str, wait_seconds: float | None) -> None:
    """Try again when the push service says, else after a pause that doubles; not past the alert's end.

    Raises: LostClaimError.
    """
    now = use.clock()
    pause = min(FIRST_PAUSE * 2 ** min(claim.attempts - 1, _DOUBLINGS), LONGEST_PAUSE)
    due = now + (pause if wait_seconds is None else max(timedelta(seconds=wait_seconds), FIRST_PAUSE))
    if due >= claim.record.expires_at:
        await settle_delivery(use, claim, DeliveryState.EXPIRED, answer)
        return
    retrying = _after(claim.record, DeliveryState.RETRYING, answer, now)

    async def write(session: Session) -> None:
        await use.store.deliveries.replace(retrying, claim.record.version, session)
        await postpone(use.store.deliveries, claim, due, answer, session)

    await use.store.transact(write)


def _after(delivery: Delivery, state: DeliveryState, answer: str, now: datetime) -> Delivery:
    return replace(delivery, state=state, answer=answer, version=delivery.version + 1, updated_at=now)
