"""Invites: how volunteers, staff and the first administrator come in."""

from dataclasses import replace
from datetime import datetime, timedelta

from backend.domain.account import Account, Invite, NewInvite, Role, Viewer
from backend.domain.errors import DomainError, ErrorCode, conflict, not_found, refusal
from backend.domain.event import OPERATOR, SYSTEM, Event, EventKind
from backend.domain.text import cleaned
from backend.domain.validation import LONGEST_NAME
from backend.services.access import Action, Where, inviting, require_of_record
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.pins import hash_of_new_pin, refuse_pin_of
from backend.services.proofs import require_proof_once_set_up
from backend.services.rates import signed_in_at
from backend.services.secrets import SHORTEST_RETRY_KEY, keyed_hash, new_token
from backend.services.sessions import account_session, require_still_signed_in, session_id
from backend.store.records import Session

FIRST_ADMINISTRATOR_HOURS = 24
RETURN_HOURS = 24
MOST_USES = 100
MOST_HOURS = 24 * 30

_NEED_AN_INCIDENT = {Role.CALL_TAKER, Role.OFFICER}
"""A coordinator may be invited to open one, and an administrator needs none."""


async def create_invite(use: Collaborators, viewer: Viewer | None, new: NewInvite) -> tuple[Invite, str]:
    """An invite, and the secret of its link, which is not kept and so is shown only now.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, STEP_UP_NEEDED.
    """
    _refuse_what_cannot_be(new)
    where = await _where(use, new)
    reading = Action.READ_SITE if new.site_id is not None else Action.READ_INCIDENT
    known = require_of_record(viewer, inviting(new.role), reading, where, "site or incident")
    if inviting(new.role) is Action.INVITE_STAFF:
        # Whoever comes in by it sets up a second factor of their own, and decides.
        await require_proof_once_set_up(use, known)
    return await _write_invite(use, new, where or Where(), known)


async def invite_first_administrator(use: Collaborators) -> str | None:
    """The secret of a link for the first administrator, or None once there is one. An earlier link ends."""
    if await use.store.accounts.find_one({"role": Role.ADMIN.value}) is not None:
        return None
    await use.store.invites.collection.delete_many({"role": Role.ADMIN.value, "createdBy": SYSTEM})
    new = NewInvite(role=Role.ADMIN, hours=FIRST_ADMINISTRATOR_HOURS)
    _, secret = await _write_invite(use, new, Where(), SYSTEM)
    return secret


async def invite_by_operator(use: Collaborators, new: NewInvite) -> str:
    """The secret of an invite made at the server's own console, where no one needs to sign in.

    Raises: DomainError NOT_FOUND, INVALID.
    """
    _refuse_what_cannot_be(new)
    where = await _where(use, new)
    if where is None:
        raise not_found("site or incident")
    _, secret = await _write_invite(use, new, where, OPERATOR)
    return secret


async def accept_invite(
    use: Collaborators, secret: str, name: str, retry_key: str, *, address: str, pin: str | None = None
) -> tuple[Account, str]:
    """Become an account, or come back to the invite's own, with a token for it; a volunteer may choose a PIN at once.
    The same secret and `retry_key` again give the same account and token.

    Raises: DomainError INVALID, EXPIRED, and RATE_LIMITED after too many of these.
    """
    cleaned = _name_and_key(name, retry_key)
    invite_id = _invite_id(use, secret)
    token = keyed_hash(use.keys.token_pepper, "invited token", f"{secret}\0{retry_key}")
    now = use.clock()

    new_account_id = use.new_id()

    async def write(session: Session, pin_hash: str | None) -> Account:
        # Asked within the transaction: a phone that did not wait for its first answer sends the same twice at once.
        earlier = await use.store.sessions.get(session_id(use, token), session)
        if earlier is not None and earlier.account_id is not None:
            there = await use.store.accounts.get(earlier.account_id, session)
            if there is not None:
                return there
        invite = await use.store.invites.get(invite_id, session)
        if invite is None or invite.expires_at <= now or invite.uses_left < 1:
            raise _no_longer_good()
        used = replace(invite, uses_left=invite.uses_left - 1, version=invite.version + 1, updated_at=now)
        if not await use.store.invites.replace(used, invite.version, session):
            raise conflict("Somebody else is using this invite right now. Please try again.", "secret")
        if invite.account_id is None:
            account = _new_account(invite, new_account_id, cleaned, now)
            await use.store.accounts.insert(account, session)
        else:
            await use.store.accounts.hold(invite.account_id, session)
            own = await use.store.accounts.get(invite.account_id, session)
            if own is None or own.disabled:
                raise _no_longer_good()
            account = own
        began = replace(account_session(use, account, token), pin_hash=pin_hash)
        await use.store.sessions.insert(began, session)
        told = Event(
            id=use.new_id(), kind=EventKind.INVITE_ACCEPTED, subject_id=account.id, actor_id=account.id, at=now
        )
        await tell(use, None, session, told, also=[invite.id], began=began.id)
        return account

    async def attempt() -> Account:
        pin_hash = None if pin is None else await _pin_of_invited(use, invite_id, new_account_id, pin)
        return await use.store.transact(lambda session: write(session, pin_hash))

    return await signed_in_at(use.rates, address, attempt), token


