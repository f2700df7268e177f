"""Scoring: whatever is written or changed on one side is compared with what there is on the other."""

from collections.abc import Mapping, Sequence

from backend.domain.evidence import Comparison
from backend.domain.match import Match
from backend.matching.compare import compare
from backend.matching.context import Context
from backend.matching.news import probability_for_the_family
from backend.matching.together import PROMISING, joint
from backend.services.collaborators import Collaborators
from backend.services.keeping import ScoredPair, keep
from backend.services.models import Rules, rules_of
from backend.store.candidates import (
    Candidate,
    candidate,
    candidates_by_id,
    candidates_by_key,
    candidates_of_family,
    candidates_of_groups,
    families_of_several,
)
from backend.store.key_indexes import Candidates
from backend.store.records import Session

Sides = dict[tuple[str, str], tuple[Candidate, Candidate]]
"""Report and registration, by the ids of both."""


async def score_report(use: Collaborators, report_id: str, session: Session) -> None:
    """Rescore a report, and the others of its family with it, with every registration they may belong to."""
    report = await candidate(use.store.reports, report_id, session)
    if report is not None:
        await score_family(use, report.incident_id, report.owner_id, session)


async def score_family(use: Collaborators, incident_id: str, family_id: str, session: Session) -> None:
    """Rescore all reports of a family with every registration they may belong to."""
    rules = await rules_of(use, incident_id, session)
    if rules is not None:
        await keep(use, rules, await pairs_of_family(use, rules, family_id, session), session)


async def score_registration(use: Collaborators, registration_id: str, session: Session) -> Rules | None:
    """Rescore a registration with every report it may belong to; where a family misses several, with all of its.

    Returns what it was scored under; None for one that is not there.
    """
    registration = await candidate(use.store.registrations, registration_id, session)
    rules = None if registration is None else await rules_of(use, registration.incident_id, session)
    if registration is None or rules is None:
        return None
    known = {match.report_id: match for match in await _known(use, "registrationId", [registration.id], session)}
    reports = await _candidates(use, use.store.reports, registration, known, session)
    pairs = [
        _pair(
            rules,
            report,
            registration,
            compare(report.profile, registration.profile, rules.context),
            known.get(report.id),
        )
        for report in reports
    ]
    promising = {pair.report.owner_id for pair in pairs if pair.known or _is_promising(pair.comparison, rules.context)}
    families = await families_of_several(use.store.reports, sorted(promising), session) if promising else set()
    alone = [pair for pair in pairs if pair.report.owner_id not in families]
    found = {pair.report.id: registration for pair in pairs if pair.report.owner_id in families}
    together = [await pairs_of_family(use, rules, family_id, session, found) for family_id in sorted(families)]
    await keep(use, rules, [*alone, *(pair for family in together for pair in family)], session)
    return rules


async def pairs_of_family(
    use: Collaborators,
    rules: Rules,
    family_id: str,
    session: Session | None,
    besides: Mapping[str, Candidate] | None = None,
) -> list[ScoredPair]:
    """Every pair that a report of this family may be part of, each seen in the light of the others.

    `besides` are registrations that a report, by its id, is to be compared with whether or not they share a key.
    """
    reports = await candidates_of_family(use.store.reports, family_id, session)
    matches = await _known(use, "reportId", [report.id for report in reports], session)
    known = {(match.report_id, match.registration_id): match for match in matches}
    sides: Sides = {}
    for report in reports:
        matched = {match.registration_id: match for match in matches if match.report_id == report.id}
        for registration in await _candidates(use, use.store.registrations, report, matched, session):
            sides[report.id, registration.id] = (report, registration)
        if besides is not None and report.id in besides:
            sides[report.id, besides[report.id].id] = (report, besides[report.id])
    apart = {pair: compare(report.profile, other.profile, rules.context) for pair, (report, other) in sides.items()}
    beside = await _registered_beside(use, rules, reports, sides, apart, session)
    sides |= beside
    apart |= {pair: compare(one.profile, other.profile, rules.context) for pair, (one, other) in beside.items()}
    groups = {registration.id: registration.group_id for _, registration in sides.values()}
    sought = {pair: comparison for pair, comparison in apart.items() if sides[pair][0].keys}
    seen = {**apart, **joint(sought, groups, rules.context)}
    return [_pair(rules, *sides[pair], comparison, known.get(pair)) for pair, comparison in seen.items()]


async def _registered_beside(
    use: Collaborators,
    rules: Rules,
    reports: Sequence[Candidate],
    sides: Sides,
    apart: Mapping[tuple[str, str], Comparison],
    session: Session | None,
) -> Sides:
    """The pairs of a family's reports with those who were registered together with one who may be its child.

    A brother who says nothing shares few keys with his own report; that his sister was found beside him finds him.
    Where she was found must not decide it, since news for the family may come of it.
    """
    promising = {
        other.group_id
        for pair, (_, other) in sides.items()
        if other.group_id is not None and probability_for_the_family(apart[pair], rules.context) >= PROMISING
    }
    records = use.store.registrations
    members = await candidates_of_groups(records, sorted(promising), session) if promising else []
    return {
        (report.id, other.id): (report, other)
        for report in reports
        for other in members
        if (report.id, other.id) not in sides
    }


def _pair(
    rules: Rules, report: Candidate, registration: Candidate, comparison: Comparison, known: Match | None
) -> ScoredPair:
    threshold = rules.incident.alert_threshold
    is_news = threshold is not None and probability_for_the_family(comparison, rules.context) >= threshold
    return ScoredPair(report, registration, comparison, is_news, known)


async def _candidates(
    use: Collaborators, others: Candidates, subject: Candidate, known: Mapping[str, Match], session: Session | None
) -> list[Candidate]:
    """Those that share a key with the subject, and those that it has a match with already."""
    found = await candidates_by_key(others, use.store.key_indexes, subject, session)
    missing = set(known) - {other.id for other in found}
    return found + (await candidates_by_id(others, sorted(missing), session) if missing else [])


async def _known(use: Collaborators, side: str, record_ids: Sequence[str], session: Session | None) -> list[Match]:
    return await use.store.matches.find({side: {"$in": list(record_ids)}}, session=session)


def _is_promising(comparison: Comparison, context: Context) -> bool:
    """Asked without the place too: how far away the child is must not decide whether news is looked for."""
    return max(comparison.probability, probability_for_the_family(comparison, context)) >= PROMISING
