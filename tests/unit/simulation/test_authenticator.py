from base64 import b32encode
from datetime import UTC, datetime

import pytest

from backend.simulation.authenticator import Authenticator

OF_THE_RFC = ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130"))


@pytest.mark.parametrize(("seconds", "code"), OF_THE_RFC)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    secret = b32encode(b"12345678901234567890").decode()
    assert Authenticator(secret).code(datetime.fromtimestamp(seconds, UTC)) == code
