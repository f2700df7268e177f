"""Key pairs for push services in tests, since the product makes its own, and what such a service checks."""

import time
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from py_vapid import jwt

from notifications.vapid import public_key_of

LONGEST_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`private_pem` is PKCS 8; `public_key` is what browsers want as `applicationServerKey`."""

    private_pem: str
    public_key: str


def new_key_pair() -> KeyPair:
    """A fresh pair on the curve P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    return KeyPair(pem, public_key_of(key))


def vapid_fault(authorization: str, origin: str) -> str | None:
    """What a push service at `origin` says against an `Authorization` header (RFC 8292), None where it is in order."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme != "vapid" or not {"t", "k"} <= parts.keys():
        return "The Authorization header is not VAPID."
    try:
        claims = jwt.decode(parts["t"], parts["k"])
    except InvalidSignature:
        return "The VAPID signature is wrong."
    if claims.get("aud") != origin:
        return f"The VAPID audience is {claims.get('aud')}, not {origin}."
    if not time.time() < claims.get("exp", 0) <= time.time() + LONGEST_SECONDS:
        return "The VAPID token is too old, or good for more than 24 hours."
    if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
        return "The VAPID contact is missing."
    return None
