"""Scoring: whatever is written or changed on one side is compared with what there is on the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.evidence import Comparison
from backend.domain.incident import DISPLACEMENT_KM, Incident
from backend.domain.match import Match, MatchAction, MatchState, state_after
from backend.matching.compare import compare
from backend.matching.context import Context, default_context
from backend.matching.news import probability_for_the_family
from backend.matching.together import joint
from backend.services.collaborators import Collaborators
from backend.services.matches import UNDER_REVIEW, event
from backend.store import events
from backend.store.candidates import (
    Candidate,
    Candidates,
    candidate,
    candidates_by_id,
    candidates_by_key,
    candidates_of_family,
    families_of_several,
)
from backend.store.records import Session

PROMISING = 0.005
"""A pair at least this probable may become a match in the light of the family's other children: see
`matching.together`, where two brothers of 0.04 each support each other to 0.8."""


@dataclass(frozen=True, slots=True)
class _Pair:
    report: Candidate
    registration: Candidate
    comparison: Comparison
    is_news: bool
    known: Match | None


async def score_report(use: Collaborators, report_id: str, session: Session) -> None:
    """Rescore a report, and the others of its family with it, with every registration they may belong to."""
    report = await candidate(use.store.reports.collection, report_id, session)
    incident = None if report is None else await use.store.incidents.get(report.incident_id, session)
    if report is None or incident is None:
        return
    await _keep(use, incident, await _pairs_of_family(use, incident, report.owner_id, session), session)


async def score_registration(use: Collaborators, registration_id: str, session: Session) -> None:
    """Rescore a registration with every report it may belong to; where a family misses several, with all of its."""
    registration = await candidate(use.store.registrations.collection, registration_id, session)
    incident = None if registration is None else await use.store.incidents.get(registration.incident_id, session)
    if registration is None or incident is None:
        return
    known = {match.report_id: match for match in await _known(use, "registrationId", [registration.id], session)}
    reports = await _candidates(use.store.reports.collection, registration, known, session)
    context = _context(incident)
    pairs = [
        _pair(
            incident, report, registration, compare(report.profile, registration.profile, context), known.get(report.id)
        )
        for report in reports
    ]
    promising = {pair.report.owner_id for pair in pairs if pair.known or _is_promising(pair.comparison, context)}
    families = await families_of_several(use.store.reports.collection, sorted(promising), session)
    alone = [pair for pair in pairs if pair.report.owner_id not in families]
    together = [await _pairs_of_family(use, incident, family_id, session) for family_id in sorted(families)]
    await _keep(use, incident, [*alone, *(pair for family in together for pair in family)], session)


async def _pairs_of_family(use: Collaborators, incident: Incident, family_id: str, session: Session) -> list[_Pair]:
    """Every pair that a report of this family may be part of, each seen in the light of the others."""
    reports = await candidates_of_family(use.store.reports.collection, family_id, session)
    matches = await _known(use, "reportId", [report.id for report in reports], session)
    known = {(match.report_id, match.registration_id): match for match in matches}
    context = _context(incident)
    sides: dict[tuple[str, str], tuple[Candidate, Candidate]] = {}
    for report in reports:
        matched = {match.registration_id: match for match in matches if match.report_id == report.id}
        for registration in await _candidates(use.store.registrations.collection, report, matched, session):
            sides[report.id, registration.id] = (report, registration)
    apart = {pair: compare(report.profile, other.profile, context) for pair, (report, other) in sides.items()}
    groups = {registration.id: registration.group_id for _, registration in sides.values()}
    sought = {pair: comparison for pair, comparison in apart.items() if sides[pair][0].keys}
    seen = {**apart, **joint(sought, groups, context)}
    return [_pair(incident, *sides[pair], comparison, known.get(pair)) for pair, comparison in seen.items()]


def _pair(
    incident: Incident, report: Candidate, registration: Candidate, comparison: Comparison, known: Match | None
) -> _Pair:
    threshold = incident.alert_threshold
    is_news = threshold is not None and probability_for_the_family(comparison, _context(incident)) >= threshold
    return _Pair(report, registration, comparison, is_news, known)


async def _candidates(
    others: Candidates, subject: Candidate, known: Mapping[str, Match], session: Session
) -> list[Candidate]:
    """Those that share a key with the subject, and those that it has a match with already."""
    found = await candidates_by_key(others, subject.incident_id, subject.keys, session)
    missing = set(known) - {other.id for other in found}
    return found + (await candidates_by_id(others, sorted(missing), session) if missing else [])


async def _known(use: Collaborators, side: str, record_ids: Sequence[str], session: Session) -> list[Match]:
    return await use.store.matches.find({side: {"$in": list(record_ids)}}, session=session)


def _context(incident: Incident) -> Context:
    return default_context(DISPLACEMENT_KM[incident.scale])


async def _keep(use: Collaborators, incident: Incident, pairs: Sequence[_Pair], session: Session) -> None:
    told: list[Event] = []
    for pair in pairs:
        if pair.known is not None or not _proposes(incident, pair):
            continue
        match = _new_match(use, incident, pair)
        kinds = [EventKind.MATCH_PROPOSED]
        if pair.is_news:
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
        evidence=pair.comparison.evidence,
        report_version=pair.report.version,
        registration_version=pair.registration.version,
        site_id=pair.registration.owner_id,
    )
    kinds: list[EventKind] = []
    proposes = _proposes(incident, pair)
    if match.state is MatchState.POTENTIAL and not proposes:
        rescored = replace(rescored, state=state_after(match.state, MatchAction.FADE))
        kinds.append(EventKind.MATCH_FADED)
    elif match.state is MatchState.FADED and proposes:
        rescored = replace(rescored, state=state_after(match.state, MatchAction.RETURN))
        kinds.append(EventKind.MATCH_RETURNED)
    elif rescored.bits != match.bits:
        kinds.append(EventKind.MATCH_RESCORED)
    if pair.is_news and rescored.alerted_at is None and rescored.state in UNDER_REVIEW:
        rescored = replace(rescored, alerted_at=use.clock())
        kinds.append(EventKind.MATCH_LIKELY)
    if rescored == match:
        return ()
    rescored = replace(rescored, version=match.version + 1, updated_at=use.clock())
    if not await use.store.matches.replace(rescored, match.version, session):
        raise RuntimeError("a match changed inside the transaction that read it")
    return [event(use, kind, rescored, SYSTEM) for kind in kinds]


def _is_promising(comparison: Comparison, context: Context) -> bool:
    """Asked without the place too: how far away the child is must not decide whether news is looked for."""
    return max(comparison.probability, probability_for_the_family(comparison, context)) >= PROMISING


def _is_open(pair: _Pair) -> bool:
    """Whether both sides are still to be matched: a record that is not keeps no keys."""
    return bool(pair.report.keys) and bool(pair.registration.keys)


def _proposes(incident: Incident, pair: _Pair) -> bool:
    """Whether the pair waits for review. What a family is told of always does, however far away the child is."""
    return _is_open(pair) and (pair.comparison.probability >= incident.propose_threshold or pair.is_news)


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
        evidence=pair.comparison.evidence,
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
