"""Proving anew, with the second factor, before what cannot be taken back lightly."""

from backend.domain.account import Viewer
from backend.domain.credential import PROOF_LASTS, CredentialState
from backend.domain.errors import DomainError, ErrorCode, refusal
from backend.services.access import Action, Where, may
from backend.services.collaborators import Collaborators


async def require_proof(use: Collaborators, viewer: Viewer) -> None:
    """Ask of a session that its holder used the second factor within the last minutes. What must be allowed besides is
    asked before, so that nothing is learnt by being refused here.

    Raises: DomainError STEP_UP_NEEDED.
    """
    # Read anew: on a WebSocket, the viewer is who connected, and may have entered a code since.
    session = await use.store.sessions.get(viewer.session_id)
    if session is not None and session.proven_at is not None and use.clock() < session.proven_at + PROOF_LASTS:
        return
    credential = await use.store.credentials.get(viewer.id)
    if credential is None or not credential.has_second_factor:
        raise not_set_up()
    words = "use your passkey" if credential.factor is None else "enter the code of your authenticator app"
    raise refusal(ErrorCode.STEP_UP_NEEDED, f"Please {words}; it is good for five minutes.")


async def require_proof_once_set_up(use: Collaborators, viewer: Viewer) -> None:
    """The same of who has a second factor; the first administrator invites others before setting one up.

    Raises: DomainError STEP_UP_NEEDED.
    """
    credential = await use.store.credentials.get(viewer.id)
    if credential is not None and credential.has_second_factor:
        await require_proof(use, viewer)


async def credential_state(use: Collaborators, viewer: Viewer) -> CredentialState:
    """What the viewer signs in with, and until when the present session is proven."""
    session = await use.store.sessions.get(viewer.session_id)
    if not may(viewer, Action.HAVE_PASSWORD, Where()):
        return CredentialState(pin_set=session is not None and session.pin_hash is not None)
    credential = await use.store.credentials.get(viewer.id)
    proven_at = None if session is None else session.proven_at
    until = None if proven_at is None else proven_at + PROOF_LASTS
    proven_until = until if until is not None and until > use.clock() else None
    if credential is None:
        return CredentialState(proven_until=proven_until)
    return CredentialState(
        sign_in_name=credential.sign_in_name,
        password_set=True,
        second_factor_set=credential.has_second_factor,
        authenticator_app_set=credential.factor is not None,
        passkeys=credential.passkeys,
        recovery_codes_left=len(credential.recovery_hashes),
        proven_until=proven_until,
    )


def not_set_up() -> DomainError:
    return refusal(
        ErrorCode.STEP_UP_NEEDED,
        "This needs a second factor. Please set a password and add Reunify to an authenticator app, or a passkey; "
        "that is done once.",
    )
