"""Reports: filed for one or several missing children, changed, withdrawn, read; and the case a family comes back to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.domain.account import Role, Viewer
from backend.domain.area_alert import AreaAlertEnd
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import DomainError, ErrorCode, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.incident import Incident, IncidentStatus
from backend.domain.report import Family, MissingChild, NewReport, Report, ReportChanges, ReportStatus
from backend.domain.review import awaited
from backend.domain.subject import Reporter
from backend.domain.take_down import TakeDownState
from backend.domain.validation import refuse_if_any, report_change_problems, report_problems
from backend.domain.work import FilingWork, is_done
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.area_alerts import end_area_alerts, propose
from backend.services.audit import came_or_went, looking_for, saw, tell
from backend.services.changes import changed, names_said, require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.paging import Page, PageRequest, read_page
from backend.services.rates import asker, count_filing, signed_in_at
from backend.services.secrets import as_written, case_code, case_secret, keyed_hash, new_token, same
from backend.services.sessions import family_session
from backend.services.subjects import as_of, fields_of_report, is_seeking
from backend.store.codec import digest
from backend.store.records import Duplicate, Session
from backend.store.sightings import linked_sightings

MOST_OF_A_CASE = 60


@dataclass(frozen=True, slots=True)
class FiledReports:
    """What the family gets. Code, secret and token are None where a family that already has them files again; the token
    is None, too, where staff files on behalf of a caller.
    """

    reports: tuple[Report, ...]
    case_code: str | None
    case_secret: str | None
    token: str | None


@dataclass(frozen=True, slots=True)
class _Case:
    family: Family
    code: str
    secret: str
    token: str


@dataclass(frozen=True, slots=True)
class _Filed:
    """What the reports of one filing have in common."""

    incident: Incident
    family_id: str
    reporter: Reporter
    actor_id: str
    now: datetime


async def file_report(use: Collaborators, viewer: Viewer | None, new: NewReport, *, address: str) -> FiledReports:
    """File a report, with or without an account. The same again under the same id gives the same answer.

    Raises: DomainError RATE_LIMITED, WORK_NEEDED of a stranger, NOT_FOUND, FORBIDDEN, INVALID, CONFLICT.
    """
    count_filing(use.rates, asker(viewer, address))
    case_id = _case_id(use, new)
    await _require_work(use, viewer, new, case_id)
    incident = await use.store.incidents.get(new.incident_id)
    if incident is None:
        raise refusal(ErrorCode.NOT_FOUND, "There is no such incident.", "incidentId")
    if viewer is not None:
        require(viewer, Action.FILE_REPORT, Where(incident_id=incident.id))
    if incident.status is IncidentStatus.CLOSED:
        raise conflict("This incident is closed. Please call the centre.", "incidentId")
    now = use.clock()
    refuse_if_any(report_problems(new, now))
    own_family = viewer is not None and viewer.role is Role.FAMILY
    case = None if own_family else _new_case(use, case_id, new, now)
    family_id = case.family.id if case is not None else (viewer.id if viewer is not None else "")
    actor_id = family_id if viewer is None else viewer.id
    filed = _Filed(incident, family_id, new.reporter, actor_id, now)
    reports = tuple(_report(use, filed, child, f"children.{index}.id") for index, child in enumerate(new.children))
    filing = keyed_hash(use.keys.token_pepper, "filing", new.retry_key)
    said = digest(family_id, viewer.id if viewer is not None else None, replace(new, work=None))
    by_staff = viewer is not None and not own_family

    async def write(session: Session) -> None:
        began = None
        if case is not None:
            await use.store.families.insert(case.family, session, beside={"digest": said})
            if viewer is None:
                signed_in = family_session(use, case.family, case.token)
                await use.store.sessions.insert(signed_in, session)
                began = signed_in.id
        for index, report in enumerate(reports):
            beside = {"digest": said, "filing": f"{filing}:{index}", **fields_of_report(report, use.clock())}
            await use.store.reports.insert(report, session, beside=beside)
        await propose(use, reports, session)
        await use.store.reviews.insert_many([] if by_staff else [awaited(report) for report in reports], session)
        if own_family:
            # Here, so that what was filed before is told again.
            await _require_room(use, family_id, session)
        told = (event(use, EventKind.REPORT_FILED, report, actor_id) for report in reports)
        await tell(use, viewer, session, *told, also=[family_id], began=began)

    try:
        await use.store.transact(write)
    except Duplicate:
        reports = await _as_before(use, viewer, reports, said)
    return FiledReports(
        reports=reports,
        case_code=None if case is None else case.code,
        case_secret=None if case is None else case.secret,
        token=None if case is None or viewer is not None else case.token,
    )


def _case_id(use: Collaborators, new: NewReport) -> str:
    """The id of the family's case; of a phone that makes no ids, one that follows from its retry key, so that the same
    filing again is the same case, and no other can be filed with the same work.
    """
    if new.id is not None:
        return given_or_new(use, new.id)
    return keyed_hash(use.keys.token_pepper, "case of retry key", f"{new.incident_id}\0{new.retry_key}")


async def _require_work(use: Collaborators, viewer: Viewer | None, new: NewReport, case_id: str) -> None:
    """Raises: DomainError WORK_NEEDED of a stranger."""
    filing = FilingWork(new.incident_id, "" if new.id is None else case_id, new.retry_key)
    if viewer is not None or is_done(filing, new.work or "", use.work_bits):
        return
    # What was saved when less was asked is told again to the phone that did not hear of it.
    if await use.store.families.get(case_id) is None:
        raise refusal(
            ErrorCode.WORK_NEEDED,
            "Your phone has a small sum to do before this can be filed; it takes a few seconds. Please send it again.",
            "work",
        )


async def _require_room(use: Collaborators, family_id: str, session: Session) -> None:
    """Raises: DomainError CONFLICT for a family that would file again what was taken down, and for a case that has been
    filled: more children than that are a flood, paid for once.
    """
    if len(await use.store.reports.find({"familyId": family_id}, session=session)) > MOST_OF_A_CASE:
        raise conflict(f"A case has room for {MOST_OF_A_CASE} reports. Please call the centre.", "children")
    if await was_taken_down(use, family_id, session):
        raise conflict("A report of yours was taken down. You can appeal there, or call the centre.", "children")


async def was_taken_down(use: Collaborators, family_id: str, session: Session | None = None) -> bool:
    """Whether a report of a case was taken down and not restored since."""
    found = await use.store.take_downs.find({"familyId": family_id}, session=session)
    return any(one.state is not TakeDownState.RESTORED for one in found)


async def _as_before(
    use: Collaborators, viewer: Viewer | None, reports: Sequence[Report], said: str
) -> tuple[Report, ...]:
    """What an identical call wrote. Ids that the server had made are new ones, so those of the family are looked up.

    Raises: DomainError CONFLICT.
    """
    of_family = await use.store.reports.find({"familyId": reports[0].family_id})
    there = {report.id: report for report in of_family if await use.store.reports.was_said(report.id, said)}
    if len(there) != len(reports):
        raise conflict("Another report has this id.", "id")
    await use.store.make_durable()
    await saw(use, viewer, AuditAction.READ_REPORT, Part.DESCRIPTION, there.values())
    asked_for = [report.id for report in reports if report.id in there]
    return tuple(there[report_id] for report_id in dict.fromkeys([*asked_for, *there]))


async def sign_in_with_case(use: Collaborators, code: str, secret: str, *, address: str) -> str:
    """A token for the family whose code and secret these are.

    Raises: DomainError UNAUTHENTICATED, without saying which of the two was wrong, and RATE_LIMITED after too many of
    these. Both take the same work, and count the same, whether there is such a case or not.
    """
    pepper = use.keys.token_pepper
    code_hash = keyed_hash(pepper, "case code hash", as_written(code))
    secret_hash = keyed_hash(pepper, "case secret hash", as_written(secret))

    async def attempt() -> Family:
        family = await use.store.families.find_one({"codeHash": code_hash})
        if not same(secret_hash, family.secret_hash if family is not None else code_hash) or family is None:
            raise _not_together()
        return family

    family = await signed_in_at(use.rates, address, attempt, case=code_hash)
    token = new_token()
    began = family_session(use, family, token)

    async def write(session: Session) -> None:
        # Whoever gives the case a new code at this moment comes after, and ends this session, or is seen here.
        await use.store.families.hold(family.id, session)
        present = await use.store.families.get(family.id, session)
        if present is None or present.code_hash != code_hash:
            raise _not_together()
        await use.store.sessions.insert(began, session)
        await came_or_went(use, AuditAction.SIGNED_IN, None, session, owner_id=family.id, began=began.id)

    await use.store.transact(write)
    return token


def _not_together() -> DomainError:
    return refusal(ErrorCode.UNAUTHENTICATED, "This case code and secret do not belong together.", "code")


async def change_report(
    use: Collaborators, viewer: Viewer | None, report_id: str, version: int, changes: ReportChanges
) -> Report:
    """Change a report of which `version` was seen.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, STALE.
    """
    report, known = await _for_change(use, viewer, report_id)
    require_seen(report, version)
    now = use.clock()
    refuse_if_any(report_change_problems(changes, now))
    if changes.person is not None:
        changes = replace(changes, person=as_of(changes.person, now))
    following = changed(report, changes, version=version + 1, updated_at=now)
    if following.nearby != report.nearby:
        following = replace(following, nearby_said_by=known.id)
    return await _replace(use, known, report, following, EventKind.REPORT_UPDATED, names_said(changes))


async def withdraw_report(use: Collaborators, viewer: Viewer | None, report_id: str, version: int) -> Report:
    """Take a report back: it is matched no more. Withdrawing twice is no error.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT, STALE.
    """
    report, known = await _for_change(use, viewer, report_id)
    if report.status is ReportStatus.WITHDRAWN:
        await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, [report])
        return report
    if report.status is not ReportStatus.OPEN:
        raise conflict("This report is closed or was taken down already.", "id")
    require_seen(report, version)
    following = replace(report, status=ReportStatus.WITHDRAWN, version=version + 1, updated_at=use.clock())
    return await _replace(use, known, report, following, EventKind.REPORT_WITHDRAWN, ["status"])


async def get_report(use: Collaborators, viewer: Viewer | None, report_id: str) -> Report:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    report = await use.store.reports.get(report_id)
    place = None if report is None else where(report)
    with looking_for(use, viewer, report_id):
        require_of_record(viewer, Action.READ_REPORT, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")
    await saw(use, viewer, AuditAction.READ_REPORT, Part.DESCRIPTION, [report])
    return report


async def get_reports(use: Collaborators, viewer: Viewer | None, report_ids: Sequence[str]) -> list[Report | None]:
    """In the order asked for; None for what is absent or not the viewer's to see."""
    found = await use.store.reports.get_many(report_ids)
    records = (found.get(report_id) for report_id in report_ids)
    seen = [record if record and may(viewer, Action.READ_REPORT, where(record)) else None for record in records]
    await saw(use, viewer, AuditAction.READ_REPORT, Part.DESCRIPTION, filter(None, seen))
    return seen


