"""What a push service's answer means."""

from datetime import UTC, datetime

import pytest

from notifications.answers import LONGEST_DETAIL, outcome_of, seconds_until
from notifications.channel import Outcome, State
from notifications.connections import Answer

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)


def answer(status: int, *, retry_after: str | None = None, body: str = "", ttl: int = 3600) -> Outcome:
    return outcome_of(Answer(status, retry_after, body), ttl=ttl, now=NOW)


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ((200, 201, 202), State.SENT),
        ((404, 410), State.GONE),
        ((406, 408, 425, 429, 500, 502, 503, 504), State.RETRY),
        ((301, 307, 400, 401, 403, 405, 413), State.FAILED),
    ],
)
def test_each_status_means_one_state(statuses: tuple[int, ...], state: State) -> None:
    assert {answer(status).state for status in statuses} == {state}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Tue, 01 Sep 2026 12:01:30 GMT", 90),
        ("Tuesday, 01-Sep-26 12:01:30 GMT", 90),
        ("Tue, 01 Sep 2026 12:01:30 -0000", 90),
        ("Tue, 01 Sep 2026 11:00:00 GMT", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_until(header, NOW) == seconds


def test_an_absurd_retry_after_breaks_nothing() -> None:
    assert answer(429, retry_after="9" * 10_000).state is State.EXPIRED


def test_a_message_that_may_be_tried_again_only_after_its_life_has_expired() -> None:
    assert answer(503, retry_after="3599").state is State.RETRY
    assert answer(503, retry_after="3600").state is State.EXPIRED


def test_a_failure_carries_the_answer_in_one_bounded_printable_line() -> None:
    outcome = answer(403, body="bad\x1b[31m key\r\n" + "x" * 10_000)
    assert outcome.detail.startswith("The push service answered 403: bad [31m key x")
    assert len(outcome.detail) == LONGEST_DETAIL
    assert outcome.detail.isprintable()


def test_a_message_too_large_is_called_a_defect() -> None:
    assert "defect" in answer(413).detail
