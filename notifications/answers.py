"""What a server's answer means for the message (RFC 8030, and what the push services are known to do)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from notifications.channel import Outcome, State
from notifications.connections import Answer

LONGEST_DETAIL = 300

_GONE = frozenset({404, 410})
_RETRY = frozenset(
    {
        406,  # Windows' push service says this where others say 429
        408,
        425,
        429,
    }
)
_TOO_LARGE = 413


def outcome_of(answer: Answer, *, ttl: int, now: datetime, who: str = "push service") -> Outcome:
    """`ttl` is what is left of the message's life, in seconds; `who` answered."""
    status, body = answer.status, answer.beginning
    if status // 100 == 2:  # noqa: PLR2004 - the class of the status: 201 by the standard, 200 from Windows
        return Outcome(State.SENT, status=status)
    detail = short(f"The {who} answered {status}: {body}" if body else f"The {who} answered {status}.")
    if status in _GONE:
        return Outcome(State.GONE, detail, status=status)
    if status in _RETRY or status // 100 == 5:  # noqa: PLR2004 - the class of the status
        seconds = seconds_until(answer.retry_after, now)
        late = seconds is not None and seconds >= ttl
        return Outcome(State.EXPIRED if late else State.RETRY, detail, seconds, status)
    if status == _TOO_LARGE:
        detail = short(f"A defect: the message was too large. {detail}")
    return Outcome(State.FAILED, detail, status=status)


def seconds_until(retry_after: str | None, now: datetime) -> float | None:
    """Seconds from now that a `Retry-After` header asks for (RFC 9110, section 10.2.3); None if it makes no sense."""
    if retry_after is None:
        return None
    value = retry_after.strip()
    if value.isascii() and value.isdecimal():
        # No more digits than a century needs.
        return float(value[:10])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def short(detail: str) -> str:
    """One printable line of bounded length, whatever a stranger's server sent."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in detail).split())
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"
