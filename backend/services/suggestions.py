"""Suggesting duplicates: each new or changed record is held against the others of its own side."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backend.domain.duplicate import Duplicate, DuplicateAction, DuplicateState, state_after
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.evidence import Comparison
from backend.domain.subject import Side
from backend.matching.duplicates import compare_duplicates, duplicates_if_likely
from backend.matching.ranking import FOR_ADVICE
from backend.services.collaborators import Collaborators
from backend.services.models import Rules
from backend.store import events
from backend.store.candidates import Candidate, candidates_by_id, candidates_by_key, subjects_by_id
from backend.store.duplicates import pairs_with
from backend.store.key_indexes import Candidates
from backend.store.records import Session

MOST_SUGGESTIONS = 5
"""New pairs of one record at a time, the most probable: more would be no advice, and one person could flood the queue.
"""


async def ask_for_suggestions(use: Collaborators, told_of: Iterable[Event], session: Session) -> None:
    """Let the worker look for duplicates of changed records later: families wait for matches, nobody for this."""
    later = [
        Event(
            id=use.new_id(),
            kind=EventKind.DUPLICATES_DUE,
            subject_id=event.subject_id,
            actor_id=SYSTEM,
            at=use.clock(),
            incident_id=event.incident_id,
            # A report's event names it; a registration's names none.
            report_id=event.report_id,
        )
        for event in told_of
        if event.match_id is None  # or else only a match changed
    ]
    await events.append(use.store, session, *later)


async def suggest_duplicates(
    use: Collaborators, rules: Rules, side: Side, record_ids: Sequence[str], session: Session
) -> None:
    """Compare records of an incident with the others of their side, and bring all their pairs up to date."""
    records = records_of(use, side)
    begun = {rules.incident.id: use.store.key_indexes.begin(records, rules.incident.id)}
    changed = await subjects_by_id(records, record_ids, session)
    pairs = await pairs_with(use.store.duplicates, side, record_ids, session)
    known = {(pair.first_id, pair.second_id): pair for pair in pairs}
    paired: dict[str, list[str]] = defaultdict(list)
    for first_id, second_id in known:
        paired[first_id].append(second_id)
        paired[second_id].append(first_id)
    alike = await candidates_by_key(
        records, use.store.key_indexes, changed, session, begun=begun, besides=paired, bounds=FOR_ADVICE, apart=True
    )
    settled: set[tuple[str, str]] = set()  # where both are among the records, the second finds their pair there
    changes: list[tuple[Duplicate, int]] = []
    suggested: list[Duplicate] = []
    told: list[Event] = []
    for record in changed:
        new: list[Duplicate] = []
        for other in alike[record.id]:
            first, second = (record, other) if record.id < other.id else (other, record)
            ids = first.id, second.id
            if ids in settled or (ids not in known and are_siblings(record, other)):
                continue  # whoever wrote down brothers and sisters had both in mind
            if ids in known:
                settled.add(ids)
                comparison = compared(rules, first, second)
                if (found := _rescored(use, rules, known[ids], first, second, comparison)) is not None:
                    changes.append((found[0], known[ids].version))
                    told.append(event(use, found[1], found[0], SYSTEM))
            elif likely := _compared_if_likely(rules, first, second):
                new.append(new_pair(use, (first, second), likely, SYSTEM))
        new = sorted(new, key=lambda pair: (-pair.bits, pair.first_id, pair.second_id))[:MOST_SUGGESTIONS]
        settled.update((pair.first_id, pair.second_id) for pair in new)
        suggested += new
        await asyncio.sleep(0)
    await use.store.duplicates.insert_many(suggested, session)
    told += [event(use, EventKind.DUPLICATE_SUGGESTED, pair, SYSTEM) for pair in suggested]
    await _keep(use, changes, told, session)


async def rescore_duplicates(use: Collaborators, rules: Rules, pairs: Sequence[Duplicate], session: Session) -> None:
    """Bring pairs of an incident up to date with its rules as they are now."""
    changes: list[tuple[Duplicate, int]] = []
    told: list[Event] = []
    for side in Side:
        known = [pair for pair in pairs if pair.side is side]
        ids = sorted({record_id for pair in known for record_id in (pair.first_id, pair.second_id)})
        found = {one.id: one for one in await candidates_by_id(records_of(use, side), ids, session)} if ids else {}
        for pair in known:
            first, second = found.get(pair.first_id), found.get(pair.second_id)
            if first is None or second is None:
                continue  # it does not open, and the log names it
            rescored = _rescored(use, rules, pair, first, second, compared(rules, first, second))
            if rescored is not None:
                changes.append((rescored[0], pair.version))
                told.append(event(use, rescored[1], rescored[0], SYSTEM))
    await _keep(use, changes, told, session)


async def _keep(
    use: Collaborators, changes: Sequence[tuple[Duplicate, int]], told: Sequence[Event], session: Session
) -> None:
    """Write pairs in the place of the versions that were read, and what is to be told."""
    if not await use.store.duplicates.replace_many(changes, session):
        raise RuntimeError("a pair changed inside the transaction that read it")
    await events.append(use.store, session, *told)


def compared(rules: Rules, first: Candidate, second: Candidate) -> Comparison:
    """Two records of a side, in the order of their pair."""
    return compare_duplicates(first.profile, second.profile, rules.context, together=are_siblings(first, second))


def _compared_if_likely(rules: Rules, first: Candidate, second: Candidate) -> Comparison | None:
    """The same, where they are to be suggested."""
    least, together = rules.incident.propose_threshold, are_siblings(first, second)
    found = duplicates_if_likely(first.profile, second.profile, rules.context, least, together=together)
    return found if found is not None and _suggests(rules, first, second, found) else None


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


def _rescored(
    use: Collaborators, rules: Rules, pair: Duplicate, first: Candidate, second: Candidate, comparison: Comparison
) -> tuple[Duplicate, EventKind] | None:
    """A pair brought up to date, and what is to be told of it; None where it stays as it is."""
    if first.version < pair.first_version or second.version < pair.second_version:
        return None  # a newer version of the records was compared already
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
        return None
    return replace(rescored, version=pair.version + 1, updated_at=use.clock()), kind


def _suggests(rules: Rules, first: Candidate, second: Candidate, comparison: Comparison) -> bool:
    """Records that are no longer open to matching are not worth the advice."""
    return first.is_open and second.is_open and comparison.probability >= rules.incident.propose_threshold
