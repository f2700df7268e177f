"""Escalation: who is told of what waits, whom next if nobody takes it, and when what was taken comes back.

All that is due at one place is told in one round, which one transaction writes with its alerts: two workers that work
one off meet in its record, and one that is killed leaves nothing half told.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from backend.domain.alert import AlertKind, ChannelKind, DeliveryState
from backend.domain.asking import AskedState
from backend.domain.escalation import (
    BETWEEN_ROUNDS,
    TAKEN_FOR,
    Escalation,
    EscalationKind,
    Round,
    Sent,
    escalation_id,
    round_id,
)
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.match import MatchAction, MatchState, state_after
from backend.domain.report import ReportStatus
from backend.services import matches, rechecks
from backend.services.alerts import About, raise_alert
from backend.services.collaborators import Collaborators
from backend.services.rotas import duty_steps, volunteers_of
from backend.store import events
from backend.store.escalations import (
    AT_ONCE,
    due_escalations,
    end_escalations,
    escalations_there,
    fields_of,
    move_on,
    put_escalations,
)
from backend.store.records import Session

_ALERTS = {
    EscalationKind.MATCH_WAITS: AlertKind.MATCH_WAITS,
    EscalationKind.RECHECK_WAITS: AlertKind.CHILD_RECHECK,
    EscalationKind.QUESTION_WAITS: AlertKind.QUESTION_WAITS,
}
_WAITING = {
    EscalationKind.MATCH_WAITS: ("matches", MatchState.POTENTIAL.value),
    EscalationKind.RECHECK_WAITS: ("rechecks", AskedState.OPEN.value),
    EscalationKind.QUESTION_WAITS: ("questions", AskedState.OPEN.value),
}
_ANEW = frozenset({EventKind.MATCH_LEFT, EventKind.MATCH_UNDONE})
"""What was in somebody's hands, and waits from the first step on."""
_ON_ITS_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.RETRYING})


async def await_review(use: Collaborators, told_of: Sequence[Event], session: Session) -> None:
    """Matches wait for somebody to take them; what waits already goes on as it does."""
    new = [_escalation(use, EscalationKind.MATCH_WAITS, event, event.incident_id or "") for event in told_of]
    there = await escalations_there(use.store, [one.id for one in new], session)
    begun = zip(told_of, new, strict=True)
    anew = {one.id: one for event, one in begun if event.kind in _ANEW or one.id not in there}
    await put_escalations(use.store, list(anew.values()), session)


async def await_answer(use: Collaborators, told_of: Sequence[Event], session: Session) -> None:
    """Re-checks wait for somebody at the site to answer them."""
    new = [_escalation(use, EscalationKind.RECHECK_WAITS, event, event.site_id or "") for event in told_of]
    await put_escalations(use.store, new, session)


async def await_family(use: Collaborators, told_of: Sequence[Event], session: Session) -> None:
    """Questions wait for the family, which is told by itself; those on duty, who can call it, hear of them if it does
    not answer in time.
    """
    new = [_escalation(use, EscalationKind.QUESTION_WAITS, event, event.incident_id or "") for event in told_of]
    due = [
        replace(one, due_at=await _next_time(use, one, event.at, session))
        for event, one in zip(told_of, new, strict=True)
    ]
    await put_escalations(use.store, due, session)


async def follow_moved_children(use: Collaborators, told_of: Sequence[Event], session: Session) -> None:
    """Open re-checks go with a child that was moved, and those at the new site are asked."""
    for event in told_of:
        found = await use.store.rechecks.find({"registrationId": event.subject_id}, session=session)
        for one in found:
            if one.state is not AskedState.OPEN or one.site_id == event.site_id or event.site_id is None:
                continue
            moved = replace(one, site_id=event.site_id, version=one.version + 1, updated_at=use.clock())
            await use.store.rechecks.replace(moved, one.version, session)
            told = rechecks.event(use, EventKind.RECHECK_MOVED, moved, SYSTEM)
            await events.append(use.store, session, replace(told, from_site_id=one.site_id))
            await await_answer(use, [told], session)


