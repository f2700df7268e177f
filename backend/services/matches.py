"""Matches under review: read in a queue, claimed, confirmed, rejected, undone, each by one person at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import compress

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import DomainError, conflict, not_found
from backend.domain.event import Event, EventKind
from backend.domain.match import Match, MatchAction, MatchState, Rejection, overtaken, state_after
from backend.domain.subject import Side
from backend.domain.text import cleaned
from backend.domain.validation import note_problems, refuse_if_any
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import Named, looking_for, saw, tell
from backend.services.collaborators import Collaborators
from backend.services.links import as_counted, clusters, counted, matches_of_records, share_decision
from backend.services.objections import require_no_objection
from backend.services.paging import Page, PageRequest, read_page
from backend.services.proofs import require_proof
from backend.services.reviews import count_as_reviewed
from backend.services.subjects import is_seeking, is_sought
from backend.store.records import Duplicate, Session

UNDER_REVIEW = (MatchState.POTENTIAL, MatchState.CLAIMED)

_WITHOUT_PROOF = frozenset({MatchAction.CLAIM, MatchAction.LEAVE})

_EVENTS = {
    MatchAction.CLAIM: EventKind.MATCH_CLAIMED,
    MatchAction.LEAVE: EventKind.MATCH_LEFT,
    MatchAction.CONFIRM: EventKind.MATCH_CONFIRMED,
    MatchAction.REJECT: EventKind.MATCH_REJECTED,
    MatchAction.UNDO: EventKind.MATCH_UNDONE,
}


async def decide(
    use: Collaborators,
    viewer: Viewer | None,
    match_id: str,
    version: int,
    action: MatchAction,
    reason: str | None = None,
) -> Match:
    """Take a step with a match of which `version` was seen. Of two people at once, one wins.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN; STEP_UP_NEEDED but for taking and leaving; INVALID;
    CONFLICT for everybody who comes too late, and where the report or the registration is confirmed with another.
    """
    match = await use.store.matches.get(match_id)
    with looking_for(use, viewer, match_id):
        known = require_of_record(viewer, Action.DECIDE_MATCH, Action.READ_MATCH, _where(match), "match")
        if match is None:
            raise not_found("match")
    if action not in _WITHOUT_PROOF:
        await require_proof(use, known)
    shown = (await as_counted(use, [match]))[0]
    following = state_after(shown.state, action)
    if match.version != version:
        raise overtaken()
    if shown.state is MatchState.CLAIMED and action is not MatchAction.UNDO and shown.claimed_by != known.id:
        raise conflict("Somebody else is looking at this match. It comes back to the queue when they let it go.", "id")
    why = None if reason is None else cleaned(reason)
    refuse_if_any(note_problems(why, "reason"))
    decided = _after(match, following, action, known, why, use)

    async def write(session: Session) -> None:
        if not await use.store.matches.replace(decided, version, session):
            raise overtaken()
        if following in (MatchState.CONFIRMED, MatchState.REJECTED):
            await _count_as_looked_at(use, decided, known, session)
        shared = await share_decision(use, decided, known.id, session)
        told = event(use, _EVENTS[action], decided, known.id)
        await tell(use, known, session, told, *shared, also=[decided.registration_id], fields=["state"])

    try:
        await use.store.transact(write)
    except Duplicate:
        raise _confirmed_elsewhere() from None
    return decided


async def take_match(use: Collaborators, viewer: Viewer | None, match_id: str) -> Match:
    """Take a match as it is now, to look at it. Taken again by the same person, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN; CONFLICT where somebody else has it, or it is decided.
    """
    match = await _to_decide(use, viewer, match_id)
    if match.state is MatchState.CLAIMED and viewer is not None and match.claimed_by == viewer.id:
        return match
    return await decide(use, viewer, match_id, match.version, MatchAction.CLAIM)


async def leave_match(use: Collaborators, viewer: Viewer | None, match_id: str) -> Match:
    """Put back in the queue what the viewer took. Left again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN; CONFLICT where somebody else has it, or it is decided.
    """
    match = await _to_decide(use, viewer, match_id)
    if match.state is MatchState.POTENTIAL:
        return match
    return await decide(use, viewer, match_id, match.version, MatchAction.LEAVE)


async def _to_decide(use: Collaborators, viewer: Viewer | None, match_id: str) -> Match:
    match = await use.store.matches.get(match_id)
    with looking_for(use, viewer, match_id):
        require_of_record(viewer, Action.DECIDE_MATCH, Action.READ_MATCH, _where(match), "match")
        if match is None:
            raise not_found("match")
    return match


async def get_match(use: Collaborators, viewer: Viewer | None, match_id: str) -> Match:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    match = await use.store.matches.get(match_id)
    with looking_for(use, viewer, match_id):
        require_of_record(viewer, Action.READ_MATCH, Action.READ_MATCH, _where(match), "match")
        if match is None:
            raise not_found("match")
    await _saw(use, viewer, [match])
    return (await as_counted(use, [match]))[0]


async def get_matches(use: Collaborators, viewer: Viewer | None, match_ids: Sequence[str]) -> list[Match | None]:
    """In the order asked for; None for what is absent or not the viewer's to see."""
    there = await use.store.matches.get_many(match_ids)
    found = {match.id: match for match in await as_counted(use, list(there.values()))}
    records = (found.get(match_id) for match_id in match_ids)
    seen = [match if match and may(viewer, Action.READ_MATCH, _located(match)) else None for match in records]
    await _saw(use, viewer, filter(None, seen))
    return seen


