"""What a link between two records does: linked records are of one child, so what people decide of one counts for all.

Nothing is copied and nothing is merged. Which records are one child, and what was decided of them, is worked out from
the links and from each match's own state whenever it is asked for: without the link, all is as it was.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.duplicate import DuplicateState
from backend.domain.errors import conflict
from backend.domain.event import Event, EventKind
from backend.domain.match import Match, MatchState
from backend.domain.subject import Side
from backend.services.collaborators import Collaborators
from backend.store.duplicates import hold_together, pairs_with
from backend.store.records import Session

Cluster = frozenset[str]
"""The ids of the records of one side that are linked with each other, directly or through others."""

MOST_LINKED = 20
"""More records of one child than this are a mistake, and would slow every look at it."""

_STRENGTH = (MatchState.CONFIRMED, MatchState.REJECTED, MatchState.CLAIMED)
"""What people decided, what outweighs what first."""
_OPEN = (MatchState.POTENTIAL, MatchState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Counted:
    """A match as it counts: with what was decided of another match of the same two children, if its own is open.

    `same_child_as` is the match that stands for all of them: the decided one, or else the one with the most bits.
    """

    match: Match
    same_child_as: str | None = None


async def clusters(
    use: Collaborators, side: Side, record_ids: Iterable[str], session: Session | None = None
) -> dict[str, Cluster]:
    """Each record with all that are linked with it, itself included. Those who were linked on the way are there too."""
    asked = frozenset(record_ids)
    seen: set[str] = set()
    reached: dict[str, set[str]] = {record_id: {record_id} for record_id in asked}
    frontier = set(asked)
    while frontier:
        pairs = await pairs_with(use.store.duplicates, side, frontier, session)
        linked = [pair for pair in pairs if pair.state is DuplicateState.LINKED]
        seen |= frontier
        for pair in linked:
            joined = reached.setdefault(pair.first_id, {pair.first_id}) | reached.setdefault(
                pair.second_id, {pair.second_id}
            )
            for record_id in joined:
                reached[record_id] = joined
        frontier = {record_id for pair in linked for record_id in (pair.first_id, pair.second_id)} - seen
    return {record_id: frozenset(joined) for record_id, joined in reached.items()}


async def counted(use: Collaborators, matches: Sequence[Match], session: Session | None = None) -> list[Counted]:
    """The matches, in order, as they count in the light of the links."""
    reports, registrations = await _clusters_of(use, matches, session)
    several = [
        match for match in matches if len(reports[match.report_id]) > 1 or len(registrations[match.registration_id]) > 1
    ]
    if not several:
        return [Counted(match) for match in matches]
    groups: dict[tuple[Cluster, Cluster], list[Match]] = {}
    here = frozenset[str]().union(*(reports[match.report_id] for match in several))
    there = frozenset[str]().union(*(registrations[match.registration_id] for match in several))
    for match in await _between(use, here, there, session):
        groups.setdefault((reports[match.report_id], registrations[match.registration_id]), []).append(match)
    return [
        _counted(match, groups.get((reports[match.report_id], registrations[match.registration_id]), ()))
        for match in matches
    ]


async def as_counted(use: Collaborators, matches: Sequence[Match], session: Session | None = None) -> list[Match]:
    """The matches, in order, each with the state that counts."""
    return [found.match for found in await counted(use, matches, session)]


def _counted(match: Match, group: Sequence[Match]) -> Counted:
    standing = [one for one in group if one.state is not MatchState.FADED]
    if len(standing) < 2 or match.state is MatchState.FADED:  # noqa: PLR2004 - nothing to share
        return Counted(match)
    leader = min(standing, key=_rank)
    if leader.id == match.id:
        return Counted(match)
    if leader.state in _STRENGTH and match.state in _OPEN and match.state is not leader.state:
        match = replace(
            match,
            state=leader.state,
            claimed_by=leader.claimed_by,
            decided_by=leader.decided_by,
            decided_at=leader.decided_at,
            reason=leader.reason,
        )
    return Counted(match, leader.id)


def _rank(match: Match) -> tuple[int, float, str]:
    strength = _STRENGTH.index(match.state) if match.state in _STRENGTH else len(_STRENGTH)
    return strength, -match.bits, match.id


async def share_decision(use: Collaborators, decided: Match, actor_id: str, session: Session) -> list[Event]:
    """After a step with a match was written: the same for all that stand for the same two children.

    What was taken back (POTENTIAL) is taken back for all of them. The events tell those who follow the others.

    Raises: DomainError CONFLICT where linked records would be confirmed with different children.
    """
    reports = await clusters(use, Side.REPORT, [decided.report_id], session)
    registrations = await clusters(use, Side.REGISTRATION, [decided.registration_id], session)
    members = reports[decided.report_id], registrations[decided.registration_id]
    await hold_together(use.store.duplicates, members[0] | members[1], session)
    if len(members[0]) == len(members[1]) == 1:
        return []
    told: list[Event] = []
    if decided.state is MatchState.POTENTIAL:
        told = await _take_back(use, decided, members, actor_id, session)
    elif decided.state is not MatchState.CLAIMED:
        await require_one_answer(use, Side.REPORT, members[0], session)
    return told + await tell_the_others(use, decided, members, actor_id, session)


async def _take_back(
    use: Collaborators, decided: Match, members: tuple[Cluster, Cluster], actor_id: str, session: Session
) -> list[Event]:
    told: list[Event] = []
    for other in await _between(use, *members, session):
        if other.id != decided.id and other.state in _STRENGTH:
            opened = replace(
                other,
                state=MatchState.POTENTIAL,
                claimed_by=None,
                decided_by=None,
                decided_at=None,
                reason=None,
                rejection=None,
                version=other.version + 1,
                updated_at=use.clock(),
            )
            if not await use.store.matches.replace(opened, other.version, session):
                raise RuntimeError("a match changed inside the transaction that read it")
            told.append(_event(use, EventKind.MATCH_UNDONE, opened, actor_id, opened))
    return told


async def require_one_answer(use: Collaborators, side: Side, record_ids: Collection[str], session: Session) -> None:
    """Raises: DomainError CONFLICT where these records of a side, taken as one child, are confirmed with two children
    of the other, or confirmed and rejected with the same.
    """
    found = await decided_matches(use, side, record_ids, session)
    if not found:
        return
    reports, registrations = await _clusters_of(use, found, session)
    # What was decided of the other side's linked records counts as well.
    around = await decided_matches(use, Side.REPORT, reports, session)
    around += await decided_matches(use, Side.REGISTRATION, registrations, session)
    found = list({match.id: match for match in around}.values())
    reports, registrations = await _clusters_of(use, found, session)
    confirmed: dict[Cluster, Cluster] = {}
    for match in found:
        if match.state is MatchState.CONFIRMED:
            one, other = reports[match.report_id], registrations[match.registration_id]
            if confirmed.setdefault(one, other) != other or confirmed.setdefault(other, one) != one:
                raise conflict("They would be confirmed with two different children. Undo one of them first.", "id")
    for match in found:
        rejected = match.state is MatchState.REJECTED
        if rejected and confirmed.get(reports[match.report_id]) == registrations[match.registration_id]:
            raise conflict("The same two children are confirmed and rejected. Undo one of the two first.", "id")
    await hold_together(use.store.duplicates, [*reports, *registrations], session)


async def tell_the_others(
    use: Collaborators, decided: Match, members: tuple[Cluster, Cluster], actor_id: str, session: Session
) -> list[Event]:
    """An event for each other match, and for each linked report without one, that a decision counts for.

    `members` are the records on the report's side and on the registration's.
    """
    others = [
        match
        for match in await _between(use, *members, session)
        if match.id != decided.id and match.state is not MatchState.FADED
    ]
    told = [_event(use, EventKind.DECISION_SHARED, decided, actor_id, match) for match in others]
    silent = members[0] - {decided.report_id} - {match.report_id for match in others}
    for report in (await use.store.reports.get_many(sorted(silent))).values():
        shared = _event(use, EventKind.DECISION_SHARED, decided, actor_id, None)
        told.append(replace(shared, family_id=report.family_id, report_id=report.id))
    return told


def _event(use: Collaborators, kind: EventKind, subject: Match, actor_id: str, match: Match | None) -> Event:
    """`subject` is the match that was decided; `match` the one that a follower is to read anew."""
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=subject.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=subject.incident_id,
        site_id=None if match is None else match.site_id,
        family_id=None if match is None else match.family_id,
        report_id=None if match is None else match.report_id,
        match_id=None if match is None else match.id,
    )


async def _clusters_of(
    use: Collaborators, matches: Sequence[Match], session: Session | None
) -> tuple[dict[str, Cluster], dict[str, Cluster]]:
    reports = await clusters(use, Side.REPORT, (match.report_id for match in matches), session)
    return reports, await clusters(use, Side.REGISTRATION, (match.registration_id for match in matches), session)


async def _between(
    use: Collaborators, reports: Cluster, registrations: Cluster, session: Session | None
) -> list[Match]:
    found = await matches_of_records(use, Side.REPORT, reports, session)
    return [match for match in found if match.registration_id in registrations]


async def decided_matches(
    use: Collaborators, side: Side, record_ids: Iterable[str], session: Session | None
) -> list[Match]:
    """The matches of the records that a person confirmed or rejected."""
    found = await matches_of_records(use, side, record_ids, session)
    return [match for match in found if match.state in (MatchState.CONFIRMED, MatchState.REJECTED)]


async def reports_of_found(use: Collaborators, report_ids: Collection[str], session: Session | None = None) -> set[str]:
    """Those of these reports whose child is found: a match of theirs, or of a report linked with them, is confirmed."""
    linked = await clusters(use, Side.REPORT, report_ids, session)
    decided = await decided_matches(use, Side.REPORT, frozenset[str]().union(*linked.values()), session)
    found = {match.report_id for match in decided if match.state is MatchState.CONFIRMED}
    return {one for one in report_ids if not linked[one].isdisjoint(found)}


async def matches_of_records(
    use: Collaborators, side: Side, record_ids: Iterable[str], session: Session | None = None
) -> list[Match]:
    """Every match of the records, whatever its state; most probable first."""
    # One indexed field alone: with a second condition the embedded database reads all matches.
    field = "reportId" if side is Side.REPORT else "registrationId"
    found = await use.store.matches.find({field: {"$in": sorted(record_ids)}}, session=session)
    return sorted(found, key=lambda match: (match.bits, match.id), reverse=True)
