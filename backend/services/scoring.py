"""Scoring: whatever is written or changed on one side is compared with what there is on the other.

Records that are due together are read, scored and written together: what each costs alone is mostly the ways to the
database.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from backend.domain.evidence import Comparison
from backend.domain.incident import IncidentStatus
from backend.domain.match import Match
from backend.matching.compare import compare, compare_if_likely
from backend.matching.context import Context
from backend.matching.news import probability_for_the_family
from backend.matching.together import PROMISING, joint
from backend.services.collaborators import Collaborators
from backend.services.keeping import ScoredPair, keep
from backend.services.models import Rules
from backend.store.candidates import (
    Candidate,
    candidates_by_key,
    candidates_of_groups,
    families_of_several,
    registrations_with_matches,
    reports_with_matches,
)
from backend.store.key_indexes import Candidates, Reading, SeenAs
from backend.store.records import Session

Sides = dict[tuple[str, str], tuple[Candidate, Candidate]]
"""Report and registration, by the ids of both."""
PROMISING_ALONE = 0.02
"""What is promising for a family that misses one child, where no other can support the pair: who was registered
together with it is looked at from here on. Of 1,500 reports among a million registrations this led to all four pairs
that `PROMISING` leads to and that are likely enough to be proposed, with half as much reading.
"""
AT_A_STRETCH = 32
"""Pairs compared before others who are served by this process have their turn: a few milliseconds."""
Known = dict[tuple[str, str], Match]
"""Matches that are there already, by the same."""


async def read_ahead(use: Collaborators) -> None:
    """Have the index of every side of every active incident read, for those who look through it from now on."""
    store = use.store
    for incident in await store.incidents.find({"status": IncidentStatus.ACTIVE.value}):
        for records in (store.registrations, store.reports):
            await store.key_indexes.current(records, incident.id, SeenAs.CHILD)


async def score_families(use: Collaborators, rules: Rules, family_ids: Sequence[str], session: Session) -> None:
    """Rescore all reports of these families with every registration they may belong to."""
    await keep(use, rules, await pairs_of_families(use, rules, family_ids, session), session)


async def score_registrations(
    use: Collaborators, rules: Rules, registration_ids: Sequence[str], session: Session
) -> set[str]:
    """Rescore registrations of an incident with every report they may belong to; where a family misses several, with
    all of its.

    Returns the ids of those that are there.
    """
    store, begun = use.store, _begun(use, rules, use.store.reports)
    registrations, matches = await registrations_with_matches(
        store.registrations, store.matches, registration_ids, session
    )
    known = _by_pair(matches)
    matched = _by_one((registration, report) for report, registration in known)
    reports = await candidates_by_key(
        store.reports, store.key_indexes, registrations, session, begun=begun, besides=matched
    )
    sides = {(report.id, one.id): (report, one) for one in registrations for report in reports[one.id]}
    compared = await _compared(rules, sides, known, PROMISING)
    promising = {
        sides[pair][0].owner_id
        for pair, comparison in compared.items()
        if pair in known or _is_promising(comparison, rules.context)
    }
    several = await families_of_several(store.reports, sorted(promising), session) if promising else set()
    alone = [
        _pair(rules, *sides[pair], comparison, known.get(pair))
        for pair, comparison in compared.items()
        if sides[pair][0].owner_id not in several
    ]
    found = {pair: both for pair, both in sides.items() if both[0].owner_id in several}
    together = await pairs_of_families(use, rules, sorted(several), session, found) if several else []
    await keep(use, rules, [*alone, *together], session)
    return {one.id for one in registrations}


async def pairs_of_families(
    use: Collaborators,
    rules: Rules,
    family_ids: Sequence[str],
    session: Session | None,
    besides: Sides | None = None,
) -> list[ScoredPair]:
    """Every pair that a report of these families may be part of, each seen in the light of the others of its family.

    `besides` are pairs of these reports that are to be compared whether or not they share a key. Left out are pairs
    that are no match for sure, where the family has one report and they were none before.
    """
    store, begun = use.store, _begun(use, rules, use.store.registrations)
    reports, matches = await reports_with_matches(store.reports, store.matches, family_ids, session)
    known = _by_pair(matches)
    others = await candidates_by_key(
        store.registrations, store.key_indexes, reports, session, begun=begun, besides=_by_one(known)
    )
    sides = {(report.id, one.id): (report, one) for report in reports for one in others[report.id]}
    sides |= besides or {}
    several = _of_several(reports)
    whole = {*known, *(besides or ()), *(pair for pair, (report, _) in sides.items() if report.owner_id in several)}
    apart = await _compared(rules, sides, whole, PROMISING_ALONE)
    beside = await _registered_beside(use, rules, reports, sides, apart, session)
    sides |= beside
    apart |= await _compared(rules, beside, beside, PROMISING_ALONE)
    groups = {registration.id: registration.group_id for _, registration in sides.values()}
    families: dict[str, dict[tuple[str, str], Comparison]] = defaultdict(dict)
    for pair, comparison in apart.items():
        if sides[pair][0].is_open:
            families[sides[pair][0].owner_id][pair] = comparison
    seen = dict(apart)
    for sought in families.values():
        seen |= joint(sought, groups, rules.context)
    return [_pair(rules, *sides[pair], comparison, known.get(pair)) for pair, comparison in seen.items()]


def _begun(use: Collaborators, rules: Rules, records: Candidates) -> Mapping[str, Reading]:
    """The index of those who may be found, read while those who look for them are."""
    return {rules.incident.id: use.store.key_indexes.begin(records, rules.incident.id)}


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
    several = _of_several(reports)
    promising = {
        (report.owner_id, other.group_id)
        for pair, comparison in apart.items()
        for report, other in (sides[pair],)
        if other.group_id is not None
        and probability_for_the_family(comparison, rules.context)
        >= (PROMISING if report.owner_id in several else PROMISING_ALONE)
    }
    group_ids = sorted({group_id for _, group_id in promising})
    records = use.store.registrations
    members = await candidates_of_groups(records, group_ids, session) if group_ids else []
    return {
        (report.id, other.id): (report, other)
        for report in reports
        for other in members
        if (report.owner_id, other.group_id) in promising and (report.id, other.id) not in sides
    }


async def _compared(
    rules: Rules, sides: Sides, whole: Collection[tuple[str, str]], promising: float
) -> dict[tuple[str, str], Comparison]:
    """The comparison of each pair, without those that nothing can come of, not even what is `promising` from there on;
    those in `whole` are all there.
    """
    thresholds = (promising, rules.incident.propose_threshold, rules.incident.alert_threshold)
    at_least = min(one for one in thresholds if one is not None)
    compared: dict[tuple[str, str], Comparison] = {}
    for number, (pair, (report, registration)) in enumerate(sides.items(), start=1):
        if pair in whole:
            compared[pair] = compare(report.profile, registration.profile, rules.context)
        elif found := compare_if_likely(report.profile, registration.profile, rules.context, at_least):
            compared[pair] = found
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    return compared


def _pair(
    rules: Rules, report: Candidate, registration: Candidate, comparison: Comparison, known: Match | None
) -> ScoredPair:
    threshold = rules.incident.alert_threshold
    is_news = threshold is not None and probability_for_the_family(comparison, rules.context) >= threshold
    return ScoredPair(report, registration, comparison, is_news, known)


def _of_several(reports: Iterable[Candidate]) -> set[str]:
    """Those families that have more than one of these reports."""
    return {family_id for family_id, count in Counter(one.owner_id for one in reports).items() if count > 1}


def _by_pair(matches: Iterable[Match]) -> Known:
    return {(match.report_id, match.registration_id): match for match in matches}


def _by_one(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The others of each one."""
    others: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        others[one].append(other)
    return others


def _is_promising(comparison: Comparison, context: Context) -> bool:
    """Asked without the place too: how far away the child is must not decide whether news is looked for."""
    return max(comparison.probability, probability_for_the_family(comparison, context)) >= PROMISING
