"""Scoring: whatever is written or changed on one side is compared with what there is on the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.incident import DISPLACEMENT_KM, Incident
from backend.domain.match import EvidenceLevel, Match, MatchAction, MatchEvidence, MatchState, state_after
from backend.domain.subject import Side
from backend.matching.compare import Comparison, compare
from backend.matching.context import Context, default_context
from backend.services.collaborators import Collaborators
from backend.services.matches import event
from backend.store import events
from backend.store.candidates import Candidate, candidate, candidates_by_id, candidates_by_key
from backend.store.records import Session

MOST_MATCHES = 50
"""New matches proposed for one record at a time: those most probable."""


@dataclass(frozen=True, slots=True)
class _Pair:
    report: Candidate
    registration: Candidate
    comparison: Comparison
    known: Match | None


async def score_registration(use: Collaborators, registration_id: str, session: Session) -> None:
    """Rescore a registration with every report it may belong to."""
    await _score(use, Side.REGISTRATION, registration_id, session)


async def score_report(use: Collaborators, report_id: str, session: Session) -> None:
    """Rescore a report with every registration it may belong to."""
    await _score(use, Side.REPORT, report_id, session)


async def _score(use: Collaborators, side: Side, record_id: str, session: Session) -> None:
    own, others, field = (
        (use.store.registrations.collection, use.store.reports.collection, "registrationId")
        if side is Side.REGISTRATION
        else (use.store.reports.collection, use.store.registrations.collection, "reportId")
    )
    subject = await candidate(own, record_id, session)
    incident = None if subject is None else await use.store.incidents.get(subject.incident_id, session)
    if subject is None or incident is None:
        return
    known = {
        (match.registration_id if side is Side.REPORT else match.report_id): match
        for match in await use.store.matches.find({field: record_id}, session=session)
    }
    found = await candidates_by_key(others, incident.id, subject.keys, session)
    missing = set(known) - {other.id for other in found}
    if missing:
        found.extend(await candidates_by_id(others, sorted(missing), session))
    context = default_context(DISPLACEMENT_KM[incident.scale])
    pairs = [_pair(side, subject, other, known.get(other.id), context) for other in found]
    await _keep(use, incident, pairs, session)


def _pair(side: Side, subject: Candidate, other: Candidate, known: Match | None, context: Context) -> _Pair:
    report, registration = (subject, other) if side is Side.REPORT else (other, subject)
    return _Pair(report, registration, compare(report.profile, registration.profile, context), known)


async def _keep(use: Collaborators, incident: Incident, pairs: Sequence[_Pair], session: Session) -> None:
    best = sorted(pairs, key=lambda pair: pair.comparison.probability, reverse=True)
    proposed = [
        pair for pair in best if pair.known is None and _is_open(pair) and _proposes(incident, pair.comparison)
    ][:MOST_MATCHES]
    told: list[Event] = []
    for pair in proposed:
        match = _new_match(use, incident, pair)
        kinds = [EventKind.MATCH_PROPOSED]
        if _is_likely(incident, match):
            match = replace(match, alerted_at=use.clock())
            kinds.append(EventKind.MATCH_LIKELY)
        await use.store.matches.insert(match, session)
        told.extend(event(use, kind, match, SYSTEM) for kind in kinds)
    for pair in pairs:
        if pair.known is not None:
            told.extend(await _rescore(use, incident, pair, pair.known, session))
    await events.append(use.store, session, *told)


async def _rescore(
    use: Collaborators, incident: Incident, pair: _Pair, match: Match, session: Session
) -> Sequence[Event]:
    """Bring a match up to date: its score, and whether it fades, returns or is news for the family."""
    if pair.report.version < match.report_version or pair.registration.version < match.registration_version:
        return ()  # a newer version of the records was scored already
    rescored = replace(
        match,
        probability=pair.comparison.probability,
        bits=pair.comparison.bits,
        evidence=_evidence(pair.comparison),
        report_version=pair.report.version,
        registration_version=pair.registration.version,
        site_id=pair.registration.owner_id,
    )
    kinds: list[EventKind] = []
    proposes = _is_open(pair) and _proposes(incident, pair.comparison)
    if match.state is MatchState.POTENTIAL and not proposes:
        rescored = replace(rescored, state=state_after(match.state, MatchAction.FADE))
        kinds.append(EventKind.MATCH_FADED)
    elif match.state is MatchState.FADED and proposes:
        rescored = replace(rescored, state=state_after(match.state, MatchAction.RETURN))
        kinds.append(EventKind.MATCH_RETURNED)
    elif rescored.bits != match.bits:
        kinds.append(EventKind.MATCH_RESCORED)
    if _is_likely(incident, rescored):
        rescored = replace(rescored, alerted_at=use.clock())
        kinds.append(EventKind.MATCH_LIKELY)
    if rescored == match:
        return ()
    rescored = replace(rescored, version=match.version + 1, updated_at=use.clock())
    if not await use.store.matches.replace(rescored, match.version, session):
        raise RuntimeError("a match changed inside the transaction that read it")
    return [event(use, kind, rescored, SYSTEM) for kind in kinds]


def _is_open(pair: _Pair) -> bool:
    """Whether both sides are still to be matched: a record that is not keeps no keys."""
    return bool(pair.report.keys) and bool(pair.registration.keys)


def _proposes(incident: Incident, comparison: Comparison) -> bool:
    return comparison.probability >= incident.propose_threshold


def _is_likely(incident: Incident, match: Match) -> bool:
    return (
        incident.alert_threshold is not None
        and match.probability >= incident.alert_threshold
        and match.alerted_at is None
        and match.state in {MatchState.POTENTIAL, MatchState.CLAIMED}
    )


def _new_match(use: Collaborators, incident: Incident, pair: _Pair) -> Match:
    now = use.clock()
    return Match(
        id=use.new_id(),
        incident_id=incident.id,
        report_id=pair.report.id,
        registration_id=pair.registration.id,
        family_id=pair.report.owner_id,
        site_id=pair.registration.owner_id,
        state=MatchState.POTENTIAL,
        probability=pair.comparison.probability,
        bits=pair.comparison.bits,
        evidence=_evidence(pair.comparison),
        report_version=pair.report.version,
        registration_version=pair.registration.version,
        alerted_at=None,
        claimed_by=None,
        decided_by=None,
        decided_at=None,
        reason=None,
        version=1,
        created_at=now,
        updated_at=now,
    )


def _evidence(comparison: Comparison) -> tuple[MatchEvidence, ...]:
    return tuple(
        MatchEvidence(
            feature=item.feature.value,
            level=EvidenceLevel(item.level.value),
            bits=item.bits,
            report_value=item.report_value,
            registration_value=item.registration_value,
        )
        for item in comparison.evidence
    )
