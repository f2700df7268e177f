"""Alerts: raised once for what happened, then one delivery for each device, mailbox and webhook that is to be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from backend.domain.alert import MANNERS, Alert, AlertKind, ChannelKind, Delivery, DeliveryState
from backend.domain.asking import AskedState
from backend.domain.choices import AlertChoices
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.match import Match, MatchState
from backend.domain.subject import Side
from backend.services.collaborators import Collaborators
from backend.services.links import as_counted, clusters, matches_of_records
from backend.services.mailboxes import mailbox_of
from backend.services.subjects import is_seeking
from backend.store import events
from backend.store.events import HEAD_START
from backend.store.lanes import open_lanes, queue
from backend.store.records import Session

GOOD_FOR = timedelta(days=3)
"""How long an alert is worth delivering; a phone that is off for longer sees the news when it opens the app."""
AT_ONCE = 1000
"""Deliveries queued in one transaction."""


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
    await _raise(use, _News(match, key, match.family_id, match.report_id, confirmed), session)


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
    await _raise(use, _News(match, key, family_id, report_id, confirmed=True), session)


@dataclass(frozen=True, slots=True)
class _News:
    """What a family is to be told of a report of its own; of a linked one's match, too."""

    match: Match
    key: str
    family_id: str
    report_id: str
    confirmed: bool


async def raise_question(use: Collaborators, told_of: Event, session: Session) -> None:
    """Tell the family that it was asked something, unless that was answered or taken back since."""
    question = await use.store.questions.get(told_of.subject_id, session)
    if question is None or question.state is not AskedState.OPEN:
        return
    report = await use.store.reports.get(question.report_id, session)
    if report is None or not is_seeking(report):
        return
    key = f"{AlertKind.REPORT_NEWS.value}:{question.id}"
    await raise_alert(use, AlertKind.REPORT_NEWS, key, About(report.family_id, report.id, report.incident_id), session)


async def _raise(use: Collaborators, news: _News, session: Session) -> None:
    report = await use.store.reports.get(news.report_id, session)
    registration = await use.store.registrations.get(news.match.registration_id, session)
    if report is None or not is_seeking(report) or registration is None or registration.held_back:
        return  # taken down or dismissed since
    about = About(
        news.family_id,
        news.report_id,
        news.match.incident_id,
        match_id=news.match.id,
        of_confirmation=news.confirmed,
    )
    await raise_alert(use, AlertKind.REPORT_NEWS, news.key, about, session)


@dataclass(frozen=True, slots=True)
class About:
    """Whom an alert is for, the family or account, and what it is about: where the app opens, and what is replaced."""

    owner_id: str
    subject_id: str
    incident_id: str
    match_id: str | None = None
    of_confirmation: bool = False
    to_webhooks: bool = True


async def raise_alert(use: Collaborators, kind: AlertKind, key: str, about: About, session: Session) -> str:
    """Raise an alert, once for each key; its id."""
    there = await use.store.alerts.find_one({"key": key}, session)
    if there is not None:
        return there.id
    now = use.clock()
    alert = Alert(
        id=use.new_id(),
        key=key,
        kind=kind,
        incident_id=about.incident_id,
        owner_id=about.owner_id,
        subject_id=about.subject_id,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + GOOD_FOR,
        match_id=about.match_id,
        of_confirmation=about.of_confirmation,
        to_webhooks=about.to_webhooks,
    )
    await use.store.alerts.insert(alert, session)
    of_a_family = kind is AlertKind.REPORT_NEWS
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
            family_id=about.owner_id if of_a_family else None,
            report_id=about.subject_id if of_a_family else None,
        ),
    )
    return alert.id


