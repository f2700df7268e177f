"""Who has credentials, and what every change of them does: replaced by version, counted, told."""

from dataclasses import replace
from datetime import datetime

from backend.domain.account import Viewer
from backend.domain.credential import Credential
from backend.domain.errors import DomainError, ErrorCode, refusal
from backend.domain.event import Event, EventKind
from backend.services.access import Action, Where, require
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.store.records import Session


def holder_of(viewer: Viewer | None) -> Viewer:
    return require(viewer, Action.HAVE_PASSWORD, Where())


async def credential_of(use: Collaborators, viewer: Viewer) -> Credential:
    there = await use.store.credentials.get(viewer.id)
    if there is None:
        raise refusal(ErrorCode.INVALID, "Please set a password first.", "password")
    return there


def next_version(credential: Credential, there: Credential | None, now: datetime) -> Credential:
    return replace(credential, version=1 if there is None else there.version + 1, updated_at=now)


async def replace_credential(use: Collaborators, credential: Credential, seen: Credential, session: Session) -> None:
    """Of two who use the same code at once, one does.

    Raises: DomainError INVALID.
    """
    if not await use.store.credentials.replace(credential, seen.version, session):
        raise wrong_code()


def sign_in_attempts(account_id: str) -> str:
    return f"sign-in {account_id}"


def proof_attempts(account_id: str) -> str:
    """Counted apart: who guesses at somebody's sign-in from outside must not keep them from proving themselves."""
    return f"proof {account_id}"


async def tell_of_recovery(
    use: Collaborators, viewer: Viewer | None, before: Credential, after: Credential, session: Session
) -> None:
    if len(after.recovery_hashes) < len(before.recovery_hashes):
        await tell_of_account(use, viewer, EventKind.RECOVERY_CODE_USED, after.id, session)


async def tell_of_account(
    use: Collaborators,
    viewer: Viewer | None,
    kind: EventKind,
    account_id: str,
    session: Session,
    *,
    began: str | None = None,
) -> None:
    told = Event(id=use.new_id(), kind=kind, subject_id=account_id, actor_id=account_id, at=use.clock())
    await tell(use, viewer, session, told, began=began)


def wrong_code() -> DomainError:
    return refusal(
        ErrorCode.INVALID, "This code is not right, or was used already. Please wait for the next one.", "code"
    )
