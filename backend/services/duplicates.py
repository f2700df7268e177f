"""Duplicates under review: two records that may be of one child are linked, unlinked or dismissed, never merged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.duplicate import Duplicate, DuplicateAction, DuplicateState, in_order, overtaken, state_after
from backend.domain.errors import DomainError, ErrorCode, conflict, forbidden, not_found, refusal
from backend.domain.event import EventKind
from backend.domain.registration import Registration, RegistrationStatus
from backend.domain.report import Report, ReportStatus
from backend.domain.subject import Side
from backend.domain.text import cleaned
from backend.domain.validation import note_problems, refuse_if_any
from backend.services import registrations, reports
from backend.services.access import Action, Where, may, require, signed_in
from backend.services.audit import Named, looking_for, saw, tell
from backend.services.collaborators import Collaborators
from backend.services.links import MOST_LINKED, Cluster, clusters, require_one_answer
from backend.services.models import rules_of
from backend.services.objections import require_no_objection
from backend.services.paging import Page, PageRequest, read_page
from backend.services.parting import tell_all
from backend.services.proofs import require_proof
from backend.services.suggestions import compared, event, new_pair, records_of
from backend.store.candidates import candidate, candidates_by_id
from backend.store.duplicates import hold_together, pairs_with
from backend.store.records import Duplicate as ThereAlready
from backend.store.records import Session

Record = TypeVar("Record", Registration, Report)

_READ: Mapping[Side, Action] = MappingProxyType({
    Side.REGISTRATION: Action.READ_REGISTRATION_DUPLICATE,
    Side.REPORT: Action.READ_REPORT_DUPLICATE,
})  # fmt: skip
_READING = {Side.REGISTRATION: AuditAction.READ_REGISTRATION, Side.REPORT: AuditAction.READ_REPORT}
_EVENTS = {
    DuplicateAction.LINK: EventKind.DUPLICATE_LINKED,
    DuplicateAction.UNLINK: EventKind.DUPLICATE_UNLINKED,
    DuplicateAction.DISMISS: EventKind.DUPLICATE_DISMISSED,
}


async def get_duplicate(use: Collaborators, viewer: Viewer | None, duplicate_id: str) -> Duplicate:
    """A pair of which the viewer may see both records.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND.
    """
    pair = await _visible(use, viewer, duplicate_id)
    await _saw(use, viewer, [pair])
    return pair


async def list_duplicates(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    side: Side,
    states: Sequence[DuplicateState],
    request: PageRequest,
) -> Page[Duplicate]:
    """The pairs of one side of an incident in any of `states`, most probable first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, _READ[side], Where(incident_id=incident_id))
    wanted = {"incidentId": incident_id, "side": side.value, "state": {"$in": [state.value for state in states]}}
    page = await read_page(
        use, use.store.duplicates, wanted, request, order_by="bits", position=lambda pair: [pair.bits, pair.id]
    )
    await _saw(use, viewer, page.records)
    return page


async def duplicates_of(
    use: Collaborators, viewer: Viewer | None, records: Sequence[Registration | Report]
) -> list[list[Duplicate] | DomainError]:
    """For each record, its pairs that have not faded and of which the viewer may see the other one too."""
    asked = {record.id: _refused(viewer, record) for record in records}
    found: dict[str, list[Duplicate]] = {record.id: [] for record in records}
    for side in {_side(record) for record in records if asked[record.id] is None}:
        ids = [record.id for record in records if _side(record) is side]
        pairs = [
            pair for pair in await pairs_with(use.store.duplicates, side, ids) if pair.state is not DuplicateState.FADED
        ]
        seen = await _seen(use, viewer, side, {one for pair in pairs for one in (pair.first_id, pair.second_id)})
        for pair in pairs:
            for record_id, other_id in ((pair.first_id, pair.second_id), (pair.second_id, pair.first_id)):
                if record_id in found and other_id in seen:
                    found[record_id].append(pair)
    await _saw(use, viewer, (pair for pairs in found.values() for pair in pairs))
    return [asked[record.id] or found[record.id] for record in records]


