"""A stranger's report, and whether somebody who answers for it has looked at it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.report import Report
from backend.domain.subject import Reporter


class ReviewState(StrEnum):
    WAITING = "WAITING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Review:
    """Of one report, whose id it has. Beside the report, so that looking at it is no change of what the family wrote:
    its phone may be changing that at the same time. `objected_at` is since when somebody who had its case says that it
    was not them who asked for it anew; until that is settled no match of it is confirmed. `reporter_before` is how the
    family was reached before the case was given anew: whoever has it since may have changed that.
    """

    id: str
    incident_id: str
    state: ReviewState
    version: int
    created_at: datetime
    updated_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    objected_at: datetime | None = None
    reporter_before: Reporter | None = None


def awaited(report: Report) -> Review:
    """The review that a stranger's report waits for as it is filed."""
    return Review(
        id=report.id,
        incident_id=report.incident_id,
        state=ReviewState.WAITING,
        version=1,
        created_at=report.created_at,
        updated_at=report.created_at,
    )