async def expect_back(use: Collaborators, told_of: Sequence[Event], session: Session) -> None:
    """Matches that were taken come back to the queue when nobody decides them."""
    taken = [_escalation(use, EscalationKind.MATCH_TAKEN, event, event.incident_id or "") for event in told_of]
    due = [replace(one, due_at=event.at + TAKEN_FOR) for event, one in zip(told_of, taken, strict=True)]
    await put_escalations(use.store, due, session)


async def escalate(use: Collaborators) -> bool:
    """Work off what is due; whether there may be more.

    What fails at one place holds up no other: it is due still, and the log says where.
    """
    due = await due_escalations(use.store, use.clock())
    places: dict[tuple[EscalationKind, str], list[Escalation]] = defaultdict(list)
    for one in due:
        places[one.kind, one.place_id].append(one)
    failed = False
    for (kind, place_id), here in places.items():
        work = _give_back if kind is EscalationKind.MATCH_TAKEN else _tell_round
        try:
            await use.store.transact(partial(work, use, here))
        except Exception as error:  # noqa: BLE001 (whatever it is, the other places do not wait for it)
            failed = True
            log = structlog.get_logger("worker")
            log.warning("escalation_postponed", kind=kind.value, place_id=place_id, error=type(error).__name__)
    return len(due) == AT_ONCE and not failed


async def _tell_round(use: Collaborators, due: Sequence[Escalation], session: Session) -> None:
    """Tell whoever is next of what waits at a place, in one alert each; `due` is all of one place."""
    first, now = due[0], use.clock()
    place = round_id(first.kind, first.place_id)
    there = await escalations_there(use.store, [one.id for one in due], session)
    present = [one for one in there.values() if one.due_at <= now and one.place_id == first.place_id]
    collection, state = _WAITING[first.kind]
    states = await fields_of(use.store, collection, "state", [one.subject_id for one in present], session)
    waiting = [one for one in present if states.get(one.subject_id) == state]
    if first.kind is EscalationKind.QUESTION_WAITS:
        waiting = await _of_open_reports(use, waiting, session)
    steps = await _steps(use, first, session)
    last = await use.store.escalation_rounds.get(place, session)
    told, untold = _parted(waiting, last)
    if untold and last is not None and now < last.told_at + BETWEEN_ROUNDS:
        for step, ids in _by_step(untold).items():
            await move_on(use.store, ids, step, last.told_at + BETWEEN_ROUNDS, session)
    elif untold:
        await _tell(use, first, last, {one.step for one in untold}, steps, session)
        told = waiting
    next_at = await _next_time(use, first, now, session)
    over = {one.id for one in present} - {one.id for one in waiting}
    for step, ids in _by_step(told).items():
        if step + 1 < len(steps):
            await move_on(use.store, ids, step + 1, next_at, session)
        else:
            over |= set(ids)
    await end_escalations(use.store, sorted(over), session)


async def _next_time(use: Collaborators, one: Escalation, after: datetime, session: Session) -> datetime:
    incident = await use.store.incidents.get(one.incident_id, session)
    if incident is None:
        raise RuntimeError("something waits in an incident that is not there")
    return after + timedelta(minutes=incident.escalate_minutes)


async def _of_open_reports(use: Collaborators, asked: Sequence[Escalation], session: Session) -> list[Escalation]:
    """Without those of families that look for nobody any more: a report that was withdrawn keeps its questions."""
    of = await fields_of(use.store, "questions", "reportId", [one.subject_id for one in asked], session)
    statuses = await fields_of(use.store, "reports", "status", list(of.values()), session)
    return [one for one in asked if statuses.get(of[one.subject_id]) == ReportStatus.OPEN.value]


