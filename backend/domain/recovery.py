"""What a family is asked that has lost its case code and secret."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.subject import Reporter


class RecoveryQuestion(StrEnum):
    """Kinds of facts that a report holds, those first that nobody but its family and the centre were shown."""

    REPORTER_PHONE = "REPORTER_PHONE"
    REPORTER_EMAIL = "REPORTER_EMAIL"
    RELATIVE_PHONE = "RELATIVE_PHONE"
    HOME = "HOME"
    REPORTER_NAME = "REPORTER_NAME"
    OTHER_NAME = "OTHER_NAME"
    RELATIVE_NAME = "RELATIVE_NAME"
    BIRTH_DATE = "BIRTH_DATE"
    LAST_SEEN_DAY = "LAST_SEEN_DAY"
    LAST_SEEN_PLACE = "LAST_SEEN_PLACE"


MOST_ASKED = 4
RIGHT_ANSWERS_NEEDED = 3


@dataclass(frozen=True, slots=True)
class RecoveryAnswer:
    """What a caller answered, as the call taker wrote it down."""

    question: RecoveryQuestion
    answer: str


@dataclass(frozen=True, slots=True)
class CaseRecovery:
    """A caller's answers about the child of one report. `retry_key` is random: with it, the same again gives the same
    new code and secret. `keep_email` is the address at which it is told of news, if the caller names it.
    """

    report_id: str
    retry_key: str
    answers: tuple[RecoveryAnswer, ...]
    keep_email: str | None = None


@dataclass(frozen=True, slots=True)
class RecoveredCase:
    """That a case was given a new code, and by whom. Its id owns the devices and the address that were told of the
    family's news until then: they are told of this alone. `objected_at` is when somebody said that it was not them.
    `reporter` is how the family was reached before, and `open_reports` are those of its reports that were open then.
    """

    id: str
    incident_id: str
    family_id: str
    recovered_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    objected_at: datetime | None
    reporter: Reporter | None = None
    open_reports: tuple[str, ...] = ()
