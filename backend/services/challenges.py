"""Challenges for passkeys: made by the server for one purpose and one subject, good for minutes, and good once.

None is kept when it is made, so that a stranger who asks for a million leaves nothing behind: a challenge bears its end
and a seal. One that was used is kept until then.
"""

import secrets
from datetime import UTC, datetime, timedelta

from backend.domain.credential import UsedChallenge
from backend.services.collaborators import Collaborators
from backend.services.secrets import keyed_hash, same

CHALLENGE_LASTS = timedelta(minutes=5)

_RANDOM_BYTES = 16
_END_BYTES = 8
_BODY_BYTES = _RANDOM_BYTES + _END_BYTES


def new_challenge(use: Collaborators, purpose: str, subject: str) -> bytes:
    """Random bytes, the second at which they end, and the seal over both, the purpose and the subject."""
    end = int((use.clock() + CHALLENGE_LASTS).timestamp())
    body = secrets.token_bytes(_RANDOM_BYTES) + end.to_bytes(_END_BYTES, "big")
    return body + bytes.fromhex(_seal(use, purpose, subject, body))


def answered(use: Collaborators, purpose: str, subject: str, challenge: bytes) -> UsedChallenge | None:
    """What keeps a challenge from being used again, to be written with what it was used for; None for one that is too
    old, or was not made by this server for this purpose and subject.
    """
    body, seal = challenge[:_BODY_BYTES], challenge[_BODY_BYTES:].hex()
    if len(body) < _BODY_BYTES or not same(seal, _seal(use, purpose, subject, body)):
        return None
    end = datetime.fromtimestamp(int.from_bytes(body[_RANDOM_BYTES:], "big"), UTC)
    if end <= use.clock():
        return None
    return UsedChallenge(keyed_hash(use.keys.token_pepper, "used challenge", challenge.hex()), end)


def _seal(use: Collaborators, purpose: str, subject: str, body: bytes) -> str:
    return keyed_hash(use.keys.token_pepper, f"challenge to {purpose}", f"{subject}\0{body.hex()}")
