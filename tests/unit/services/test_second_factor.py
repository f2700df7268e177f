from datetime import UTC, datetime, timedelta

import pytest

from backend.services.second_factor import in_base32, new_secret, step_of
from backend.simulation.authenticator import Authenticator

NOW = datetime(2026, 9, 2, 12, 0, 10, tzinfo=UTC)


def test_a_code_of_rfc_6238_is_known_by_its_step() -> None:
    secret = b"12345678901234567890"
    assert step_of(secret, "287082", datetime.fromtimestamp(59, UTC)) == 1
    assert step_of(secret, "005924", datetime.fromtimestamp(1234567890, UTC)) == 1234567890 // 30


@pytest.mark.parametrize(("seconds", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_an_app_s_codes_count_one_step_either_way(seconds: int, counts: bool) -> None:  # noqa: FBT001 (parametrised)
    secret = new_secret()
    app = Authenticator(in_base32(secret))
    code = app.code(NOW + timedelta(seconds=seconds))
    assert (step_of(secret, code, NOW) is not None) is counts


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "\ud83d", "١٢٣٤٥٦"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert step_of(new_secret(), typed, NOW) is None
