"""A site whose doors are open to helpers without an account: for some hours, by a code that hangs there."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Intake:
    """Of the posted code only a keyed hash is kept. `entered` counts who came in by it."""

    id: str
    incident_id: str
    site_id: str
    code_hash: str
    opened_by: str
    entered: int
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None


def is_open(intake: Intake, now: datetime) -> bool:
    return intake.closed_at is None and now < intake.expires_at
