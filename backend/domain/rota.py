"""Who is on duty in an incident's operations centre, and who is asked next when they do not answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.domain.errors import ErrorCode, Problem

MOST_SHIFTS = 500
LONGEST_SHIFT = timedelta(days=7)
LAST_STEP = 9


@dataclass(frozen=True, slots=True)
class Shift:
    """A time on duty. Of those on duty at a time, those of step 1 are told first, those of the next step after them."""

    account_id: str
    starts_at: datetime
    ends_at: datetime
    step: int = 1


@dataclass(frozen=True, slots=True)
class Rota:
    """All shifts of an incident; `id` is that of the incident."""

    id: str
    shifts: tuple[Shift, ...]
    version: int
    created_at: datetime
    updated_at: datetime


def shift_problems(shifts: tuple[Shift, ...], may_be_on_duty: frozenset[str]) -> Iterator[Problem]:
    """`may_be_on_duty` are the accounts of the incident's coordinators."""
    if len(shifts) > MOST_SHIFTS:
        yield Problem(ErrorCode.INVALID, f"A rota holds at most {MOST_SHIFTS} shifts.", "shifts")
        return
    for index, shift in enumerate(shifts):
        field = f"shifts.{index}"
        if shift.account_id not in may_be_on_duty:
            yield Problem(ErrorCode.INVALID, "This is no coordinator of this incident.", f"{field}.accountId")
        if shift.starts_at.tzinfo is None or shift.ends_at.tzinfo is None:
            yield Problem(ErrorCode.INVALID, "A time needs its offset from UTC.", f"{field}.startsAt")
        elif not timedelta(0) < shift.ends_at - shift.starts_at <= LONGEST_SHIFT:
            message = f"A shift ends after it starts, and within {LONGEST_SHIFT.days} days."
            yield Problem(ErrorCode.INVALID, message, f"{field}.endsAt")
        if not 1 <= shift.step <= LAST_STEP:
            yield Problem(ErrorCode.INVALID, f"A step is 1 to {LAST_STEP}.", f"{field}.step")


def on_duty(shifts: tuple[Shift, ...], now: datetime) -> list[Shift]:
    """The shifts that are on, those who are told first at the front."""
    return sorted(
        (shift for shift in shifts if shift.starts_at <= now < shift.ends_at),
        key=lambda shift: (shift.step, shift.starts_at, shift.account_id),
    )
