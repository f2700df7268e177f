"""Tokens, codes and signatures: made at random or derived, kept only as keyed hashes, compared in constant time."""

import hashlib
import hmac
import secrets

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})
_CODE_LETTERS = 12
_SECRET_LETTERS = 20
_POSTED_LETTERS = 8

SHORTEST_RETRY_KEY = 22
"""Of a key by which a client has a secret told again."""


def new_token() -> str:
    """256 random bits in base64url."""
    return secrets.token_urlsafe(32)


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """HMAC-SHA256 in hexadecimal; `purpose` keeps hashes for different uses apart.

    A plain keyed hash is enough here, since everything hashed this way is machine-made with at least 60 random bits, or
    (an intake's code, 40) good for three days at most and guessed at 200 an hour.
    """
    return hmac.new(key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    # What a client sends may hold half of a surrogate pair.
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def case_code(key: bytes, seed: str) -> str:
    """A code that can be read out on the telephone, such as `7KQM-2XHD-90RT`: 60 bits."""
    return _letters(key, "case code", seed, _CODE_LETTERS)


def case_secret(key: bytes, seed: str) -> str:
    """The secret that goes with a case code: 100 bits."""
    return _letters(key, "case secret", seed, _SECRET_LETTERS)


def as_written(code: str) -> str:
    """A code as it was made, however somebody typed it: small letters, O for 0, I or L for 1, dashes or none."""
    return code.upper().translate(_MISREAD)


def random_code() -> str:
    """A code for paper, in the form of a case code: 60 random bits."""
    return case_code(secrets.token_bytes(32), "")


def posted_code() -> str:
    """A code for a poster, such as `7KQM-2XHD`: 40 random bits, so that it can be typed with cold fingers."""
    return _letters(secrets.token_bytes(32), "posted code", "", _POSTED_LETTERS)


def _letters(key: bytes, purpose: str, seed: str, count: int) -> str:
    number = int(keyed_hash(key, purpose, seed), 16)
    letters = "".join(_CROCKFORD[(number >> (5 * index)) & 31] for index in range(count))
    return "-".join(letters[start : start + 4] for start in range(0, count, 4))