def _name_and_key(name: str, retry_key: str) -> str:
    """The name as it is seen.

    Raises: DomainError INVALID.
    """
    called = cleaned(name)
    if not called or len(called) > LONGEST_NAME:
        raise refusal(ErrorCode.INVALID, f"Please say your name, in at most {LONGEST_NAME} characters.", "name")
    if not SHORTEST_RETRY_KEY <= len(retry_key) <= LONGEST_NAME:
        raise refusal(ErrorCode.INVALID, "The retry key must be random, of 22 to 200 characters.", "retryKey")
    return called


async def _pin_of_invited(use: Collaborators, invite_id: str, new_account_id: str, pin: str) -> str | None:
    """The hash of a PIN, which is slow and so not made for a secret that is guessed.

    Raises: DomainError INVALID.
    """
    invite = await use.store.invites.get(invite_id)
    if invite is None:
        return None
    refuse_pin_of(invite.role)
    return await hash_of_new_pin(use, invite.account_id or new_account_id, pin)


async def write_return_invite(use: Collaborators, account: Account, session: Session) -> str:
    """The secret of an invite by which an account's holder comes back to it; an earlier one ends."""
    secret, now = new_token(), use.clock()
    invite = Invite(
        id=_invite_id(use, secret),
        role=account.role,
        incident_ids=account.incident_ids,
        site_ids=account.site_ids,
        uses_left=1,
        created_by=OPERATOR,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(hours=RETURN_HOURS),
        account_id=account.id,
    )
    await end_return_invites(use, account.id, session)
    await use.store.invites.insert(invite, session)
    return secret


async def end_return_invites(use: Collaborators, account_id: str, session: Session) -> None:
    await use.store.invites.collection.delete_many({"accountId": account_id}, session=session)


async def end_invites_of(use: Collaborators, account: Account, session: Session) -> None:
    """End the invite by which an account came in, those by which it may come back, and those that it made: whoever has
    its phone may have them all.
    """
    await use.store.invites.delete(account.invite_id, session)
    await end_return_invites(use, account.id, session)
    await use.store.invites.collection.delete_many({"createdBy": account.id}, session=session)


def _new_account(invite: Invite, account_id: str, name: str, now: datetime) -> Account:
    return Account(
        id=account_id,
        role=invite.role,
        name=name,
        incident_ids=invite.incident_ids,
        site_ids=invite.site_ids,
        invite_id=invite.id,
        disabled=False,
        version=1,
        created_at=now,
        updated_at=now,
    )


def _invite_id(use: Collaborators, secret: str) -> str:
    return keyed_hash(use.keys.token_pepper, "invite", secret)


def _refuse_what_cannot_be(new: NewInvite) -> None:
    if new.role is Role.UNVERIFIED_REGISTRAR:
        raise refusal(ErrorCode.INVALID, "Helpers without an account come in by the code of an open intake.", "role")
    if new.role is Role.FAMILY:
        raise refusal(ErrorCode.INVALID, "Families need no invite: they file a report.", "role")
    if (new.role is Role.VOLUNTEER) != (new.site_id is not None):
        raise refusal(ErrorCode.INVALID, "A volunteer is invited to a site, everybody else to an incident.", "siteId")
    if new.role in _NEED_AN_INCIDENT and new.incident_id is None:
        raise refusal(ErrorCode.INVALID, "Say which incident: without one, this role may do nothing.", "incidentId")
    if not 1 <= new.uses <= MOST_USES:
        raise refusal(ErrorCode.INVALID, f"An invite is for 1 to {MOST_USES} people.", "uses")
    if not 1 <= new.hours <= MOST_HOURS:
        raise refusal(ErrorCode.INVALID, f"An invite is good for 1 to {MOST_HOURS} hours.", "hours")


async def _where(use: Collaborators, new: NewInvite) -> Where | None:
    if new.site_id is not None:
        site = await use.store.sites.get(new.site_id)
        if site is None or new.incident_id not in {None, site.incident_id}:
            return None
        return Where(incident_id=site.incident_id, site_id=site.id)
    if new.incident_id is not None:
        incident = await use.store.incidents.get(new.incident_id)
        return None if incident is None else Where(incident_id=incident.id)
    return Where()


async def _write_invite(use: Collaborators, new: NewInvite, where: Where, by: Viewer | str) -> tuple[Invite, str]:
    """`by` is who made it: somebody who is signed in, or the name of an actor that is no person."""
    viewer, actor_id = (None, by) if isinstance(by, str) else (by, by.id)
    secret = new_token()
    now = use.clock()
    invite = Invite(
        id=_invite_id(use, secret),
        role=new.role,
        incident_ids=() if where.incident_id is None else (where.incident_id,),
        site_ids=() if where.site_id is None else (where.site_id,),
        uses_left=new.uses,
        created_by=actor_id,
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(hours=new.hours),
    )

    async def write(session: Session) -> None:
        if viewer is not None:
            await require_still_signed_in(use, viewer, session)
        await use.store.invites.insert(invite, session)
        told = Event(
            id=use.new_id(),
            kind=EventKind.INVITE_CREATED,
            subject_id=invite.id,
            actor_id=actor_id,
            at=now,
            incident_id=where.incident_id,
            site_id=where.site_id,
        )
        await tell(use, viewer, session, told)

    await use.store.transact(write)
    return invite, secret


def _no_longer_good() -> DomainError:
    return refusal(
        ErrorCode.EXPIRED, "This invite has been used, or is too old. Please ask whoever gave it to you.", "secret"
    )
