"""Alerts: raised once for what happened, then one delivery for each device of whoever is to be told."""

from datetime import timedelta

from backend.domain.alert import Alert, AlertKind, Delivery, DeliveryState
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.match import Match, MatchState
from backend.domain.subject import Side
from backend.services.collaborators import Collaborators
from backend.services.links import as_counted, clusters, matches_of_records
from backend.services.subjects import is_seeking
from backend.store import events
from backend.store.records import Session
from backend.store.work import waiting

GOOD_FOR = timedelta(days=3)
"""How long an alert is worth delivering; a phone that is off for longer sees the news when it opens the app."""


async def raise_report_news(use: Collaborators, told_of: Event, session: Session) -> None:
    """Tell the family that there is news about its report: once when a match is likely, once when it is confirmed.

    Further likely matches of a report are no news while people are still checking an earlier one.
    """
    match = await use.store.matches.get(told_of.subject_id, session)
    if match is None:
        return
    match = (await as_counted(use, [match], session))[0]
    confirmed = told_of.kind is EventKind.MATCH_CONFIRMED
    if confirmed and match.state is not MatchState.CONFIRMED:
        return
    if not confirmed and (match.state is MatchState.REJECTED or await _is_told_already(use, match, session)):
        return
    key = f"{AlertKind.REPORT_NEWS.value}:{match.id}:{told_of.id}" if confirmed else _key_of_likely(match)
    await _raise(use, match, key, match.family_id, match.report_id, session)


async def raise_shared_news(use: Collaborators, told_of: Event, session: Session) -> None:
    """Tell the family of a linked report, once, that there is news about its own: the child was confirmed."""
    match = await use.store.matches.get(told_of.subject_id, session)
    report_id, family_id = told_of.report_id, told_of.family_id
    if match is None or match.state is not MatchState.CONFIRMED or report_id is None or family_id is None:
        return
    linked = await clusters(use, Side.REPORT, [report_id], session)
    if family_id == match.family_id or match.report_id not in linked[report_id]:
        return
    key = f"{AlertKind.REPORT_NEWS.value}:{match.id}:{match.decided_at}:{family_id}"
    await _raise(use, match, key, family_id, report_id, session)


async def _raise(use: Collaborators, match: Match, key: str, family_id: str, report_id: str, session: Session) -> None:
    if await use.store.alerts.find_one({"key": key}, session) is not None:
        return
    report = await use.store.reports.get(report_id, session)
    registration = await use.store.registrations.get(match.registration_id, session)
    if report is None or not is_seeking(report) or registration is None or registration.held_back:
        return  # taken down or dismissed since
    now = use.clock()
    alert = Alert(
        id=use.new_id(),
        key=key,
        kind=AlertKind.REPORT_NEWS,
        incident_id=match.incident_id,
        owner_id=family_id,
        subject_id=report_id,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + GOOD_FOR,
    )
    await use.store.alerts.insert(alert, session)
    await events.append(
        use.store,
        session,
        Event(
            id=use.new_id(),
            kind=EventKind.ALERT_RAISED,
            subject_id=alert.id,
            actor_id=SYSTEM,
            at=now,
            incident_id=alert.incident_id,
            family_id=family_id,
            report_id=report_id,
        ),
    )


async def _is_told_already(use: Collaborators, match: Match, session: Session) -> bool:
    """Whether another match of the report was told and still stands.

    The report is held, so that of several likely matches that are handled at once exactly one is told.
    """
    await use.store.reports.hold(match.report_id, session)
    found = await as_counted(use, await matches_of_records(use, Side.REPORT, [match.report_id], session), session)
    others = [one for one in found if one.id != match.id and one.state is not MatchState.REJECTED]
    keys = [_key_of_likely(one) for one in others]
    return await use.store.alerts.find_one({"key": {"$in": keys}}, session) is not None


def _key_of_likely(match: Match) -> str:
    return f"{AlertKind.REPORT_NEWS.value}:{match.id}:{EventKind.MATCH_LIKELY.value}"


async def queue_deliveries(use: Collaborators, alert_id: str, session: Session) -> None:
    """One delivery for each device of the alert's owner; (alert, device) is unique."""
    alert = await use.store.alerts.get(alert_id, session)
    if alert is None:
        return
    now = use.clock()
    queued = {
        delivery.device_id for delivery in await use.store.deliveries.find({"alertId": alert.id}, session=session)
    }
    for device in await use.store.devices.find({"ownerId": alert.owner_id}, session=session):
        if device.id in queued:
            continue
        delivery = Delivery(
            id=use.new_id(),
            alert_id=alert.id,
            device_id=device.id,
            state=DeliveryState.QUEUED,
            answer=None,
            version=1,
            created_at=now,
            updated_at=now,
            expires_at=alert.expires_at,
        )
        await use.store.deliveries.insert(delivery, session, beside=waiting(now))
