"""Passwords and the second factor: setting them, signing in with them, and proving a session."""

from dataclasses import replace
from datetime import datetime

from backend.domain.account import Viewer
from backend.domain.credential import PROOF_LASTS, Credential, NewPassword, SignIn, SignInName, UsedChallenge
from backend.domain.errors import DomainError, ErrorCode, Problem, conflict, refusal
from backend.domain.event import EventKind
from backend.services.attempts import forget, may_try
from backend.services.collaborators import Collaborators
from backend.services.holders import (
    credential_of,
    holder_of,
    next_version,
    proof_attempts,
    replace_credential,
    sign_in_attempts,
    tell_of_account,
    tell_of_recovery,
    wrong_code,
)
from backend.services.passwords import (
    LONGEST_SIGN_IN_NAME,
    SHORTEST_SIGN_IN_NAME,
    as_password,
    as_sign_in_name,
    fits,
    hashed,
    password_problems,
)
from backend.services.proofs import not_set_up, require_proof
from backend.services.rates import signed_in_at
from backend.services.second_factor import (
    enrolment_address,
    in_base32,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    step_of,
    with_code_used,
)
from backend.services.secrets import keyed_hash, new_token
from backend.services.sessions import account_session
from backend.services.web_authentication import passkey_that_signs_in
from backend.store.records import Duplicate, Session
from backend.store.sessions import end_all_of, proven

_BUCKET_LETTERS = 3
"""Names of nobody are counted together in 4,096 lots: as slowly as a real one, in a bounded room."""


async def set_password(use: Collaborators, viewer: Viewer | None, new: NewPassword) -> None:
    """Set or change the viewer's password and sign-in name; every other session of the account ends.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID; CONFLICT for a sign-in name that is taken.
    """
    known = holder_of(viewer)
    name, password = as_sign_in_name(new.sign_in_name), as_password(new.password)
    problems = [] if name is not None else [_not_a_name()]
    problems += password_problems(password, (known.name, name or ""))
    if problems:
        raise DomainError(problems)
    there = await use.store.credentials.get(known.id)
    used = None if there is None else await _with_proof(use, there, new)
    now = use.clock()
    password_hash = await hashed(use, password)
    if used is None:
        credential = Credential(known.id, name or "", password_hash, 1, now, now)
    else:
        credential = replace(used, sign_in_name=name or "", password_hash=password_hash)
        credential = next_version(credential, there, now)

    async def write(session: Session) -> None:
        if there is None:
            await use.store.credentials.insert(credential, session)
        else:
            await replace_credential(use, credential, there, session)
        await _take_name(use, credential, there, session)
        await end_all_of(use.store.sessions, known.id, session, but=known.session_id)
        await tell_of_account(use, known, EventKind.PASSWORD_SET, known.id, session)

    try:
        await use.store.transact(write)
    except Duplicate:
        raise conflict("This sign-in name is taken: please choose another.", "signInName") from None


async def begin_second_factor(
    use: Collaborators, viewer: Viewer | None, password: str, code: str | None = None
) -> tuple[str, str]:
    """A new secret for an authenticator app, in base32, and its otpauth:// address; shown only now, and good for
    nothing until `confirm_second_factor`. Who has a second factor says a code of it or a recovery code; who has a
    passkey may prove the session instead.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, STEP_UP_NEEDED.
    """
    known = holder_of(viewer)
    there = await credential_of(use, known)
    if there.passkeys and code is None:
        await require_proof(use, known)
    allowed = await may_try(use, proof_attempts(known.id))
    is_right = await fits(use, there.password_hash, password)
    needs_code = there.has_second_factor and (code is not None or not there.passkeys)
    used = with_code_used(use, there, code or "") if needs_code else there
    if not allowed or not is_right or used is None:
        raise refusal(ErrorCode.INVALID, "This password, or the code, is not right.", "password")
    secret = new_secret()
    credential = next_version(replace(used, unconfirmed_factor=secret), there, use.clock())

    async def write(session: Session) -> None:
        await replace_credential(use, credential, there, session)
        await tell_of_recovery(use, known, there, credential, session)

    await use.store.transact(write)
    await forget(use, proof_attempts(known.id))
    return in_base32(secret), enrolment_address(secret, there.sign_in_name)


async def confirm_second_factor(use: Collaborators, viewer: Viewer | None, code: str) -> tuple[str, ...]:
    """Take the new secret into use, with a code that the app made of it. Gives ten recovery codes, shown only now; the
    present session is proven.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID.
    """
    known = holder_of(viewer)
    there = await credential_of(use, known)
    allowed = await may_try(use, proof_attempts(known.id))
    secret = there.unconfirmed_factor
    now = use.clock()
    step = None if secret is None else step_of(secret, code, now)
    if not allowed or step is None:
        raise wrong_code()
    recovery_codes = new_recovery_codes()
    credential = replace(
        there,
        factor=secret,
        unconfirmed_factor=None,
        last_step=step,
        recovery_hashes=tuple(recovery_hash(use, known.id, one) for one in recovery_codes),
    )

    async def write(session: Session) -> None:
        await replace_credential(use, next_version(credential, there, now), there, session)
        await proven(use.store.sessions, known.session_id, now, session)
        await tell_of_account(use, known, EventKind.SECOND_FACTOR_SET, known.id, session)

    await use.store.transact(write)
    await forget(use, proof_attempts(known.id))
    return recovery_codes