async def list_reports(
    use: Collaborators, viewer: Viewer | None, incident_id: str, request: PageRequest
) -> Page[Report]:
    """The reports of an incident, newest first; for a family, its own.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    family_id = viewer.family_id if viewer is not None else None
    known = require(viewer, Action.READ_REPORT, Where(incident_id=incident_id, family_id=family_id))
    wanted: dict[str, object] = {"incidentId": incident_id}
    if known.family_id is not None:
        wanted["familyId"] = known.family_id
    page = await read_page(use, use.store.reports, wanted, request)
    await saw(use, known, AuditAction.READ_REPORT, Part.DESCRIPTION, page.records)
    return page


def where(report: Report) -> Where:
    return Where(incident_id=report.incident_id, family_id=report.family_id)


def _new_case(use: Collaborators, family_id: str, new: NewReport, now: datetime) -> _Case:
    """Code, secret and token are derived from the retry key, so that they can be told again but are kept nowhere."""
    pepper = use.keys.token_pepper
    seed = f"{family_id}\0{new.retry_key}"
    code, secret = case_code(pepper, seed), case_secret(pepper, seed)
    family = Family(
        id=family_id,
        incident_id=new.incident_id,
        code_hash=keyed_hash(pepper, "case code hash", as_written(code)),
        secret_hash=keyed_hash(pepper, "case secret hash", as_written(secret)),
        version=1,
        created_at=now,
        updated_at=now,
    )
    return _Case(family, code, secret, keyed_hash(pepper, "case token", seed))


def _report(use: Collaborators, filed: _Filed, child: MissingChild, field: str) -> Report:
    return Report(
        id=given_or_new(use, child.id, field),
        incident_id=filed.incident.id,
        family_id=filed.family_id,
        status=ReportStatus.OPEN,
        person=as_of(child.person, filed.now),
        reporter=replace(filed.reporter, relation=child.relation or filed.reporter.relation),
        last_seen_at=child.last_seen_at,
        last_seen_place=child.last_seen_place,
        nearby=child.nearby,
        nearby_said_by=filed.actor_id if child.nearby.alert else None,
        photo_ids=(),
        synthetic=filed.incident.synthetic,
        filed_by=filed.actor_id,
        version=1,
        created_at=filed.now,
        updated_at=filed.now,
    )


async def _for_change(use: Collaborators, viewer: Viewer | None, report_id: str) -> tuple[Report, Viewer]:
    report = await use.store.reports.get(report_id)
    place = None if report is None else where(report)
    with looking_for(use, viewer, report_id):
        known = require_of_record(viewer, Action.CHANGE_REPORT, Action.READ_REPORT, place, "report")
        if report is None:
            raise not_found("report")
    return report, known


async def _replace(
    use: Collaborators, viewer: Viewer, before: Report, following: Report, kind: EventKind, said: Sequence[str]
) -> Report:
    async def write(session: Session) -> None:
        await keep_changed(use, following, before.version, session)
        await tell(use, viewer, session, event(use, kind, following, viewer.id), fields=said)
        if not (is_seeking(following) and following.nearby.alert):
            await end_area_alerts(use, following.id, AreaAlertEnd.FAMILY, session, viewer)
        elif not before.nearby.alert:
            await propose(use, [following], session)

    await use.store.transact(write)
    return following


async def keep_changed(use: Collaborators, following: Report, seen: int, session: Session) -> None:
    """Put a report in the place of its version `seen`, with what the matcher sees of it.

    Raises: DomainError STALE.
    """
    linked = await linked_sightings(use.store, [following.id], session)
    beside = fields_of_report(following, use.clock(), linked.get(following.id, ()))
    if not await use.store.reports.replace(following, seen, session, beside=beside):
        raise stale()


def event(use: Collaborators, kind: EventKind, report: Report, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=report.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=report.incident_id,
        family_id=report.family_id,
        report_id=report.id,
    )
