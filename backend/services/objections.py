"""A case that was given anew on the telephone: whoever had it before is told, and may say that it was not them.

Then the case is nobody's: its new code is void too, no match of its reports is confirmed, and they wait for somebody of
the staff, who finds out who the family is.
"""

from collections.abc import Collection
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
from backend.domain.report import Report, ReportStatus
from backend.domain.review import ReviewState, awaited
from backend.domain.subject import Reporter
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
    of_it = await use.store.reports.find({"familyId": report.family_id}, session=session)
    case = RecoveredCase(
        id=use.new_id(),
        incident_id=report.incident_id,
        family_id=report.family_id,
        recovered_by=viewer.id,
        version=1,
        created_at=now,
        updated_at=now,
        objected_at=None,
        reporter=report.reporter,
        open_reports=tuple(one.id for one in of_it if one.status is ReportStatus.OPEN),
    )
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
        await _tell_no_mailbox(use, family.id, now, session)
        of_it = await use.store.reports.find({"familyId": family.id}, session=session)
        for report in of_it:
            await _wait_for_staff(use, report, case.reporter, now, session)
            if report.status is ReportStatus.WITHDRAWN and report.id in case.open_reports:
                await _reopen(use, report, now, session)
        told = _event(use, EventKind.CASE_OBJECTED, family.id, case.incident_id, family.id)
        await tell(use, None, session, told, also=[report.id for report in of_it])

    await use.store.transact(write)


async def _tell_no_mailbox(use: Collaborators, family_id: str, now: datetime, session: Session) -> None:
    """Neither the address that was chosen since, nor one that was written into the report."""
    there = await use.store.alert_choices.get(family_id, session)
    none = AlertChoices(family_id, 1, now, now, by_email=False)
    if there is None:
        await use.store.alert_choices.insert(none, session)
    elif not await use.store.alert_choices.replace(
        replace(none, version=there.version + 1, created_at=there.created_at, language=there.language),
        there.version,
        session,
    ):
        raise stale()


async def _reopen(use: Collaborators, report: Report, now: datetime, session: Session) -> None:
    """Whoever has the case since has withdrawn it, while its family believes that it is looked for."""
    opened = replace(report, status=ReportStatus.OPEN, version=report.version + 1, updated_at=now)
    await reports.keep_changed(use, opened, report.version, session)
    told = _event(use, EventKind.REPORT_RESTORED, report.id, report.incident_id, report.family_id)
    await tell(use, None, session, replace(told, family_id=report.family_id, report_id=report.id))


async def _wait_for_staff(
    use: Collaborators, report: Report, before: Reporter | None, now: datetime, session: Session
) -> None:
    # Whoever confirms a match of it at this moment comes after, and sees this.
    await use.store.reports.hold(report.id, session)
    there = await use.store.reviews.get(report.id, session)
    if there is None:
        waits = replace(awaited(report), objected_at=now, reporter_before=before, updated_at=now)
        await use.store.reviews.insert(waits, session)
        return
    waiting = replace(
        there,
        state=ReviewState.WAITING,
        reviewed_by=None,
        reviewed_at=None,
        objected_at=now,
        reporter_before=there.reporter_before or before,
        version=there.version + 1,
        updated_at=now,
    )
    if not await use.store.reviews.replace(waiting, there.version, session):
        raise stale()


async def require_no_objection(use: Collaborators, report_ids: Collection[str], session: Session | None = None) -> None:
    """Raises: DomainError CONFLICT while somebody who had the case of one of these says that it was not them who asked
    for it anew.
    """
    reviews = await use.store.reviews.find({"_id": {"$in": sorted(report_ids)}}, session=session)
    if any(review.objected_at is not None for review in reviews):
        raise conflict(
            "Somebody who had this case says that it was not them who asked for a new code. A coordinator or an "
            "officer has to find out who the family is first.",
            "id",
        )


async def settle_objection(use: Collaborators, viewer: Viewer | None, report_id: str) -> Report:
    """Say that one has found out who the family is: its case can be given anew, and its matches decided; every link by
    which somebody could object until now is over. Never who gave the case to somebody. Settled again, it is as it was.

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
                reporter_before=None,
                version=review.version + 1,
                updated_at=now,
            )
            if not await use.store.reviews.replace(done, review.version, session):
                raise stale()
            settled.append(one.id)
        if settled:
            for case in await use.store.recovered_cases.find({"familyId": report.family_id}, session=session):
                await _forget(use, case, session)
            told = _event(use, EventKind.CASE_SETTLED, report.family_id, report.incident_id, known.id)
            await tell(use, known, session, replace(told, report_id=report.id), also=settled)

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


async def _forget(use: Collaborators, case: RecoveredCase, session: Session) -> None:
    """Nobody objects to it any more: an old link must not lock out a family that staff has met since."""
    await use.store.devices.collection.delete_many({"ownerId": case.id}, session=session)
    await use.store.alert_choices.delete(case.id, session)
    await use.store.recovered_cases.delete(case.id, session)


def _event(use: Collaborators, kind: EventKind, family_id: str, incident_id: str, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=family_id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=incident_id,
    )
