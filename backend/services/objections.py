"""A case that was given anew on the telephone: whoever had it before is told, and may say that it was not them.

Then the case is nobody's: its new code is void too, no match of its reports is confirmed, and they wait for somebody of
the staff, who finds out who the family is.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from backend.domain.account import Viewer
from backend.domain.alert import AlertKind
from backend.domain.audit import AuditAction, Part
from backend.domain.choices import AlertChoices
from backend.domain.errors import ErrorCode, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.recovery import RecoveredCase
from backend.domain.report import Report
from backend.domain.review import ReviewState, awaited
from backend.services import reports
from backend.services.access import Action, require_of_record
from backend.services.alerts import About, raise_alert
from backend.services.audit import looking_for, saw, tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.proofs import require_proof
from backend.services.secrets import keyed_hash, new_token
from backend.store.records import Session
from backend.store.sessions import end_all_of_family


async def tell_who_had_it(
    use: Collaborators, viewer: Viewer, report: Report, before: AlertChoices, session: Session
) -> None:
    """Tell each device of the family, and its mailbox, that its case was given a new code; then they are the family's
    no more. That they had stopped e-mails says nothing of this one.
    """
    now = use.clock()
    case = RecoveredCase(use.new_id(), report.incident_id, report.family_id, viewer.id, 1, now, now, None)
    address = before.email or (report.reporter.email or "").strip() or None
    told = AlertChoices(case.id, 1, now, now, email=address, language=before.language)
    await use.store.recovered_cases.insert(
        case, session, beside={"token": _hash_of(use, objection_token(use, case.id))}
    )
    await use.store.alert_choices.insert(told, session)
    for device in await use.store.devices.find({"ownerId": report.family_id}, session=session):
        await use.store.devices.delete(device.id, session)
        theirs = replace(device, id=use.new_id(), owner_id=case.id, places=(), version=1, updated_at=now)
        await use.store.devices.insert(theirs, session)
    about = About(case.id, case.id, report.incident_id, to_webhooks=False)
    await raise_alert(use, AlertKind.CASE_RECOVERED, f"{AlertKind.CASE_RECOVERED.value}:{case.id}", about, session)


def objection_token(use: Collaborators, case_id: str) -> str:
    """What the message holds by which somebody says that it was not them: 128 bits in the form of an id."""
    return str(UUID(keyed_hash(use.keys.token_pepper, "objection", case_id)[:32]))


async def language_of_objecting(use: Collaborators, token: str) -> str:
    """The language to speak to whoever has the link.

    Raises: DomainError NOT_FOUND for a token that is none.
    """
    choices = await use.store.alert_choices.get((await _case(use, token)).id)
    return "en" if choices is None else choices.language


async def object_to_recovery(use: Collaborators, token: str) -> None:
    """Say that it was not oneself who asked for the new code, without a sign-in. Said again, it is as it was.

    Raises: DomainError NOT_FOUND for a token that is none.
    """

    async def write(session: Session) -> None:
        case = await _case(use, token, session)
        if case.objected_at is not None:
            return
        now = use.clock()
        family = await use.store.families.get(case.family_id, session)
        if family is None:
            raise not_found("link")
        void = replace(
            family,
            code_hash=keyed_hash(use.keys.token_pepper, "nobody's code", new_token()),
            secret_hash=keyed_hash(use.keys.token_pepper, "nobody's secret", new_token()),
            version=family.version + 1,
            updated_at=now,
        )
        objected = replace(case, objected_at=now, version=case.version + 1, updated_at=now)
        if not await use.store.families.replace(void, family.version, session) or not (
            await use.store.recovered_cases.replace(objected, case.version, session)
        ):
            raise stale()
        await end_all_of_family(use.store.sessions, family.id, session)
        await use.store.devices.collection.delete_many({"ownerId": family.id}, session=session)
        await use.store.alert_choices.delete(family.id, session)
        of_it = await use.store.reports.find({"familyId": family.id}, session=session)
        for report in of_it:
            await _wait_for_staff(use, report, now, session)
        told = _event(use, EventKind.CASE_OBJECTED, case, family.id)
        await tell(use, None, session, told, also=[report.id for report in of_it])

    await use.store.transact(write)


async def _wait_for_staff(use: Collaborators, report: Report, now: datetime, session: Session) -> None:
    # Whoever confirms a match of it at this moment comes after, and sees this.
    await use.store.reports.hold(report.id, session)
    there = await use.store.reviews.get(report.id, session)
    if there is None:
        await use.store.reviews.insert(replace(awaited(report), objected_at=now, updated_at=now), session)
        return
    waiting = replace(
        there,
        state=ReviewState.WAITING,
        reviewed_by=None,
        reviewed_at=None,
        objected_at=now,
        version=there.version + 1,
        updated_at=now,
    )
    if not await use.store.reviews.replace(waiting, there.version, session):
        raise stale()


async def require_no_objection(use: Collaborators, report_id: str, session: Session | None = None) -> None:
    """Raises: DomainError CONFLICT while somebody who had the case says that it was not them who asked for it anew."""
    review = await use.store.reviews.get(report_id, session)
    if review is not None and review.objected_at is not None:
        raise conflict(
            "Somebody who had this case says that it was not them who asked for a new code. A coordinator or an "
            "officer has to find out who the family is first.",
            "id",
        )


async def settle_objection(use: Collaborators, viewer: Viewer | None, report_id: str) -> Report:
    """Say that one has found out who the family is: its case can be given anew, and its matches decided. Never who gave
    the case to somebody. Settled again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STEP_UP_NEEDED.
    """
    report = await use.store.reports.get(report_id)
    place = None if report is None else reports.where(report)
    with looking_for(use, viewer, report_id):
        known = require_of_record(viewer, Action.TAKE_DOWN_REPORT, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")
    await require_proof(use, known)
    cases = await use.store.recovered_cases.find({"familyId": report.family_id})
    if any(case.objected_at is not None and case.recovered_by == known.id for case in cases):
        raise refusal(ErrorCode.FORBIDDEN, "You gave this case a new code yourself: somebody else must settle this.")

    async def write(session: Session) -> None:
        settled = []
        for one in await use.store.reports.find({"familyId": report.family_id}, session=session):
            review = await use.store.reviews.get(one.id, session)
            if review is None or review.objected_at is None:
                continue
            now = use.clock()
            done = replace(
                review,
                state=ReviewState.DONE,
                reviewed_by=known.id,
                reviewed_at=now,
                objected_at=None,
                version=review.version + 1,
                updated_at=now,
            )
            if not await use.store.reviews.replace(done, review.version, session):
                raise stale()
            settled.append(one.id)
        if settled:
            told = Event(
                id=use.new_id(),
                kind=EventKind.CASE_SETTLED,
                subject_id=report.family_id,
                actor_id=known.id,
                at=use.clock(),
                incident_id=report.incident_id,
                report_id=report.id,
            )
            await tell(use, known, session, told, also=settled)

    await use.store.transact(write)
    await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, [report])
    return report


async def _case(use: Collaborators, token: str, session: Session | None = None) -> RecoveredCase:
    found = await use.store.recovered_cases.find_one({"token": _hash_of(use, token)}, session)
    if found is None:
        raise not_found("link")
    return found


def _hash_of(use: Collaborators, token: str) -> str:
    return keyed_hash(use.keys.token_pepper, "objection token", token)


def _event(use: Collaborators, kind: EventKind, case: RecoveredCase, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=case.family_id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=case.incident_id,
    )
