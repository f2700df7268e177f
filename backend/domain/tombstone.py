"""What stays of a record that was destroyed: that it was there."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.subject import Side


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Of a registration or a report, whose id it has."""

    id: str
    incident_id: str
    side: Side
    created_at: datetime
    destroyed_at: datetime
