"""Passkeys: adding one, removing one, and proving oneself with one."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.domain.account import Viewer
from backend.domain.credential import MOST_PASSKEYS, PROOF_LASTS, Passkey
from backend.domain.errors import DomainError, ErrorCode, conflict, not_found, refusal
from backend.domain.event import EventKind
from backend.domain.text import cleaned
from backend.services.attempts import forget, may_try
from backend.services.collaborators import Collaborators
from backend.services.holders import (
    credential_of,
    holder_of,
    next_version,
    proof_attempts,
    replace_credential,
    tell_of_account,
)
from backend.services.passwords import fits
from backend.services.proofs import not_set_up, require_proof
from backend.services.second_factor import new_recovery_codes, recovery_hash
from backend.services.web_authentication import (
    Site,
    options_to_add,
    options_to_prove,
    options_to_sign_in,
    passkey_made,
    passkey_that_proves,
    site_of,
)
from backend.store.records import Duplicate, Session
from backend.store.sessions import proven

LONGEST_PASSKEY_NAME = 60


async def begin_passkey(use: Collaborators, viewer: Viewer | None, password: str) -> str:
    """What `navigator.credentials.create` needs, as JSON. Where there is a second factor, a proof is asked.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, CONFLICT, STEP_UP_NEEDED.
    """
    known = holder_of(viewer)
    site = _site(use)
    there = await credential_of(use, known)
    if there.has_second_factor:
        await require_proof(use, known)
    if not await may_try(use, proof_attempts(known.id)) or not await fits(use, there.password_hash, password):
        raise refusal(ErrorCode.INVALID, "This password is not right.", "password")
    await forget(use, proof_attempts(known.id))
    if len(there.passkeys) >= MOST_PASSKEYS:
        raise conflict(f"You have {MOST_PASSKEYS} passkeys: please remove one first.")
    return options_to_add(use, site, known, there)


async def confirm_passkey(
    use: Collaborators, viewer: Viewer | None, name: str, answer: str
) -> tuple[Passkey, tuple[str, ...]]:
    """Keep the passkey that a device made; the present session is proven. The first second factor of an account comes
    with ten recovery codes, shown only now.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, CONFLICT.
    """
    known = holder_of(viewer)
    site = _site(use)
    called = cleaned(name)
    if not 1 <= len(called) <= LONGEST_PASSKEY_NAME:
        raise refusal(
            ErrorCode.INVALID, f"Please name the device, in at most {LONGEST_PASSKEY_NAME} characters.", "name"
        )
    there = await credential_of(use, known)
    now = use.clock()
    allowed = await may_try(use, proof_attempts(known.id))
    made = passkey_made(use, site, known, called, answer)
    if not allowed or made is None:
        raise _wrong_answer()
    passkey, challenge = made
    if len(there.passkeys) >= MOST_PASSKEYS or any(one.id == passkey.id for one in there.passkeys):
        raise conflict("This passkey was added already, or you have too many.")
    codes = () if there.has_second_factor else new_recovery_codes()
    credential = replace(there, passkeys=(*there.passkeys, passkey))
    if codes:
        credential = replace(credential, recovery_hashes=tuple(recovery_hash(use, known.id, one) for one in codes))

    async def write(session: Session) -> None:
        await use.store.used_challenges.insert(challenge, session)
        await replace_credential(use, next_version(credential, there, now), there, session)
        await proven(use.store.sessions, known.session_id, now, session)
        await tell_of_account(use, known, EventKind.PASSKEY_ADDED, known.id, session)

    await _once(use, write)
    await forget(use, proof_attempts(known.id))
    return passkey, codes


async def remove_passkey(use: Collaborators, viewer: Viewer | None, passkey_id: str) -> None:
    """Take one of the viewer's passkeys away; it asks for a proof.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, STEP_UP_NEEDED; CONFLICT for the only second factor.
    """
    known = holder_of(viewer)
    there = await use.store.credentials.get(known.id)
    if there is None or all(one.id != passkey_id for one in there.passkeys):
        raise not_found("passkey")
    await require_proof(use, known)
    left = replace(there, passkeys=tuple(one for one in there.passkeys if one.id != passkey_id))
    if not left.has_second_factor:
        raise conflict("This is your only second factor: please add another one first.", "id")

    async def write(session: Session) -> None:
        await replace_credential(use, next_version(left, there, use.clock()), there, session)
        await tell_of_account(use, known, EventKind.PASSKEY_REMOVED, known.id, session)

    await use.store.transact(write)


async def challenge_to_prove(use: Collaborators, viewer: Viewer | None) -> str:
    """What `navigator.credentials.get` needs to prove the present session, as JSON.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, STEP_UP_NEEDED.
    """
    known = holder_of(viewer)
    site = _site(use)
    there = await use.store.credentials.get(known.id)
    if there is None or not there.passkeys:
        raise not_set_up()
    return options_to_prove(use, site, known, there)


async def challenge_to_sign_in(use: Collaborators, sign_in_name: str) -> str:
    """What `navigator.credentials.get` needs for a sign-in by this name, as JSON: the same whoever has it, or nobody.

    Raises: DomainError INVALID.
    """
    return options_to_sign_in(use, _site(use), sign_in_name)


async def prove_with_passkey(use: Collaborators, viewer: Viewer | None, answer: str) -> datetime:
    """Prove the present session with what a device answered; until when that is good.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, STEP_UP_NEEDED.
    """
    known = holder_of(viewer)
    there = await use.store.credentials.get(known.id)
    if there is None or not there.passkeys:
        raise not_set_up()
    allowed = await may_try(use, proof_attempts(known.id))
    used = passkey_that_proves(use, known, there, answer)
    if not allowed or used is None:
        raise _wrong_answer()
    credential, challenge = used
    now = use.clock()

    async def write(session: Session) -> None:
        await use.store.used_challenges.insert(challenge, session)
        await replace_credential(use, credential, there, session)
        await proven(use.store.sessions, known.session_id, now, session)

    await _once(use, write)
    await forget(use, proof_attempts(known.id))
    return now + PROOF_LASTS


async def _once(use: Collaborators, write: Callable[[Session], Coroutine[Any, Any, None]]) -> None:
    """Raises: DomainError INVALID for a challenge that was answered before."""
    try:
        await use.store.transact(write)
    except Duplicate:
        raise _wrong_answer() from None


def _site(use: Collaborators) -> Site:
    site = site_of(use.address)
    if site is None:
        raise refusal(
            ErrorCode.INVALID,
            "Passkeys need a server with a name and https. Please use an authenticator app, or ask your operator.",
        )
    return site


def _wrong_answer() -> DomainError:
    return refusal(
        ErrorCode.INVALID, "This passkey is not known here, or its answer came too late. Please try again.", "answer"
    )
