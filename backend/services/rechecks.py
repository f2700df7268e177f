"""Re-checks: staff asks about a registered child, a volunteer of its site answers, and the answer joins the record."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.asking import (
    OF_A_CHILD,
    Answer,
    AskedState,
    Asking,
    asking_problems,
    described,
    telling_problems,
)
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import ErrorCode, Problem, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.giving_away import Secret, said
from backend.domain.person import Person
from backend.domain.recheck import NewRecheck, Recheck
from backend.domain.registration import Registration, RegistrationStatus
from backend.domain.subject import Side
from backend.domain.validation import person_problems, refuse_if_any
from backend.services import registrations
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.asking import answered, as_shown, drop, keep_next, names_in
from backend.services.audit import Named, looking_for, saw, tell
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.links import matches_of_records
from backend.services.matches import get_match
from backend.services.once import insert_once
from backend.services.paging import Page, PageRequest, read_page
from backend.services.subjects import as_of, is_sought
from backend.store.codec import digest
from backend.store.records import Session


async def ask_recheck(use: Collaborators, viewer: Viewer | None, new: NewRecheck) -> Recheck:
    """Ask those at a child's site. The same again under the same id gives the same re-check.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID; CONFLICT where the child is no longer in care.
    """
    registration = await use.store.registrations.get(new.registration_id)
    where = None if registration is None else registrations.where(registration)
    with looking_for(use, viewer, new.registration_id):
        known = require_of_record(viewer, Action.ASK_RECHECK, Action.READ_RECHECK, where, "registration")
        if registration is None:
            raise not_found("registration")
    asking = Asking(new.kind, new.body_site, new.text)
    refuse_if_any(asking_problems(asking, OF_A_CHILD))
    if new.match_id is not None:
        match = await get_match(use, known, new.match_id)
        if match.registration_id != registration.id:
            raise refusal(ErrorCode.INVALID, "This match is of another child.", "matchId")
    refuse_if_any(await _telling_problems(use, registration, asking))
    now = use.clock()
    recheck = Recheck(
        id=given_or_new(use, new.id),
        incident_id=registration.incident_id,
        site_id=registration.site_id,
        registration_id=registration.id,
        match_id=new.match_id,
        asking=asking,
        state=AskedState.OPEN,
        asked_by=known.id,
        answer=None,
        answered_by=None,
        answered_at=None,
        version=1,
        created_at=now,
        updated_at=now,
    )

    async def then(session: Session) -> None:
        await use.store.registrations.hold(registration.id, session)
        present = await use.store.registrations.get(registration.id, session)
        if present is None or not is_sought(present):
            raise conflict("This child is no longer in care.", "registrationId")
        if present.site_id != recheck.site_id:
            raise conflict("This child was moved to another site just now. Please ask again.", "registrationId")
        await tell(use, known, session, event(use, EventKind.RECHECK_ASKED, recheck, known.id))

    if await insert_once(use, use.store.rechecks, recheck, "re-check", said=digest(known.id, new), then=then):
        return recheck
    return await get_recheck(use, known, recheck.id)


async def drop_recheck(use: Collaborators, viewer: Viewer | None, recheck_id: str) -> Recheck:
    """Take a question back that nobody has answered. Taken back again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    recheck, _, known = await _of_record(use, viewer, recheck_id, Action.ASK_RECHECK)
    return await drop(
        use, known, use.store.rechecks, recheck, lambda it: event(use, EventKind.RECHECK_DROPPED, it, known.id)
    )


async def answer_recheck(use: Collaborators, viewer: Viewer | None, recheck_id: str, answer: Answer) -> Recheck:
    """Answer, once. What the answer says of the child joins its registration, as a change by the same person would.

    The same answer again by the same person gives the same.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID; CONFLICT for who comes too late.
    """
    recheck, registration, known = await _of_record(use, viewer, recheck_id, Action.ANSWER_RECHECK)
    following = await answered(use, known, recheck, answer, registration.id)
    if following is None:
        return as_shown(known, recheck)

    async def write(session: Session) -> None:
        await keep_next(use.store.rechecks, following, session)
        told = [event(use, EventKind.RECHECK_ANSWERED, following, known.id)]
        present = await use.store.registrations.get(registration.id, session)
        if present is not None and (person := _person_after(present, recheck.asking, answer, use)) != present.person:
            after = replace(present, person=person, version=present.version + 1, updated_at=following.updated_at)
            after = registrations.written_in_by(after, known.id)
            await registrations.keep_changed(use, after, present.version, session)
            told.append(registrations.event(use, EventKind.REGISTRATION_UPDATED, after, known))
        await tell(use, known, session, *told, also=[recheck.id, registration.id], fields=["answer"])

    await use.store.transact(write)
    return as_shown(known, following)


