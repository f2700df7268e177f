"""The short form of `make chaos`: two SIGKILLs of each part under eight writers, and one in the middle of an alert."""

from pathlib import Path
from random import Random

import pytest

from tests.chaos.alerts import QUICK_ALERTS, WHOM, kill_during_alerts
from tests.chaos.installations import INSTALLATIONS
from tests.chaos.kills import QUICK, kill_again_and_again


@pytest.mark.parametrize("part", INSTALLATIONS)
async def test_what_was_acknowledged_outlives_a_kill_is_matched_and_nobody_is_alerted_twice(
    part: str, tmp_path: Path
) -> None:
    stocks = await kill_again_and_again(part, tmp_path, QUICK, Random(part))  # noqa: S311 (chances, not secrets)

    assert len(stocks) == 2
    for stock in stocks:
        assert stock.pairs == stock.reports > 0
        assert stock.registrations > stock.pairs
        assert stock.shown > 0
        assert stock.faults == ()


@pytest.mark.parametrize("whom", WHOM)
async def test_an_alert_in_whose_middle_api_and_worker_are_killed_reaches_every_phone_and_shows_once(
    whom: str, tmp_path: Path
) -> None:
    chances = Random(1)  # noqa: S311 (no secrets)
    (played,) = await kill_during_alerts("server", whom, tmp_path, QUICK_ALERTS, chances)
    assert played.faults == ()
    assert played.before < played.phones