async def prove(use: Collaborators, viewer: Viewer | None, code: str) -> datetime:
    """Prove the present session with a code of the app, or a recovery code; until when that is good.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID.
    """
    known = holder_of(viewer)
    there = await use.store.credentials.get(known.id)
    if there is None or not there.has_second_factor:
        raise not_set_up()
    allowed = await may_try(use, proof_attempts(known.id))
    used = with_code_used(use, there, code)
    if not allowed or used is None:
        raise wrong_code()
    now = use.clock()

    async def write(session: Session) -> None:
        await replace_credential(use, used, there, session)
        await proven(use.store.sessions, known.session_id, now, session)
        await tell_of_recovery(use, known, there, used, session)

    await use.store.transact(write)
    await forget(use, proof_attempts(known.id))
    return now + PROOF_LASTS


async def sign_in_with_password(use: Collaborators, said: SignIn, *, address: str) -> str:
    """A token for the account of this name and password, and of this code or passkey where it has a second factor.

    Raises: DomainError UNAUTHENTICATED, after the same time and in the same words whatever was wrong, and RATE_LIMITED
    after too many of these.
    """
    return await signed_in_at(use.rates, address, lambda: _sign_in(use, said))


async def _sign_in(use: Collaborators, said: SignIn) -> str:
    name = as_sign_in_name(said.sign_in_name)
    # Nobody's name is looked up as often as somebody's.
    owner = await use.store.sign_in_names.get(name or "")
    account_id = "" if owner is None else owner.account_id
    there, account = await use.store.credentials.get(account_id), await use.store.accounts.get(account_id)
    attempts = _attempts_at(use, said.sign_in_name if name is None else name, there)
    allowed = await may_try(use, attempts)
    is_right = await fits(use, None if there is None else there.password_hash, said.password)
    if there is None or account is None or account.disabled or not allowed or not is_right:
        raise _wrong_sign_in()
    used, challenge = _with_second_factor(use, there, said)
    if used is None:
        raise _wrong_sign_in()
    token, now = new_token(), use.clock()
    started = replace(account_session(use, account, token), proven_at=now if there.has_second_factor else None)

    async def write(session: Session) -> None:
        if not await _is_still_so(use, there, used, session):
            raise _wrong_sign_in()
        if challenge is not None:
            await use.store.used_challenges.insert(challenge, session)
        await use.store.sessions.insert(started, session)
        await tell_of_account(use, None, EventKind.SIGNED_IN, account.id, session, began=started.id)
        await tell_of_recovery(use, None, there, used, session)

    try:
        await use.store.transact(write)
    except Duplicate:
        raise _wrong_sign_in() from None
    await forget(use, attempts)
    return token


async def _is_still_so(use: Collaborators, there: Credential, used: Credential, session: Session) -> bool:
    """Whether nobody has set another password or factor meanwhile; what of it was used up is kept."""
    if used is not there:
        return await use.store.credentials.replace(used, there.version, session)
    await use.store.credentials.hold(there.id, session)
    present = await use.store.credentials.get(there.id, session)
    return present is not None and present.version == there.version


def _with_second_factor(
    use: Collaborators, there: Credential, said: SignIn
) -> tuple[Credential | None, UsedChallenge | None]:
    """The credential after the code or passkey of a sign-in; None where that is not right."""
    if not there.has_second_factor:
        return there, None
    if said.passkey is None:
        return with_code_used(use, there, said.code or ""), None
    return passkey_that_signs_in(use, there, said.passkey) or (None, None)


async def forget_credential(use: Collaborators, account_id: str, session: Session) -> None:
    """Take an account's password and second factor away, and what was guessed at them; its sign-in name is free."""
    # By the name alone: an account whose second factor does not open is to be helped too.
    sign_in_name = await use.store.credentials.beside(account_id, "signInName", session)
    if sign_in_name is not None:
        await use.store.sign_in_names.delete(sign_in_name, session)
        await use.store.credentials.delete(account_id, session)
    for attempts_id in (proof_attempts(account_id), sign_in_attempts(account_id)):
        await use.store.attempts.delete(attempts_id, session)


async def _with_proof(use: Collaborators, there: Credential, new: NewPassword) -> Credential:
    """The credential, of which a code may be used up, after the present password or a code was right.

    Raises: DomainError INVALID.
    """
    attempts = proof_attempts(there.id)
    allowed = await may_try(use, attempts)
    used = None if new.code is None else with_code_used(use, there, new.code)
    if used is None and new.present_password is not None and await fits(use, there.password_hash, new.present_password):
        used = there
    if not allowed or used is None:
        raise refusal(
            ErrorCode.INVALID, "The present password, or the code in its place, is not right.", "presentPassword"
        )
    await forget(use, attempts)
    return used


async def _take_name(use: Collaborators, credential: Credential, before: Credential | None, session: Session) -> None:
    """Raises: Duplicate for a name that somebody else has."""
    if before is not None and before.sign_in_name == credential.sign_in_name:
        return
    if before is not None:
        await use.store.sign_in_names.delete(before.sign_in_name, session)
    await use.store.sign_in_names.insert(SignInName(credential.sign_in_name, credential.id), session)


def _attempts_at(use: Collaborators, name: str, credential: Credential | None) -> str:
    if credential is not None:
        return sign_in_attempts(credential.id)
    bucket = keyed_hash(use.keys.token_pepper, "name of nobody", name)[:_BUCKET_LETTERS]
    return f"sign-in nobody {bucket}"


def _not_a_name() -> Problem:
    return Problem(
        ErrorCode.INVALID,
        f"A sign-in name has {SHORTEST_SIGN_IN_NAME} to {LONGEST_SIGN_IN_NAME} letters, digits, dots and dashes.",
        "signInName",
    )


def _wrong_sign_in() -> DomainError:
    return refusal(ErrorCode.UNAUTHENTICATED, "This name, password and code do not belong together.", "signInName")