async def list_matches(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    states: Sequence[MatchState],
    request: PageRequest,
) -> Page[Match]:
    """The matches of an incident in any of `states`, most probable first; of linked records, one for each two children.

    A page may so hold fewer than asked for, but never none while more follow.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.READ_MATCH, Where(incident_id=incident_id))
    wanted = {"incidentId": incident_id, "state": {"$in": [state.value for state in states]}}
    while True:
        page = await read_page(
            use,
            use.store.matches,
            wanted,
            request,
            order_by="bits",
            position=lambda match: [match.bits, match.id],
        )
        stands = [found.same_child_as is None for found in await counted(use, page.records)]
        if any(stands) or not page.more:
            await _saw(use, viewer, compress(page.records, stands))
            return Page(tuple(compress(page.records, stands)), tuple(compress(page.cursors, stands)), page.more)
        request = PageRequest(request.first, page.cursors[-1])


async def matches_of_reports(
    use: Collaborators, viewer: Viewer | None, incident_id: str, report_ids: Sequence[str]
) -> dict[str, list[Match]]:
    """The matches of each report of one incident, and of those linked with it, that have not faded; likeliest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    return await _matches_of(use, viewer, incident_id, "reportId", report_ids)


async def matches_of_registrations(
    use: Collaborators, viewer: Viewer | None, incident_id: str, registration_ids: Sequence[str]
) -> dict[str, list[Match]]:
    """The matches of each registration of one incident, and of those linked with it, that have not faded; likeliest
    first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    return await _matches_of(use, viewer, incident_id, "registrationId", registration_ids)


async def _matches_of(
    use: Collaborators, viewer: Viewer | None, incident_id: str, side: str, record_ids: Sequence[str]
) -> dict[str, list[Match]]:
    require(viewer, Action.READ_MATCH, Where(incident_id=incident_id))
    of = Side.REPORT if side == "reportId" else Side.REGISTRATION
    linked = await clusters(use, of, record_ids)
    found = [
        match
        for match in await matches_of_records(use, of, linked)
        if match.incident_id == incident_id and match.state is not MatchState.FADED
    ]
    sorted_out: dict[str, list[Match]] = {record_id: [] for record_id in record_ids}
    for match in await as_counted(use, found):
        for record_id in linked[match.report_id if side == "reportId" else match.registration_id] & sorted_out.keys():
            sorted_out[record_id].append(match)
    await _saw(use, viewer, found)
    return sorted_out


async def _saw(use: Collaborators, viewer: Viewer | None, shown: Iterable[Match]) -> None:
    """The evidence of a match quotes both records, and sightings: whoever is shown it has seen a part of each."""
    named = [
        Named(one_id, match.incident_id)
        for match in shown
        for one_id in (match.id, match.report_id, match.registration_id, *_sightings(match))
    ]
    await saw(use, viewer, AuditAction.READ_MATCH, Part.EVIDENCE, named)


def _sightings(match: Match) -> Iterator[str]:
    return (piece.sighting_id for piece in match.evidence if piece.sighting_id is not None)


def event(use: Collaborators, kind: EventKind, match: Match, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=match.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=match.incident_id,
        site_id=match.site_id,
        family_id=match.family_id,
        report_id=match.report_id,
        match_id=match.id,
    )


def _after(
    match: Match, following: MatchState, action: MatchAction, viewer: Viewer, reason: str | None, use: Collaborators
) -> Match:
    now = use.clock()
    stepped = replace(match, state=following, version=match.version + 1, updated_at=now)
    match action:
        case MatchAction.CLAIM:
            return replace(stepped, claimed_by=viewer.id, claimed_at=now)
        case MatchAction.LEAVE:
            return replace(stepped, claimed_by=None, claimed_at=None)
        case MatchAction.UNDO:
            return replace(
                stepped, claimed_by=None, claimed_at=None, decided_by=None, decided_at=None, reason=None, rejection=None
            )
        case MatchAction.REJECT:
            known = Rejection(match.evidence, match.report_version, match.registration_version)
            return replace(
                stepped, decided_by=viewer.id, decided_at=now, reason=reason, rejection=known, reopened_because=None
            )
        case _:
            return replace(stepped, decided_by=viewer.id, decided_at=now, reason=reason)


async def _count_as_looked_at(use: Collaborators, decided: Match, viewer: Viewer, session: Session) -> None:
    """Raises: DomainError CONFLICT where the two may not be confirmed."""
    if decided.state is MatchState.CONFIRMED:
        await _require_both_sides_open(use, decided, session)
    await count_as_reviewed(use, decided.report_id, viewer, session)


async def _require_both_sides_open(use: Collaborators, match: Match, session: Session) -> None:
    """Raises: DomainError CONFLICT for a report that is closed or withdrawn, and for a child that is no longer in care
    or that nobody stands for yet.
    """
    # Whoever withdraws the one or dismisses the other at this moment comes after, and sees that it is confirmed.
    await use.store.reports.hold(match.report_id, session)
    await use.store.registrations.hold(match.registration_id, session)
    report = await use.store.reports.get(match.report_id, session)
    registration = await use.store.registrations.get(match.registration_id, session)
    # What is confirmed of one counts for all that are linked with it.
    linked = (await clusters(use, Side.REPORT, [match.report_id], session))[match.report_id]
    await require_no_objection(use, linked, session)
    if report is None or not is_seeking(report):
        raise conflict("The family has withdrawn this report, or it is closed or was taken down.", "id")
    if registration is None or not is_sought(registration):
        raise conflict("This child is no longer in care.", "id")
    if registration.held_back:
        raise conflict(
            "Somebody without an account registered this child. Please have a volunteer of the site confirm it first.",
            "id",
        )


def _confirmed_elsewhere() -> DomainError:
    return conflict("This report or this child is confirmed with another already. Undo that first.", "id")


def _where(match: Match | None) -> Where | None:
    return None if match is None else _located(match)


def _located(match: Match) -> Where:
    return Where(incident_id=match.incident_id, site_id=match.site_id)
