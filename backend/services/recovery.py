"""A family that lost its case code: a call taker asks what only it knows, and gives it a new code and secret.

Somebody else may have had the old ones, and a phone of theirs may be among those that are told of news. So whatever
came in by them ends, and who signs in with the new ones sets it up anew. The caller may be that somebody else: so
whoever was told until now is told of this, and may object (`objections.py`).
"""

from dataclasses import dataclass, replace

from backend.domain.account import Viewer
from backend.domain.choices import AlertChoices
from backend.domain.errors import DomainError, ErrorCode, Problem, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.recovery import CaseRecovery, RecoveryQuestion
from backend.domain.report import Family, Report
from backend.domain.validation import LONGEST_NAME
from backend.services.access import Action, require_of_record
from backend.services.attempts import forget, may_try
from backend.services.audit import looking_for, tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.mailboxes import LONGEST_ADDRESS
from backend.services.objections import require_no_objection, tell_who_had_it
from backend.services.recovery_answers import are_enough, questions_of
from backend.services.reports import was_taken_down, where
from backend.services.secrets import SHORTEST_RETRY_KEY, as_written, case_code, case_secret, keyed_hash
from backend.store.records import Session
from backend.store.sessions import end_all_of_family


@dataclass(frozen=True, slots=True)
class NewCase:
    """What the call taker reads out, once; and whether e-mails go on, to the address that the caller named."""

    code: str
    secret: str
    email_kept: bool = False


