"""Intakes: a site's doors opened to helpers without an account, by a code that hangs there, and closed again."""

from dataclasses import replace
from datetime import timedelta

from backend.domain.account import Account, Role, Viewer
from backend.domain.errors import DomainError, ErrorCode, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.intake import Intake, is_open
from backend.domain.text import cleaned
from backend.domain.validation import LONGEST_NAME
from backend.services.access import Action, Where, require, require_of_record
from backend.services.audit import tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.paging import Page, PageRequest, read_page
from backend.services.rates import signed_in_at
from backend.services.secrets import SHORTEST_RETRY_KEY, as_written, keyed_hash, posted_code
from backend.services.sessions import MOST_INTAKE_HOURS, intake_session, require_still_signed_in, session_id
from backend.store.records import Session

MOST_ENTERED = 100
"""More helpers at one door than this are somebody who plays with the code: open another intake."""


async def open_intake(use: Collaborators, viewer: Viewer | None, site_id: str, hours: int) -> tuple[Intake, str]:
    """An intake, and its code, which is not kept and so is shown only now.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID.
    """
    site = await use.store.sites.get(site_id)
    place = None if site is None else Where(incident_id=site.incident_id, site_id=site.id)
    known = require_of_record(viewer, Action.INVITE_VOLUNTEER, Action.READ_SITE, place, "site")
    if site is None:
        raise not_found("site")
    if not 1 <= hours <= MOST_INTAKE_HOURS:
        raise refusal(ErrorCode.INVALID, f"An intake is open for 1 to {MOST_INTAKE_HOURS} hours.", "hours")
    code, now = posted_code(), use.clock()
    intake = Intake(
        id=use.new_id(),
        incident_id=site.incident_id,
        site_id=site.id,
        code_hash=_code_hash(use, code),
        opened_by=known.id,
        entered=0,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(hours=hours),
    )

    async def write(session: Session) -> None:
        await require_still_signed_in(use, known, session)
        await use.store.intakes.insert(intake, session)
        await tell(use, known, session, _event(use, EventKind.INTAKE_OPENED, intake, known.id))

    await use.store.transact(write)
    return intake, code


async def close_intake(use: Collaborators, viewer: Viewer | None, intake_id: str) -> Intake:
    """Close an intake: whoever came in by it is signed out from this moment. Closed again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, STALE.
    """
    intake = await use.store.intakes.get(intake_id)
    place = None if intake is None else Where(incident_id=intake.incident_id, site_id=intake.site_id)
    known = require_of_record(viewer, Action.INVITE_VOLUNTEER, Action.INVITE_VOLUNTEER, place, "intake")
    if intake is None:
        raise not_found("intake")
    if intake.closed_at is not None:
        return intake
    now = use.clock()

    async def write(session: Session) -> Intake:
        # Read anew: somebody may be coming in, whose session must end too.
        there = await use.store.intakes.get(intake.id, session) or intake
        closed = replace(there, closed_at=now, version=there.version + 1, updated_at=now)
        if not await use.store.intakes.replace(closed, there.version, session):
            raise stale()
        await use.store.sessions.collection.delete_many({"intakeId": intake.id}, session=session)
        await tell(use, known, session, _event(use, EventKind.INTAKE_CLOSED, closed, known.id))
        return closed

    return await use.store.transact(write)


async def list_intakes(
    use: Collaborators, viewer: Viewer | None, incident_id: str, site_id: str, request: PageRequest
) -> Page[Intake]:
    """The intakes of a site, newest first, ended ones too.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.INVITE_VOLUNTEER, Where(incident_id=incident_id, site_id=site_id))
    return await read_page(use, use.store.intakes, {"siteId": site_id, "incidentId": incident_id}, request)


async def enter_intake(
    use: Collaborators, code: str, name: str, retry_key: str, *, address: str
) -> tuple[Account, Intake, str]:
    """Become an unverified registrar at the site whose code this is, with a token that ends with the intake. The same
    code and `retry_key` again give the same account and token.

    Raises: DomainError INVALID; EXPIRED alike for a code that is none, and for an intake that has ended; RATE_LIMITED
    after too many of these.
    """
    called = cleaned(name)
    if not called or len(called) > LONGEST_NAME:
        raise refusal(ErrorCode.INVALID, f"Please say your name, in at most {LONGEST_NAME} characters.", "name")
    if not SHORTEST_RETRY_KEY <= len(retry_key) <= LONGEST_NAME:
        raise refusal(ErrorCode.INVALID, "The retry key must be random, of 22 to 200 characters.", "retryKey")
    code_hash = _code_hash(use, code)
    token = keyed_hash(use.keys.token_pepper, "intake token", f"{as_written(code)}\0{retry_key}")
    now = use.clock()

    async def write(session: Session) -> tuple[Account, Intake]:
        intake = await use.store.intakes.find_one({"codeHash": code_hash}, session)
        if intake is None or not is_open(intake, now):
            raise _no_longer_good()
        earlier = await use.store.sessions.get(session_id(use, token), session)
        if earlier is not None and earlier.account_id is not None:
            there = await use.store.accounts.get(earlier.account_id, session)
            if there is not None and not there.disabled:
                return there, intake
        if earlier is not None or intake.entered >= MOST_ENTERED:
            raise _no_longer_good()
        counted = replace(intake, entered=intake.entered + 1, version=intake.version + 1, updated_at=now)
        if not await use.store.intakes.replace(counted, intake.version, session):
            raise stale()
        account = Account(
            id=use.new_id(),
            role=Role.UNVERIFIED_REGISTRAR,
            name=called,
            incident_ids=(intake.incident_id,),
            site_ids=(intake.site_id,),
            invite_id=intake.id,
            disabled=False,
            version=1,
            created_at=now,
            updated_at=now,
        )
        await use.store.accounts.insert(account, session)
        began = intake_session(use, account, intake, token)
        await use.store.sessions.insert(began, session)
        told = _event(use, EventKind.INTAKE_ENTERED, intake, account.id)
        await tell(use, None, session, told, also=[account.id], began=began.id)
        return account, counted

    account, intake = await signed_in_at(use.rates, address, lambda: use.store.transact(write))
    return account, intake, token


def _code_hash(use: Collaborators, code: str) -> str:
    return keyed_hash(use.keys.token_pepper, "intake code", as_written(code))


def _no_longer_good() -> DomainError:
    return refusal(
        ErrorCode.EXPIRED, "This code is not good, or no longer. Please ask somebody who works at the site.", "code"
    )


def _event(use: Collaborators, kind: EventKind, intake: Intake, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=intake.id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=intake.incident_id,
        site_id=intake.site_id,
    )
