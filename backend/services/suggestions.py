"""Suggesting duplicates: each new or changed record is held against the others of its own side."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.duplicate import Duplicate, DuplicateAction, DuplicateState, state_after
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.evidence import Comparison
from backend.domain.subject import Side
from backend.matching.duplicates import compare_duplicates
from backend.matching.ranking import FOR_ADVICE
from backend.services.collaborators import Collaborators
from backend.services.models import Rules, rules_of
from backend.store import events
from backend.store.candidates import Candidate, candidate, candidates_by_id, candidates_by_key
from backend.store.duplicates import pairs_with
from backend.store.key_indexes import Candidates
from backend.store.records import Session

MOST_SUGGESTIONS = 5
"""New pairs of one record at a time, the most probable: more would be no advice, and one person could flood the queue.
"""


async def ask_for_suggestions(use: Collaborators, told_of: Event, session: Session) -> None:
    """Let the worker look for duplicates of a changed record later: families wait for matches, nobody for this."""
    if told_of.match_id is not None:
        return  # only a match changed
    later = Event(
        id=use.new_id(),
        kind=EventKind.DUPLICATES_DUE,
        subject_id=told_of.subject_id,
        actor_id=SYSTEM,
        at=use.clock(),
        incident_id=told_of.incident_id,
        # A report's event names it; a registration's names none.
        report_id=told_of.report_id,
    )
    await events.append(use.store, session, later)


async def suggest_duplicates(use: Collaborators, side: Side, record_id: str, session: Session) -> None:
    """Compare a record with those of its own side, and bring all its pairs up to date."""
    records = records_of(use, side)
    record = await candidate(records, record_id, session)
    rules = None if record is None else await rules_of(use, record.incident_id, session)
    if record is None or rules is None:
        return
    known = {
        pair.second_id if pair.first_id == record.id else pair.first_id: pair
        for pair in await pairs_with(use.store.duplicates, side, [record.id], session)
    }
    alike = await candidates_by_key(records, use.store.key_indexes, record, session, bounds=FOR_ADVICE, apart=True)
    found = {other.id: other for other in alike}
    missing = sorted(known.keys() - found.keys())
    if missing:
        found |= {other.id: other for other in await candidates_by_id(records, missing, session)}
    told: list[Event] = []
    new: list[Duplicate] = []
    for other in found.values():
        pair = known.get(other.id)
        if pair is None and are_siblings(record, other):
            continue  # whoever wrote them down had both in mind
        first, second = (record, other) if record.id < other.id else (other, record)
        comparison = compared(rules, first, second)
        if pair is not None:
            told.extend(await _rescore(use, rules, pair, first, second, comparison, session))
        elif _suggests(rules, first, second, comparison):
            new.append(new_pair(use, (first, second), comparison, SYSTEM))
    new = sorted(new, key=lambda pair: (-pair.bits, pair.first_id, pair.second_id))[:MOST_SUGGESTIONS]
    await use.store.duplicates.insert_many(new, session)
    told += [event(use, EventKind.DUPLICATE_SUGGESTED, pair, SYSTEM) for pair in new]
    await events.append(use.store, session, *told)


def compared(rules: Rules, first: Candidate, second: Candidate) -> Comparison:
    """Two records of a side, in the order of their pair."""
    return compare_duplicates(first.profile, second.profile, rules.context, together=are_siblings(first, second))


def are_siblings(one: Candidate, other: Candidate) -> bool:
    """Whether one family reported both, or both were registered together."""
    if one.profile.side is Side.REPORT:
        return one.owner_id == other.owner_id
    return one.group_id is not None and one.group_id == other.group_id


def records_of(use: Collaborators, side: Side) -> Candidates:
    return use.store.reports if side is Side.REPORT else use.store.registrations


def new_pair(
    use: Collaborators, records: tuple[Candidate, Candidate], comparison: Comparison, suggested_by: str
) -> Duplicate:
    """The pair of two records that are in its order, as it begins."""
    first, second = records
    now = use.clock()
    return Duplicate(
        id=use.new_id(),
        incident_id=first.incident_id,
        side=first.profile.side,
        first_id=first.id,
        second_id=second.id,
        state=DuplicateState.SUGGESTED,
        probability=comparison.probability,
        bits=comparison.bits,
        evidence=comparison.evidence,
        first_version=first.version,
        second_version=second.version,
        suggested_by=suggested_by,
        decided_by=None,
        decided_at=None,
        reason=None,
        version=1,
        created_at=now,
        updated_at=now,
    )


def event(use: Collaborators, kind: EventKind, pair: Duplicate, actor_id: str) -> Event:
    """Of the incident, and of no site and no family: who is told of it is asked of the two records."""
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=pair.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=pair.incident_id,
    )


async def _rescore(
    use: Collaborators,
    rules: Rules,
    pair: Duplicate,
    first: Candidate,
    second: Candidate,
    comparison: Comparison,
    session: Session,
) -> Sequence[Event]:
    if first.version < pair.first_version or second.version < pair.second_version:
        return ()  # a newer version of the records was compared already
    rescored = replace(
        pair,
        probability=comparison.probability,
        bits=comparison.bits,
        evidence=comparison.evidence,
        first_version=first.version,
        second_version=second.version,
    )
    kind = EventKind.DUPLICATE_RESCORED
    suggests = pair.suggested_by != SYSTEM or _suggests(rules, first, second, comparison)
    if pair.state is DuplicateState.SUGGESTED and not suggests:
        rescored = replace(rescored, state=state_after(pair.state, DuplicateAction.FADE))
        kind = EventKind.DUPLICATE_FADED
    elif pair.state is DuplicateState.FADED and suggests:
        rescored = replace(rescored, state=state_after(pair.state, DuplicateAction.RETURN))
        kind = EventKind.DUPLICATE_RETURNED
    if rescored == pair:
        return ()
    rescored = replace(rescored, version=pair.version + 1, updated_at=use.clock())
    if not await use.store.duplicates.replace(rescored, pair.version, session):
        raise RuntimeError("a pair changed inside the transaction that read it")
    return [event(use, kind, rescored, SYSTEM)]


def _suggests(rules: Rules, first: Candidate, second: Candidate, comparison: Comparison) -> bool:
    """Records that are no longer open to matching keep no keys, and are not worth the advice."""
    return bool(first.keys) and bool(second.keys) and comparison.probability >= rules.incident.propose_threshold