def _parted(waiting: Sequence[Escalation], last: Round | None) -> tuple[list[Escalation], list[Escalation]]:
    """What the last round told of already, since it was due by then for the same step; and what nobody was told of."""
    told = [one for one in waiting if last is not None and one.due_at <= last.told_at and one.step in last.steps]
    ids = {one.id for one in told}
    return told, [one for one in waiting if one.id not in ids]


async def _tell(
    use: Collaborators,
    first: Escalation,
    last: Round | None,
    due_steps: set[int],
    steps: Sequence[tuple[str, ...]],
    session: Session,
) -> None:
    """One alert for each of those whose turn it is, but for whom an earlier one is on its way still."""
    version = 1 if last is None else last.version + 1
    sent = {} if last is None else {one.owner_id: one.alert_id for one in last.sent}
    owners = dict.fromkeys(owner for step in sorted(due_steps) if step < len(steps) for owner in steps[step])
    on_its_way = await _on_their_way(use, [sent[owner] for owner in owners if owner in sent], session)
    told = [owner for owner in owners if sent.get(owner) not in on_its_way]
    for number, owner in enumerate(told):
        key = f"{first.kind.value}:{first.place_id}:{version}:{owner}"
        about = About(owner, first.place_id, first.incident_id, to_webhooks=number == 0)
        sent[owner] = await raise_alert(use, _ALERTS[first.kind], key, about, session)
    following = Round(
        id=round_id(first.kind, first.place_id),
        told_at=use.clock(),
        steps=tuple(sorted(due_steps)),
        sent=tuple(Sent(owner, alert_id) for owner, alert_id in sent.items()),
        version=version,
    )
    if last is None:
        await use.store.escalation_rounds.insert(following, session)
    else:
        await use.store.escalation_rounds.replace(following, last.version, session)


async def _on_their_way(use: Collaborators, alert_ids: Sequence[str], session: Session) -> set[str | None]:
    """The alerts that somebody has not been shown yet, such as in quiet hours; a webhook's are another's."""
    if not alert_ids:
        return set()
    found = await use.store.deliveries.find({"alertId": {"$in": list(alert_ids)}}, session=session)
    return {one.alert_id for one in found if one.state in _ON_ITS_WAY and one.channel is not ChannelKind.WEBHOOK}


async def _steps(use: Collaborators, first: Escalation, session: Session) -> list[tuple[str, ...]]:
    on_duty = await duty_steps(use, first.incident_id, session)
    if first.kind is EscalationKind.RECHECK_WAITS:
        return [await volunteers_of(use, first.place_id, session), *on_duty]
    return on_duty


async def _give_back(use: Collaborators, due: Sequence[Escalation], session: Session) -> None:
    """Put matches back in the queue that were taken and not decided in time."""
    now = use.clock()
    there = await escalations_there(use.store, [one.id for one in due], session)
    over = [one for one in there.values() if one.due_at <= now]
    for one in over:
        match = await use.store.matches.get(one.subject_id, session)
        if match is None or match.state is not MatchState.CLAIMED:
            continue
        left = replace(
            match,
            state=state_after(match.state, MatchAction.LEAVE),
            claimed_by=None,
            claimed_at=None,
            version=match.version + 1,
            updated_at=now,
        )
        await use.store.matches.replace(left, match.version, session)
        await events.append(use.store, session, matches.event(use, EventKind.MATCH_LEFT, left, SYSTEM))
    await end_escalations(use.store, [one.id for one in over], session)


def _escalation(use: Collaborators, kind: EscalationKind, told_of: Event, place_id: str) -> Escalation:
    return Escalation(
        id=escalation_id(kind, told_of.subject_id),
        kind=kind,
        incident_id=told_of.incident_id or "",
        place_id=place_id,
        subject_id=told_of.subject_id,
        step=0,
        due_at=use.clock(),
    )


def _by_step(found: Sequence[Escalation]) -> Mapping[int, list[str]]:
    steps: dict[int, list[str]] = defaultdict(list)
    for one in found:
        steps[one.step].append(one.id)
    return steps