async def linked_with(
    use: Collaborators, viewer: Viewer | None, records: Sequence[Record]
) -> list[list[Record] | DomainError]:
    """For each record, the others that are of the same child and that the viewer may see, oldest first."""
    refused = {record.id: _refused(viewer, record) for record in records}
    found: dict[str, list[Record]] = {record.id: [] for record in records}
    for side in {_side(record) for record in records if refused[record.id] is None}:
        linked = await clusters(use, side, [record.id for record in records if _side(record) is side])
        seen = await _seen(use, viewer, side, linked.keys())
        for record in records:
            others = sorted(linked.get(record.id, frozenset()) - {record.id})
            shown = [seen[other] for other in others if other in seen]
            found[record.id] += shown  # type: ignore[arg-type]  # of its side
            await saw(use, viewer, _READING[side], Part.DESCRIPTION, shown)
    return [refused[record.id] or found[record.id] for record in records]


async def suggest_by_hand(
    use: Collaborators, viewer: Viewer | None, side: Side, record_id: str, other_id: str
) -> Duplicate:
    """Say that two records may be of one child, whatever their score; a pair that is there already is that pair.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID.
    """
    known = signed_in(viewer)
    first_id, second_id = in_order(record_id, other_id)
    with looking_for(use, viewer, record_id), looking_for(use, viewer, other_id):
        if not await _may_see_both(use, known, side, (first_id, second_id)):
            raise not_found(side.value.lower())
    found = {one.id: one for one in await candidates_by_id(records_of(use, side), [first_id, second_id])}
    for left_out in {first_id, second_id} - found.keys():
        await candidate(records_of(use, side), left_out)  # it does not open, and says so
        raise not_found(side.value.lower())
    if first_id == second_id or found[first_id].incident_id != found[second_id].incident_id:
        raise refusal(ErrorCode.INVALID, "These must be two records of one incident.", "otherId")
    require(known, Action.DECIDE_DUPLICATE, Where(incident_id=found[first_id].incident_id))
    rules = await rules_of(use, found[first_id].incident_id)
    if rules is None:
        raise not_found("incident")
    records = found[first_id], found[second_id]
    new = new_pair(use, records, compared(rules, *records), known.id)

    async def write(session: Session) -> Duplicate:
        wanted = {"firstId": first_id, "secondId": second_id, "side": side.value}
        there = await use.store.duplicates.find_one(wanted, session)
        if there is None:
            await use.store.duplicates.insert(new, session)
            suggested = new
        elif there.state in (DuplicateState.SUGGESTED, DuplicateState.LINKED):
            await _saw(use, known, [there])
            return there
        else:
            suggested = replace(
                there,
                state=state_after(there.state, DuplicateAction.SUGGEST),
                suggested_by=known.id,
                decided_by=None,
                decided_at=None,
                reason=None,
                version=there.version + 1,
                updated_at=use.clock(),
            )
            if not await use.store.duplicates.replace(suggested, there.version, session):
                raise overtaken()
        told = event(use, EventKind.DUPLICATE_SUGGESTED, suggested, known.id)
        await tell(use, known, session, told, also=[first_id, second_id])
        return suggested

    try:
        return await use.store.transact(write)
    except ThereAlready:
        return await use.store.transact(write)  # somebody said so at the same moment


async def decide_duplicate(
    use: Collaborators,
    viewer: Viewer | None,
    duplicate_id: str,
    version: int,
    action: DuplicateAction,
    reason: str | None = None,
) -> Duplicate:
    """Link, unlink or dismiss a pair of which `version` was seen. Of two people at once, one wins.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STEP_UP_NEEDED, INVALID; CONFLICT for everybody who comes
    too late, for a link with what is false, and where one child would be confirmed with two, or confirmed and rejected
    with one.
    """
    pair = await _visible(use, viewer, duplicate_id)
    known = require(viewer, Action.DECIDE_DUPLICATE, Where(incident_id=pair.incident_id))
    await require_proof(use, known)
    following = state_after(pair.state, action)
    if pair.version != version:
        raise overtaken()
    why = None if reason is None else cleaned(reason)
    refuse_if_any(note_problems(why, "reason"))
    now = use.clock()
    decided = replace(
        pair,
        state=following,
        decided_by=known.id,
        decided_at=now,
        reason=why,
        version=version + 1,
        updated_at=now,
    )

    async def write(session: Session) -> None:
        before = await clusters(use, pair.side, (pair.first_id, pair.second_id), session)
        if not await use.store.duplicates.replace(decided, version, session):
            raise overtaken()
        told = [event(use, _EVENTS[action], decided, known.id)]
        if action is not DuplicateAction.DISMISS:
            members = before[pair.first_id] | before[pair.second_id]
            await _require_sound(use, pair, members, session)
            if action is DuplicateAction.LINK:
                await _require_true(use, pair, session)
            told += await tell_all(use, pair.side, members, known.id, session)
        await tell(use, known, session, *told, also=[pair.first_id, pair.second_id], fields=["state"])

    await use.store.transact(write)
    return decided


