"""PINs of volunteers: a phone that was left alone is locked, and its session goes on with the right PIN."""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from backend.domain.account import MOST_WRONG_PINS, Role, Viewer
from backend.domain.account import Session as AccountSession
from backend.domain.errors import DomainError, ErrorCode, refusal, unauthenticated
from backend.domain.event import Event, EventKind
from backend.services.access import Action, Where, may, require
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.passwords import fits, hashed
from backend.services.rates import signed_in_at
from backend.services.renewal import take_over
from backend.services.secrets import keyed_hash
from backend.services.sessions import session_id, stands
from backend.store.records import Session
from backend.store.sessions import count_pin, end, keep_pin, unlocked

SHORTEST_PIN, LONGEST_PIN = 4, 8
_YEARS = {"19", "20"}
_YEAR_DIGITS = 4
_IN_A_LINE = {"0852", "2580"}
"""Down or up the middle of the keys."""


@dataclass(frozen=True, slots=True)
class _Counted:
    session: AccountSession
    tries: int


def as_pin(typed: str) -> str | None:
    """A PIN in the digits 0 to 9, whichever digits a keyboard has; None where it cannot be one."""
    letters = "".join(typed[:100].split())
    if not SHORTEST_PIN <= len(letters) <= LONGEST_PIN or not all(letter.isdecimal() for letter in letters):
        return None
    return "".join(str(unicodedata.decimal(letter)) for letter in letters)


def is_weak(pin: str) -> bool:
    """Whether it is among the first that anybody would try: one digit, a run, a pair again and again, a year."""
    steps = {(int(second) - int(first)) % 10 for first, second in pairwise(pin)}
    runs = steps <= {0} or steps <= {1} or steps <= {9}
    again = any(pin == pin[:size] * (len(pin) // size) for size in range(2, len(pin)))
    return runs or again or pin in _IN_A_LINE or (len(pin) == _YEAR_DIGITS and pin[:2] in _YEARS)


async def hash_of_new_pin(use: Collaborators, account_id: str, typed: str) -> str:
    """A PIN as it is kept.

    Raises: DomainError INVALID.
    """
    pin = as_pin(typed)
    if pin is None:
        raise refusal(ErrorCode.INVALID, f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits.", "pin")
    if is_weak(pin):
        raise refusal(ErrorCode.INVALID, "This PIN is among the first that anybody would try: another, please.", "pin")
    return await hashed(use, _peppered(use, account_id, pin))


def refuse_pin_of(role: Role) -> None:
    """Raises: DomainError INVALID for a role that has a password instead, or none of both."""
    viewer = Viewer("", role, "", frozenset(), frozenset(), None, "")
    if not may(viewer, Action.HAVE_PIN, Where()):
        raise refusal(ErrorCode.INVALID, "A PIN is for volunteers: please leave it out.", "pin")


async def set_pin(use: Collaborators, viewer: Viewer | None, typed: str, present: str | None) -> None:
    """Set the PIN of the phone that asks, or change it, for which the present one is asked and counted.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID.
    """
    known = require(viewer, Action.HAVE_PIN, Where())
    there = await use.store.sessions.get(known.session_id)
    if there is None:
        raise unauthenticated()
    pin_hash = await hash_of_new_pin(use, known.id, typed)
    if there.pin_hash is not None:
        await _checked(use, known.session_id, present or "", "presentPin")

    async def write(session: Session) -> None:
        await use.store.sessions.hold(known.session_id, session)
        own = await use.store.sessions.get(known.session_id, session)
        # What it is being renewed to goes on in its place, and must lock itself too.
        for one in (known.session_id, *(() if own is None else own.successors)):
            await keep_pin(use.store.sessions, one, pin_hash, session)
        told = Event(id=use.new_id(), kind=EventKind.PIN_SET, subject_id=known.id, actor_id=known.id, at=use.clock())
        await tell(use, known, session, told)

    await use.store.transact(write)


async def unlock(use: Collaborators, token: str, typed: str, *, address: str) -> None:
    """Go on with the session of a token that is locked. The fifth wrong PIN in a row ends it.

    Raises: DomainError INVALID for a wrong PIN; UNAUTHENTICATED for a token that is none, or has no PIN, and once the
    session was ended; RATE_LIMITED after too many of these.
    """
    own_id = session_id(use, token)

    async def attempt() -> None:
        # Or whoever renewed a token five times could guess five times as often.
        if not await take_over(use, own_id):
            raise unauthenticated()
        await _checked(use, own_id, typed, "pin")

    await signed_in_at(use.rates, address, attempt)


async def _checked(use: Collaborators, own_id: str, typed: str, field: str) -> None:
    counted = await _count(use, own_id)
    session = counted.session
    pin = as_pin(typed) or ""
    if await fits(use, session.pin_hash, _peppered(use, session.account_id or "", pin)):
        await unlocked(use.store.sessions, own_id, use.clock())
        return
    left = MOST_WRONG_PINS - counted.tries
    if left > 0:
        tries = "1 more try" if left == 1 else f"{left} more tries"
        raise refusal(ErrorCode.INVALID, f"This PIN is not right. There are {tries}.", field)
    await _end(use, session)
    raise _ended()


async def _count(use: Collaborators, own_id: str) -> _Counted:
    """Count a try before it is checked, so that many at once are no more than one after the other.

    Raises: DomainError UNAUTHENTICATED.
    """

    async def write(transaction: Session) -> _Counted:
        await use.store.sessions.hold(own_id, transaction)
        session = await use.store.sessions.get(own_id, transaction)
        account = None if session is None else await use.store.accounts.get(session.account_id or "", transaction)
        if session is None or account is None or account.disabled or session.pin_hash is None:
            raise unauthenticated()
        if session.replaced or not stands(session, account.role, use.clock()):
            raise unauthenticated()
        if session.wrong_pins >= MOST_WRONG_PINS:
            # Others are being checked at this moment, and decide what becomes of it.
            raise _ended()
        await count_pin(use.store.sessions, own_id, transaction)
        return _Counted(session, session.wrong_pins + 1)

    return await use.store.transact(write)


async def _end(use: Collaborators, ended: AccountSession) -> None:
    owner = ended.account_id or ""

    async def write(transaction: Session) -> None:
        if await end(use.store.sessions, ended, transaction):
            told = Event(
                id=use.new_id(), kind=EventKind.SESSION_ENDED, subject_id=owner, actor_id=owner, at=use.clock()
            )
            await tell(use, None, transaction, told, also=[ended.id])

    await use.store.transact(write)


def _peppered(use: Collaborators, account_id: str, pin: str) -> str:
    """Ten thousand PINs are hashed in minutes, however slowly: so not without the server's own secret either."""
    return keyed_hash(use.keys.token_pepper, "pin", f"{account_id}\0{pin}")


def _ended() -> DomainError:
    return refusal(
        ErrorCode.UNAUTHENTICATED, "Too many wrong PINs: this phone is signed out. Please ask for a new invite.", "pin"
    )
