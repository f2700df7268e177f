"""Small counts hidden: what may be said in public of how many people are where, so that it points at nobody.

Anything from 1 to 4 is "<5". What is more is rounded down to a multiple of five, sums too: so taking one figure from
another (a sum less its parts, today less yesterday) gives a multiple of five again, and never one child.
"""

FEWEST = 5
YEARS_A_BAND = 5
ADULT_BAND = 20
"""From this age on, all are in one band."""


def hidden(count: int) -> str | None:
    """How a count is shown; None for nobody."""
    if count <= 0:
        return None
    return f"<{FEWEST}" if count < FEWEST else str(count - count % FEWEST)


def band_of_age(years: float) -> int:
    """The youngest age of the band of five years that an age is in."""
    return min(ADULT_BAND, max(0, int(years)) // YEARS_A_BAND * YEARS_A_BAND)