def _person_after(registration: Registration, asking: Asking, answer: Answer, use: Collaborators) -> Person:
    """Raises: DomainError INVALID for an answer that no description could hold."""
    if registration.status is not RegistrationStatus.IN_CARE:
        return registration.person
    now = use.clock()
    person = described(registration.person, asking, answer, by_the_child=True, now=now)
    refuse_if_any(person_problems(person, now, ""))
    return as_of(person, now)


async def get_recheck(use: Collaborators, viewer: Viewer | None, recheck_id: str) -> Recheck:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    recheck, _, known = await _of_record(use, viewer, recheck_id, Action.READ_RECHECK)
    await _saw(use, known, [recheck])
    return as_shown(known, recheck)


async def get_rechecks(use: Collaborators, viewer: Viewer, recheck_ids: Sequence[str]) -> list[Recheck]:
    """Those that are there and that the viewer may see."""
    there = await use.store.rechecks.get_many(recheck_ids)
    seen = await _visible(use, viewer, list(there.values()))
    await _saw(use, viewer, seen)
    return [as_shown(viewer, one) for one in seen]


async def list_rechecks(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    site_id: str | None,
    states: Sequence[AskedState],
    request: PageRequest,
) -> Page[Recheck]:
    """The re-checks of a site, or of the whole incident, in any of `states`, newest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    known = require(viewer, Action.READ_RECHECK, Where(incident_id=incident_id, site_id=site_id))
    wanted: dict[str, object] = {"incidentId": incident_id, "state": {"$in": [state.value for state in states]}}
    if site_id is not None:
        wanted["siteId"] = site_id
    page = await read_page(use, use.store.rechecks, wanted, request)
    seen = {one.id for one in await _visible(use, known, page.records)}
    kept = [(one, cursor) for one, cursor in zip(page.records, page.cursors, strict=True) if one.id in seen]
    await _saw(use, known, [one for one, _ in kept])
    return Page(tuple(as_shown(known, one) for one, _ in kept), tuple(cursor for _, cursor in kept), page.more)


async def rechecks_of_registrations(
    use: Collaborators, viewer: Viewer | None, records: Sequence[Registration]
) -> list[list[Recheck]]:
    """For each registration, what was asked about it, oldest first; nothing where the viewer may not see it."""
    seen = [one.id for one in records if may(viewer, Action.READ_RECHECK, registrations.where(one))]
    found = await use.store.rechecks.find_readable({"registrationId": {"$in": seen}}) if seen else []
    await _saw(use, viewer, found)
    return [[as_shown(viewer, one) for one in found if one.registration_id == record.id] for record in records]


async def _visible(use: Collaborators, viewer: Viewer, found: Sequence[Recheck]) -> list[Recheck]:
    """Those of children who are now where the viewer may see them."""
    there = await use.store.registrations.get_many({one.registration_id for one in found})
    return [
        one
        for one in found
        if (child := there.get(one.registration_id)) is not None
        and may(viewer, Action.READ_RECHECK, registrations.where(child))
    ]


async def _of_record(
    use: Collaborators, viewer: Viewer | None, recheck_id: str, action: Action
) -> tuple[Recheck, Registration, Viewer]:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN."""
    recheck = await use.store.rechecks.get(recheck_id)
    # Of a re-check that is not there, too, so that it takes as long as one that is not the viewer's to see.
    registration_id = recheck_id if recheck is None else recheck.registration_id
    registration = await use.store.registrations.get(registration_id)
    where = None if recheck is None or registration is None else registrations.where(registration)
    with looking_for(use, viewer, recheck_id):
        known = require_of_record(viewer, action, Action.READ_RECHECK, where, "re-check")
        if recheck is None or registration is None:
            raise not_found("re-check")
    return recheck, registration, known


async def _telling_problems(use: Collaborators, registration: Registration, asking: Asking) -> Iterator[Problem]:
    """Where the question names those who look for the child, in words that its registration does not hold."""
    matches = await matches_of_records(use, Side.REGISTRATION, [registration.id])
    reports = await use.store.reports.get_many({match.report_id for match in matches})
    secret = Secret(
        names=said(name for report in reports.values() for name in (report.reporter.name, *names_in(report.person))),
        others=said(one for report in reports.values() for one in (report.reporter.email, report.reporter.phone)),
    )
    return telling_problems(asking, secret, names_in(registration.person))


async def _saw(use: Collaborators, viewer: Viewer | None, shown: Sequence[Recheck]) -> None:
    named = [Named(one_id, one.incident_id) for one in shown for one_id in (one.id, one.registration_id)]
    await saw(use, viewer, AuditAction.READ_RECHECK, Part.DESCRIPTION, named)


def event(use: Collaborators, kind: EventKind, recheck: Recheck, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=recheck.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=recheck.incident_id,
        site_id=recheck.site_id,
        match_id=recheck.match_id,
        registration_id=recheck.registration_id,
    )
