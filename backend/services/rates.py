"""Rate limits: how often one account, one address, or everybody at one case may do something."""

import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from limits import RateLimitItem, parse_many
from limits.strategies import MovingWindowRateLimiter

from backend.domain.account import Viewer
from backend.domain.errors import DomainError, ErrorCode, rate_limited
from backend.services.counts import Counts

Made = TypeVar("Made")
Rate = tuple[RateLimitItem, ...]
"""One or several bounds that hold together, such as 20 a minute and 100 an hour."""

_WRONG = {ErrorCode.UNAUTHENTICATED, ErrorCode.EXPIRED}
"""How a wrong secret is refused: whatever else went wrong told the guesser nothing, and counts as nothing."""


def rate(text: str) -> Rate:
    """A rate in words such as `20 per minute; 100 per hour`. Raises ValueError."""
    return tuple(parse_many(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`requests`, `filings`, `look_ups` (of places) and `uploads` are for an account, or else for all strangers at one
    address; `sign_ins`, right or wrong, for an address. Of wrong secrets, `guesses` are for an address,
    `guesses_at_case` for an address at one case, and `guesses_of_case` for a case from everywhere.
    """

    requests: Rate
    filings: Rate
    look_ups: Rate
    uploads: Rate
    sign_ins: Rate
    guesses: Rate
    guesses_at_case: Rate
    guesses_of_case: Rate


@dataclass(frozen=True, slots=True)
class Rates:
    """The bounds and what was counted so far; `pending` are the attempts of which it is not known yet whether they are
    wrong. Each process counts for itself.
    """

    bounds: Bounds
    counts: Counts
    limiter: MovingWindowRateLimiter
    pending: Counter[str] = field(default_factory=Counter)


def new_rates(bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> Rates:
    """Nothing is counted yet; `clock` gives seconds that only grow."""
    counts = Counts(clock)
    return Rates(bounds, counts, MovingWindowRateLimiter(counts))


def asker(viewer: Viewer | None, address: str) -> str:
    """Whose attempts are counted: an account for itself, whoever else is behind its address."""
    return f"address {address}" if viewer is None else f"account {viewer.id}"


def count_request(rates: Rates | None, who: str) -> None:
    """Raises: DomainError RATE_LIMITED."""
    if rates is not None:
        _count(rates, [(rates.bounds.requests, f"request by {who}")])


def count_filing(rates: Rates | None, who: str) -> None:
    """Raises: DomainError RATE_LIMITED."""
    if rates is not None:
        _count(rates, [(rates.bounds.filings, f"filing by {who}")])


def count_look_up(rates: Rates | None, who: str) -> None:
    """Raises: DomainError RATE_LIMITED."""
    if rates is not None:
        _count(rates, [(rates.bounds.look_ups, f"look-up by {who}")])


def count_upload(rates: Rates | None, who: str) -> None:
    """Raises: DomainError RATE_LIMITED."""
    if rates is not None:
        _count(rates, [(rates.bounds.uploads, f"upload by {who}")])


async def signed_in_at(
    rates: Rates | None, address: str, attempt: Callable[[], Awaitable[Made]], *, case: str | None = None
) -> Made:
    """Make an attempt to sign in with a secret, unless this address, or the `case`, has seen too many wrong ones.

    It is counted as wrong before it is made, so that a thousand at the same time are no way around, and taken back
    unless it was. A case is the keyed hash of its code, whether there is such a case or not. Too many wrong ones at a
    case shut out who took part in them, and not an address that has not been wrong about it: its own family.

    Raises: DomainError RATE_LIMITED, and what the attempt raises.
    """
    if rates is None:
        return await attempt()
    bounds = rates.bounds
    counted = [(bounds.guesses, f"guess at {address}")]
    if case is not None:
        counted.append((bounds.guesses_at_case, f"guess at {address} of {case}"))
        if _seconds(rates, [(bounds.guesses_of_case, f"guess of {case}")]) == 0 or _was_wrong(rates, address, case):
            counted.append((bounds.guesses_of_case, f"guess of {case}"))
    _count(rates, [(bounds.sign_ins, f"sign-in at {address}"), *counted])
    keys = [key for _, key in counted]
    rates.pending.update(keys)
    wrong = False
    try:
        return await attempt()
    except DomainError as error:
        wrong = error.code in _WRONG
        raise
    finally:
        rates.pending.subtract(keys)
        for key in keys:
            if not rates.pending[key]:
                del rates.pending[key]
        if not wrong:
            _take_back(rates, counted)


def _was_wrong(rates: Rates, address: str, case: str) -> bool:
    bounds = rates.bounds.guesses_at_case
    key = f"guess at {address} of {case}"
    return any(rates.limiter.get_window_stats(item, key).remaining < item.amount for item in bounds)


def _count(rates: Rates, counted: Iterable[tuple[Rate, str]]) -> None:
    """Count one attempt under each of the keys, or under none where one of them is full."""
    pairs = list(counted)
    seconds = _seconds(rates, pairs)
    if seconds:
        raise rate_limited(seconds)
    for items, key in pairs:
        for item in items:
            rates.limiter.hit(item, key)


def _seconds(rates: Rates, counted: Iterable[tuple[Rate, str]]) -> int:
    """In how many seconds one more attempt fits under all of the keys; 0 means now."""
    now = rates.counts.now()
    waits = [0]
    for items, key in counted:
        for item in items:
            window = rates.limiter.get_window_stats(item, key)
            if window.remaining > 0:
                continue
            # Full of what may turn out right within a moment, as when a whole shelter opens one invite.
            undecided = window.remaining + rates.pending[key] > 0
            waits.append(1 if undecided else max(1, math.ceil(window.reset_time - now)))
    return max(waits)


def _take_back(rates: Rates, counted: Iterable[tuple[Rate, str]]) -> None:
    for items, key in counted:
        for item in items:
            rates.counts.take_back(item.key_for(key))