async def begin_case_recovery(
    use: Collaborators, viewer: Viewer | None, report_id: str
) -> tuple[RecoveryQuestion, ...]:
    """What the caller is to be asked: kinds of facts that the report holds, never the facts.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    report, known = await _report(use, viewer, report_id)
    asked = _questions(report)
    await use.store.transact(lambda session: _tell(use, known, EventKind.CASE_RECOVERY_BEGUN, report, session))
    return asked


async def recover_case(use: Collaborators, viewer: Viewer | None, recovery: CaseRecovery) -> NewCase:
    """A new code and secret, where enough answers are right; the old ones are void, the family is signed out
    everywhere, and none of its devices is told of news any more, nor any e-mail address but one that the caller named.
    The same again, by the same person and retry key, gives the same.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN; CONFLICT, for a case of which a report was taken down,
    too; INVALID without saying which answers were wrong; RATE_LIMITED while this case, or this call taker, has seen too
    many wrong ones.
    """
    report, known = await _report(use, viewer, recovery.report_id)
    _refuse_what_cannot_be(recovery)
    _questions(report)
    family = await use.store.families.get(report.family_id)
    if family is None:
        raise not_found("report")
    counted = (f"recovery by {known.id}", f"recovery of {family.id}")
    for attempts_id in counted:
        if not await may_try(use, attempts_id):
            await use.store.transact(lambda session: _tell(use, known, EventKind.CASE_RECOVERY_LOCKED, report, session))
            raise await _locked(use, attempts_id)
    if not are_enough(report, recovery.answers):
        await use.store.transact(lambda session: _tell(use, known, EventKind.CASE_RECOVERY_FAILED, report, session))
        raise refusal(
            ErrorCode.INVALID,
            "Not enough of these answers are right. Please ask again, or send the family to a site with a document.",
            "answers",
        )
    made, following = _new_case(use, known, family, recovery.retry_key)
    if following.code_hash == family.code_hash:
        await use.store.make_durable()
    else:
        said = recovery.keep_email
        await use.store.transact(lambda session: _give(use, known, report, family, following, said, session))
    for attempts_id in counted:
        await forget(use, attempts_id)
    choices = await use.store.alert_choices.get(family.id)
    return replace(made, email_kept=choices is not None and choices.by_email)


async def _give(
    use: Collaborators,
    viewer: Viewer,
    report: Report,
    seen: Family,
    following: Family,
    keep_email: str | None,
    session: Session,
) -> None:
    if not await use.store.families.replace(following, seen.version, session):
        raise stale()
    # Whoever takes the report down at this moment comes after, or is seen here.
    await use.store.reports.hold(report.id, session)
    await _require_not_taken_down(use, report, session)
    await require_no_objection(use, [report.id], session)
    await end_all_of_family(use.store.sessions, seen.id, session)
    await _choose_anew(use, viewer, report, keep_email, session)
    await _tell(use, viewer, EventKind.CASE_RECOVERED, report, session)


async def _choose_anew(
    use: Collaborators, viewer: Viewer, report: Report, keep_email: str | None, session: Session
) -> None:
    """How the family is told, as if it had chosen nothing but its language; by e-mail only where the caller names the
    address that was written to. Whoever was told until now hears of this, and of nothing more.
    """
    there = await use.store.alert_choices.get(report.family_id, session)
    now = use.clock()
    before = there or AlertChoices(report.family_id, 0, now, now)
    await tell_who_had_it(use, viewer, report, before, session)
    address = (before.email or report.reporter.email or "").strip()
    kept = before.by_email and address != "" and address.casefold() == (keep_email or "").strip().casefold()
    chosen = AlertChoices(
        before.id,
        before.version + 1,
        before.created_at,
        now,
        by_email=kept,
        email=address if kept else None,
        language=before.language,
    )
    if there is None:
        await use.store.alert_choices.insert(chosen, session)
    elif not await use.store.alert_choices.replace(chosen, there.version, session):
        raise stale()


async def _report(use: Collaborators, viewer: Viewer | None, report_id: str) -> tuple[Report, Viewer]:
    report = await use.store.reports.get(report_id)
    place = None if report is None else where(report)
    with looking_for(use, viewer, report_id):
        known = require_of_record(viewer, Action.RECOVER_CASE, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")
    await _require_not_taken_down(use, report)
    await require_no_objection(use, [report.id])
    return report, known


async def _require_not_taken_down(use: Collaborators, report: Report, session: Session | None = None) -> None:
    """Raises: DomainError CONFLICT."""
    if await was_taken_down(use, report.family_id, session):
        raise conflict(
            "A report of this case was taken down as false, so its code is not given anew. The caller can have an "
            "appeal written down.",
            "reportId",
        )


def _questions(report: Report) -> tuple[RecoveryQuestion, ...]:
    asked = questions_of(report)
    if not asked:
        raise conflict("This report holds too little to ask about. Please send the family to a site with a document.")
    return asked


def _refuse_what_cannot_be(recovery: CaseRecovery) -> None:
    if not SHORTEST_RETRY_KEY <= len(recovery.retry_key) <= LONGEST_NAME:
        raise refusal(ErrorCode.INVALID, "The retry key must be random, of 22 to 200 characters.", "retryKey")
    if len({one.question for one in recovery.answers}) < len(recovery.answers):
        raise refusal(ErrorCode.INVALID, "Please give one answer to each question.", "answers")
    if len(recovery.keep_email or "") > LONGEST_ADDRESS:
        raise refusal(ErrorCode.INVALID, f"An e-mail address has at most {LONGEST_ADDRESS} characters.", "keepEmail")
    if any(len(one.answer) > LONGEST_NAME for one in recovery.answers):
        raise refusal(ErrorCode.INVALID, f"An answer has at most {LONGEST_NAME} characters.", "answers")


def _new_case(use: Collaborators, viewer: Viewer, family: Family, retry_key: str) -> tuple[NewCase, Family]:
    pepper = use.keys.token_pepper
    seed = f"recovered\0{family.id}\0{viewer.id}\0{retry_key}"
    made = NewCase(case_code(pepper, seed), case_secret(pepper, seed))
    following = replace(
        family,
        code_hash=keyed_hash(pepper, "case code hash", as_written(made.code)),
        secret_hash=keyed_hash(pepper, "case secret hash", as_written(made.secret)),
        version=family.version + 1,
        updated_at=use.clock(),
    )
    return made, following


async def _locked(use: Collaborators, attempts_id: str) -> DomainError:
    there = await use.store.attempts.get(attempts_id)
    until = None if there is None else there.locked_until
    seconds = 1 if until is None else max(1, round((until - use.clock()).total_seconds()))
    message = f"Too many wrong answers were given. Please try again in {seconds:,} seconds."
    return DomainError([Problem(ErrorCode.RATE_LIMITED, message, "answers")], seconds)


async def _tell(use: Collaborators, viewer: Viewer, kind: EventKind, report: Report, session: Session) -> None:
    """Enter what was asked, of whom and how it ended; of the answers, nothing."""
    told = Event(
        id=use.new_id(),
        kind=kind,
        subject_id=report.family_id,
        actor_id=viewer.id,
        at=use.clock(),
        incident_id=report.incident_id,
        report_id=report.id,
    )
    await tell(use, viewer, session, told, fields=[question.value for question in questions_of(report)])
