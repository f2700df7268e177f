"""An authenticator app as a telephone has one: codes of RFC 6238, worked out without the server's own code."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

STEP_SECONDS = 30
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Authenticator:
    """`secret` in base32, as the server shows it once."""

    secret: str

    def code(self, at: datetime) -> str:
        """The six digits of that moment."""
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        counter = int(at.timestamp()) // STEP_SECONDS
        mac = hmac.digest(key, counter.to_bytes(8, "big"), hashlib.sha1)
        offset = mac[-1] & 15
        number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**DIGITS:0{DIGITS}}"
