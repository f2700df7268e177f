"""Quiet hours: in the time zone of whoever sleeps, over midnight, and in the nights when clocks change."""

from datetime import UTC, datetime

import pytest

from backend.domain.alert import MANNERS, AlertKind
from backend.domain.choices import QuietHours
from notifications.messages import Kind

NIGHT = QuietHours("22:00", "07:00", "America/Chicago")


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-09-02T02:59:00+00:00", None),
        ("2026-09-02T03:00:00+00:00", "2026-09-02T12:00:00+00:00"),
        ("2026-09-02T11:59:59+00:00", "2026-09-02T12:00:00+00:00"),
        ("2026-09-02T12:00:00+00:00", None),
        # Clocks go back, and forward: the morning comes by the local clock.
        ("2026-11-01T05:00:00+00:00", "2026-11-01T13:00:00+00:00"),
        ("2026-03-08T06:00:00+00:00", "2026-03-08T12:00:00+00:00"),
    ],
)
def test_a_night_lasts_until_the_morning_where_the_person_is(moment: str, end: str | None) -> None:
    found = NIGHT.end_of_those_at(datetime.fromisoformat(moment))
    assert found == (None if end is None else datetime.fromisoformat(end))


def test_hours_within_one_day_end_on_that_day() -> None:
    nap = QuietHours("13:00", "15:00", "Asia/Kathmandu")
    assert nap.end_of_those_at(datetime(2026, 9, 2, 8, 0, tzinfo=UTC)) == datetime(2026, 9, 2, 9, 15, tzinfo=UTC)
    assert nap.end_of_those_at(datetime(2026, 9, 2, 9, 15, tzinfo=UTC)) is None


def test_each_kind_of_alert_says_whether_it_waits_and_each_has_words() -> None:
    assert set(MANNERS) == set(AlertKind)
    assert {kind.value for kind in AlertKind} == {kind.value for kind in Kind}


def test_what_a_family_waits_for_and_what_a_life_may_hang_on_goes_through_the_night() -> None:
    urgent = {kind for kind, manner in MANNERS.items() if manner.urgent}
    assert urgent == {
        AlertKind.REPORT_NEWS,
        AlertKind.RELEASE_WAITS,
        AlertKind.CHILD_MISSING_NEARBY,
        AlertKind.CASE_RECOVERED,
    }
