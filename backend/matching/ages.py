"""Ages and birth dates as intervals of birth, so that they compare whenever they were taken."""

import re
from calendar import monthrange
from datetime import date, datetime

from msgspec import Struct

from backend.domain.person import Age, AgeSource

DAYS_A_YEAR = 365.2425
OLDEST = 125.0
_BIRTH_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class Born(Struct, frozen=True, gc=False):
    """When somebody was born: from and to, in years of the calendar with a fraction (2019.33).

    `dated` is False if it is not known on which day the age held: then the years count from zero, as ages do below
    zero. `exact` is the birth date if its day is known, as written (ISO 8601).
    """

    earliest: float
    latest: float
    dated: bool
    source: AgeSource | None
    exact: str | None
    shown: str


def year_of(moment: datetime | date) -> float:
    """A moment as a year with a fraction: 2 July 2019 is about 2019.5."""
    return moment.year + (moment.timetuple().tm_yday - 1) / DAYS_A_YEAR


def born(age: Age, recorded_at: datetime | None) -> Born | None:
    """The interval of birth, from a birth date or else from years; None if nothing usable is known.

    An age in whole years holds until the next birthday, so that `5` means from 5 up to 6.
    """
    by_date = _from_date(age)
    if by_date is not None:
        return by_date
    known = [years for years in (age.minimum, age.maximum) if years is not None and 0 <= years <= OLDEST]
    if not known:
        return None
    low, high = min(known), max(known)
    taken_at = age.as_of or recorded_at
    year = 0.0 if taken_at is None else year_of(taken_at)
    return Born(
        earliest=year - high - 1,
        latest=year - low,
        dated=taken_at is not None,
        source=age.source,
        exact=None,
        shown=f"{low:g} years" if low == high else f"{low:g} to {high:g} years",
    )


def _from_date(age: Age) -> Born | None:
    found = _BIRTH_DATE.fullmatch((age.birth_date or "").strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last_month = month or 12
        last = date(first.year, last_month, day or monthrange(first.year, last_month)[1])
    except ValueError:
        return None
    return Born(
        earliest=year_of(first),
        latest=year_of(last) + 1 / DAYS_A_YEAR,
        dated=True,
        source=age.source,
        exact=first.isoformat() if day else None,
        shown=found.group(),
    )
