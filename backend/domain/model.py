"""What an incident's pairs are scored under, frozen until it is made anew; and the rescoring that follows then."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geo.displacement import Displacement

EXPECTED_REGISTRATIONS = 1000
"""What the first prior of an incident is for. An assumption: too few makes the first hours' matches a little bold."""

OUTGROWN = 4
"""At so many times the registrations that its prior is for (two bits), a model is made anew."""

REOPEN_BITS = 4.0
"""So much more than at the rejection, sixteen times the odds, must new evidence say. An assumption."""


@dataclass(frozen=True)
class MatchingModel:
    """All that a pair's bits depend on besides the two records and the families they are of.

    `candidates` is the order of magnitude of registrations that the prior is for, `expected_share` how many reports
    have their child among them, `expected_siblings` how many brothers and sisters a child has there. `displacement`
    says how far people are carried. `slope` and `offset` are the incident's own calibration; None: the shipped one.
    `reopen_bits` is how much evidence written after a rejection brings a match back. `data` names the shipped weights
    and name frequencies, and `profile_version` the profiles, that it was made for. `because` says in words why it was
    made.
    """

    version: int
    candidates: int
    displacement: Displacement
    data: str
    profile_version: int
    because: str
    made_at: datetime
    expected_share: float = 0.6
    expected_siblings: float = 0.8
    slope: float | None = None
    offset: float | None = None
    reopen_bits: float = REOPEN_BITS


class RescoringStep(StrEnum):
    """First what is derived from old registrations is derived anew, where that was asked for; then reports are
    scored anew, and last the duplicates that are there.
    """

    REGISTRATIONS = "REGISTRATIONS"
    REPORTS = "REPORTS"
    DUPLICATES = "DUPLICATES"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Rescoring:
    """How far the rescoring of a whole incident has come: one for each, moved on in the transaction of each page.

    `id` is the incident, `run` the event that asked for it, `after` the last record or pair that was worked on, `done`
    how many records were. `reprofile`: profiles of an older version are made anew on the way. `since` is when it was
    asked for.
    """

    id: str
    run: str
    step: RescoringStep
    after: str | None
    done: int
    reprofile: bool
    since: datetime
    version: int
    updated_at: datetime
