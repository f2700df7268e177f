"""For who lost phone and recovery codes: an operator takes password, second factor and sessions away."""

from backend.domain.account import Account, Role
from backend.domain.errors import not_found
from backend.domain.event import OPERATOR, Event, EventKind
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.credentials import forget_credential
from backend.services.invites import write_return_invite
from backend.store.records import Session
from backend.store.sessions import end_all_of


async def reset_by_operator(use: Collaborators, account_id: str) -> tuple[Account, str]:
    """The account, signed out everywhere and without password and second factor, and the secret of an invite by which
    its holder comes back to it. An earlier invite of this kind ends.

    Raises: DomainError NOT_FOUND, also for an account that was closed, or that ends with an intake.
    """
    account = await use.store.accounts.get(account_id)
    if account is None or account.disabled or account.role is Role.UNVERIFIED_REGISTRAR:
        raise not_found("account")
    told = Event(
        id=use.new_id(), kind=EventKind.ACCOUNT_RESET, subject_id=account.id, actor_id=OPERATOR, at=use.clock(),
        incident_id=next(iter(account.incident_ids), None),
    )  # fmt: skip

    async def write(session: Session) -> str:
        await use.store.accounts.hold(account.id, session)
        present = await use.store.accounts.get(account.id, session)
        if present is None or present.disabled:
            raise not_found("account")
        await forget_credential(use, account.id, session)
        await end_all_of(use.store.sessions, account.id, session)
        secret = await write_return_invite(use, account, session)
        await tell(use, None, session, told)
        return secret

    return account, await use.store.transact(write)
