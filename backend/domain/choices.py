"""How somebody wants to be told: by which channels, in which language, and when not."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day until another, as `22:00`, in an IANA time zone; over midnight where `until` is earlier."""

    start: str
    until: str
    time_zone: str

    def end_of_those_at(self, moment: datetime) -> datetime | None:
        """When the quiet hours end that it is at this moment, None where it is not quiet."""
        zone = ZoneInfo(self.time_zone)
        local = moment.astimezone(zone)
        start, until = time.fromisoformat(self.start), time.fromisoformat(self.until)
        for days in (-1, 0):
            day = local.date() + timedelta(days=days)
            begins = datetime.combine(day, start, zone)
            ends = datetime.combine(day if start < until else day + timedelta(days=1), until, zone)
            # As moments: on the night of a clock change, local times are no measure.
            if begins.timestamp() <= moment.timestamp() < ends.timestamp():
                return datetime.fromtimestamp(ends.timestamp(), moment.tzinfo)
        return None


@dataclass(frozen=True, slots=True)
class AlertChoices:
    """Of one family or account; `id` is its own. `email` is None where it left no address for alerts. `nearby` is the
    H3 cell, about 6 km across, around which it wants to be told of missing children.
    """

    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    by_push: bool = True
    by_email: bool = True
    email: str | None = None
    language: str = "en"
    quiet: QuietHours | None = None
    nearby: str | None = None


@dataclass(frozen=True, slots=True)
class NewAlertChoices:
    """Everything that is chosen, as a whole."""

    by_push: bool = True
    by_email: bool = True
    email: str | None = None
    language: str = "en"
    quiet: QuietHours | None = None
