"""Deliveries: what is sent to a device, a mailbox or a webhook, and what becomes of each attempt."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.domain.alert import Alert, ChannelKind, Delivery, DeliveryState
from backend.domain.device import Device
from backend.domain.webhook import Webhook
from backend.services.collaborators import Collaborators
from backend.services.mailboxes import Reached, forget_mailbox, mailbox_of
from backend.services.news import still_news
from backend.store.devices import forget
from backend.store.lanes import Settled, settle_page
from backend.store.records import Session
from backend.store.work import Claim, WorkState

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
_DOUBLINGS = 10
"""Until the longest pause is reached; a delivery may be tried far more often than a timedelta can be doubled."""
_SPREAD = 0.25
_SPREAD_OF_AN_ORDER = 0.1
"""By how much a pause may be longer, so that what failed together does not all come back together."""

Target = Device | Reached | Webhook


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that sending needs: whom to tell, and of what."""

    claim: Claim[Delivery]
    alert: Alert
    target: Target


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt ended. `wait_seconds` is what the other side asked for before the next."""

    claim: Claim[Delivery]
    state: DeliveryState
    answer: str
    wait_seconds: float | None = None
    told: Target | None = None
    """Who was told, as it was then: a device that was renewed since, or another mailbox, is not forgotten."""


async def parcels_of(use: Collaborators, claims: Sequence[Claim[Delivery]]) -> tuple[list[Parcel], list[Attempt]]:
    """What to send, and how it ended for what is not to be: the device was taken off, the alert is gone or is no news
    any more, or the webhook is paused.
    """
    raised = await use.store.alerts.get_many({claim.record.alert_id for claim in claims})
    alerts = await still_news(use, raised.values())
    targets = await _targets(use, claims, alerts)
    parcels, ended = [], []
    for claim in claims:
        alert, target = alerts.get(claim.record.alert_id), targets.get(claim.record.id)
        if alert is None or target is None:
            ended.append(Attempt(claim, DeliveryState.GONE, "The device was taken off, or it is old news."))
        elif isinstance(target, Webhook) and target.paused_at is not None:
            ended.append(Attempt(claim, DeliveryState.QUEUED, "The webhook is paused.", told=target))
        else:
            parcels.append(Parcel(claim, alert, target))
    return parcels, ended


async def _targets(
    use: Collaborators, claims: Sequence[Claim[Delivery]], alerts: dict[str, Alert]
) -> dict[str, Target]:
    """By the id of the delivery."""
    of_channel = {kind: [one.record for one in claims if one.record.channel is kind] for kind in ChannelKind}
    devices = await use.store.devices.get_many({one.device_id for one in of_channel[ChannelKind.WEB_PUSH]})
    hooks = await use.store.webhooks.get_many({one.device_id for one in of_channel[ChannelKind.WEBHOOK]})
    found: dict[str, Target] = {}
    for kind, records in ((ChannelKind.WEB_PUSH, devices), (ChannelKind.WEBHOOK, hooks)):
        for one in of_channel[kind]:
            if one.device_id in records:
                found[one.id] = records[one.device_id]
    for one in of_channel[ChannelKind.EMAIL]:
        alert = alerts.get(one.alert_id)
        mailbox = None if alert is None else await mailbox_of(use, alert)
        if mailbox is not None:
            found[one.id] = mailbox
    return found


async def settle_attempts(use: Collaborators, attempts: Sequence[Attempt], chance: Callable[[], float]) -> int:
    """Record how attempts ended; how many were still ours to record.

    A device, or an address, that is gone is forgotten; what failed waits for an operator; what is to be tried again is
    due when the other side says, else after a pause that doubles, and has expired where that is past the alert's end;
    what is for a webhook that is paused waits until that is resumed.
    `chance` gives numbers from 0 to 1.
    """
    now = use.clock()

    async def write(session: Session) -> int:
        paused = await _still_paused(use, attempts, session)
        settled = [_settled(attempt, now, chance, paused) for attempt in attempts]
        kept = await settle_page(use.store, settled, session)
        await _forget(use, [attempt.told for attempt in attempts if attempt.state is DeliveryState.GONE], session)
        return kept

    return await use.store.transact(write)


async def _still_paused(use: Collaborators, attempts: Sequence[Attempt], session: Session) -> set[str]:
    """The webhooks that are: whoever resumes one meets this, so that nothing is left waiting for ever."""
    ids = sorted(
        {one.told.id for one in attempts if one.state is DeliveryState.QUEUED and isinstance(one.told, Webhook)}
    )
    for webhook_id in ids:
        await use.store.webhooks.hold(webhook_id, session)
    found = await use.store.webhooks.find({"_id": {"$in": ids}}, session=session) if ids else []
    return {one.id for one in found if one.paused_at is not None}


def _settled(attempt: Attempt, now: datetime, chance: Callable[[], float], paused: Container[str]) -> Settled:
    claim, state, due = attempt.claim, attempt.state, None
    if state is DeliveryState.RETRYING:
        due = now + _pause(claim.attempts, attempt.wait_seconds, chance())
        if due >= claim.record.expires_at:
            state, due = DeliveryState.EXPIRED, None
    work = WorkState.DONE
    if state is DeliveryState.RETRYING:
        work = WorkState.WAITING
    elif state is DeliveryState.FAILED:
        work, due = WorkState.PARKED, now
    elif state is DeliveryState.QUEUED:
        work, due = (WorkState.PAUSED if claim.record.device_id in paused else WorkState.WAITING), now
    delivery = replace(
        claim.record, state=state, answer=attempt.answer, version=claim.record.version + 1, updated_at=now
    )
    return Settled(claim, delivery, work, due)


def _pause(attempts: int, wait_seconds: float | None, chance: float) -> timedelta:
    if wait_seconds is not None:
        return max(timedelta(seconds=wait_seconds), FIRST_PAUSE) * (1 + chance * _SPREAD_OF_AN_ORDER)
    pause = min(FIRST_PAUSE * (1 << min(attempts - 1, _DOUBLINGS)), LONGEST_PAUSE)
    return pause * (1 + chance * _SPREAD)


async def _forget(use: Collaborators, gone: Sequence[Target | None], session: Session) -> None:
    await forget(use.store, [(one.id, one.version) for one in gone if isinstance(one, Device)], session)
    for one in gone:
        if isinstance(one, Reached):
            await forget_mailbox(use, one.owner_id, session, one.address)
        elif isinstance(one, Webhook):
            await use.store.webhooks.delete(one.id, session)
