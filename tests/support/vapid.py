"""Key pairs for push services in tests; the product makes its own with its other keys."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from notifications.vapid import public_key_of


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