async def _is_told_already(use: Collaborators, match: Match, session: Session) -> bool:
    """Whether another match of the report was told and still stands.

    The report is held, so that of several likely matches that are handled at once exactly one is told.
    """
    await use.store.reports.hold(match.report_id, session)
    found = await as_counted(use, await matches_of_records(use, Side.REPORT, [match.report_id], session), session)
    # What was taken back since, such as with a child that was dismissed as false, stands no more.
    others = [
        one
        for one in found
        if one.id != match.id and one.state is not MatchState.REJECTED and one.alerted_at is not None
    ]
    keys = [_key_of_likely(one) for one in others]
    return await use.store.alerts.find_one({"key": {"$in": keys}}, session) is not None


def _key_of_likely(match: Match) -> str:
    return f"{AlertKind.REPORT_NEWS.value}:{match.id}:{EventKind.MATCH_LIKELY.value}"


async def queue_deliveries(use: Collaborators, alert_id: str, session: Session) -> timedelta | None:
    """One delivery for each device of the alert's owner, its mailbox, and each webhook that wants to know.

    (alert, device) is unique. Of very many some are left for the next time: then the pause until that is returned.
    """
    alert = await use.store.alerts.get(alert_id, session)
    if alert is None:
        return None
    choices = await use.store.alert_choices.get(alert.owner_id, session)
    queued = {
        delivery.device_id for delivery in await use.store.deliveries.find({"alertId": alert.id}, session=session)
    }
    told = [one for one in await _to_be_told(use, alert, choices, session) if one.id not in queued]
    now = use.clock()
    page = [(delivery_of(use, alert, one, now), _due(alert, choices, one.channel, now)) for one in told[:AT_ONCE]]
    await open_lanes(use.store, {delivery.lane for delivery, _ in page}, session)
    await queue(use.store, page, session)
    return timedelta(0) if len(told) > AT_ONCE else None


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a delivery is for."""

    id: str
    channel: ChannelKind
    lane: str


async def _to_be_told(use: Collaborators, alert: Alert, choices: AlertChoices | None, session: Session) -> list[Told]:
    told = []
    if choices is None or choices.by_push:
        devices = await use.store.devices.find({"ownerId": alert.owner_id}, session=session)
        told += [Told(one.id, ChannelKind.WEB_PUSH, lane_of(ChannelKind.WEB_PUSH, one.endpoint)) for one in devices]
    if use.sends_mail and await mailbox_of(use, alert, session) is not None:
        told.append(Told(alert.owner_id, ChannelKind.EMAIL, ChannelKind.EMAIL.value))
    for hook in await use.store.webhooks.find({"incidentId": alert.incident_id}, session=session):
        if alert.to_webhooks and alert.kind in hook.kinds:
            told.append(Told(hook.id, ChannelKind.WEBHOOK, lane_of(ChannelKind.WEBHOOK, hook.url)))
    return told


def lane_of(channel: ChannelKind, address: str) -> str:
    """The server that an address belongs to.

    Of a push service's hosts the last three labels, since it may have many, and who subscribes could name any of them:
    `wns2-par02p.notify.windows.com` goes by `notify.windows.com`.
    """
    parts = urlsplit(address)
    server = parts.netloc
    if channel is ChannelKind.WEB_PUSH and not server[-1:].isdecimal():
        server = ".".join(server.split(".")[-3:])
    return f"{channel.value} {parts.scheme}://{server}"


def delivery_of(use: Collaborators, alert: Alert, told: Told, now: datetime) -> Delivery:
    return Delivery(
        id=use.new_id(),
        alert_id=alert.id,
        device_id=told.id,
        channel=told.channel,
        lane=told.lane,
        state=DeliveryState.QUEUED,
        answer=None,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=alert.expires_at,
    )


def _due(alert: Alert, choices: AlertChoices | None, channel: ChannelKind, now: datetime) -> datetime:
    """At once; before all others, or when its owner's quiet hours are over, as the kind of the alert has it."""
    manner = MANNERS[alert.kind]
    if manner.first:
        return now - HEAD_START
    if not manner.urgent and channel is not ChannelKind.WEBHOOK and choices is not None and choices.quiet is not None:
        return choices.quiet.end_of_those_at(now) or now
    return now