async def _require_sound(use: Collaborators, pair: Duplicate, members: Cluster, session: Session) -> None:
    """Raises: DomainError CONFLICT where, as the records are linked now, decisions would contradict each other."""
    await hold_together(use.store.duplicates, members, session)
    after = await clusters(use, pair.side, (pair.first_id, pair.second_id), session)
    for linked in {after[pair.first_id], after[pair.second_id]}:
        if len(linked) > MOST_LINKED:
            raise conflict(f"At most {MOST_LINKED} records can be linked.", "id")
        await require_one_answer(use, pair.side, linked, session)


async def _require_true(use: Collaborators, pair: Duplicate, session: Session) -> None:
    """Raises: DomainError CONFLICT where one of the two is known to be false, since it would share what was decided; or
    where somebody objects to who has the case of one of those that would be linked.
    """
    if pair.side is Side.REPORT:
        linked = await clusters(use, pair.side, (pair.first_id, pair.second_id), session)
        await require_no_objection(use, linked[pair.first_id] | linked[pair.second_id], session)
    for record_id in (pair.first_id, pair.second_id):
        if pair.side is Side.REPORT:
            report = await use.store.reports.get(record_id, session)
            false = report is not None and report.status is ReportStatus.TAKEN_DOWN
        else:
            registration = await use.store.registrations.get(record_id, session)
            false = registration is not None and registration.status is RegistrationStatus.DISMISSED
        if false:
            raise conflict("One of the two was taken down or dismissed as false. Have that taken back first.", "id")


async def _visible(use: Collaborators, viewer: Viewer | None, duplicate_id: str) -> Duplicate:
    signed_in(viewer)
    pair = await use.store.duplicates.get(duplicate_id)
    # For a pair that is not there, too, so that it takes as long as one that is not the viewer's to see.
    side = Side.REGISTRATION if pair is None else pair.side
    of_it = (duplicate_id, duplicate_id) if pair is None else (pair.first_id, pair.second_id)
    with looking_for(use, viewer, duplicate_id):
        if not await _may_see_both(use, viewer, side, of_it) or pair is None:
            raise not_found("pair of records")
    return pair


async def _saw(use: Collaborators, viewer: Viewer | None, shown: Iterable[Duplicate]) -> None:
    """The evidence of a pair quotes both records, so that whoever is shown it has seen a part of each."""
    named = [Named(one_id, pair.incident_id) for pair in shown for one_id in (pair.id, pair.first_id, pair.second_id)]
    await saw(use, viewer, AuditAction.READ_DUPLICATE, Part.EVIDENCE, named)


def _side(record: Registration | Report) -> Side:
    return Side.REPORT if isinstance(record, Report) else Side.REGISTRATION


def _where(record: Registration | Report) -> Where:
    return reports.where(record) if isinstance(record, Report) else registrations.where(record)


def _refused(viewer: Viewer | None, record: Registration | Report) -> DomainError | None:
    """Whoever may see the record, and no duplicates of it, is told so, whether there are any or not."""
    return None if may(viewer, _READ[_side(record)], _where(record)) else forbidden()


async def _may_see_both(use: Collaborators, viewer: Viewer | None, side: Side, record_ids: tuple[str, str]) -> bool:
    return set(record_ids) <= (await _seen(use, viewer, side, record_ids)).keys()


async def _seen(
    use: Collaborators, viewer: Viewer | None, side: Side, record_ids: Iterable[str]
) -> dict[str, Registration | Report]:
    """Those of the records that the viewer may see in a pair."""
    found: Mapping[str, Registration | Report]
    if side is Side.REPORT:
        found = await use.store.reports.get_many(record_ids)
    else:
        found = await use.store.registrations.get_many(record_ids)
    return {record.id: record for record in found.values() if may(viewer, _READ[side], _where(record))}
