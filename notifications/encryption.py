"""A payload encrypted for one device alone: Web Push's message encryption (RFC 8291, in the form of RFC 8188).

The primitives are those of `cryptography`. pywebpush's own encoder does the same in twice the time, most of it spent on
copies and on making the same keys again, and is what the tests hold this against.
"""

import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES = 65
AUTH_BYTES = 16

_SALT_BYTES = 16
_KEY_BYTES = 16
_NONCE_BYTES = 12
_RECORD_SIZE = (4096).to_bytes(4, "big")
_LAST_RECORD = b"\x02"


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """What a browser gave of itself: its public key, the same as an uncompressed point, and a secret it shares with us.

    Raises `ValueError` for a point that is not on the curve P-256.
    """

    key: ec.EllipticCurvePublicKey
    point: bytes
    auth: bytes

    @classmethod
    def of(cls, point: bytes, auth: bytes) -> "DeviceKeys":
        return cls(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point), point, auth)


def encrypt(payload: bytes, device: DeviceKeys) -> bytes:
    """The body of a request: salt, our point, and the payload, of at most 3,993 bytes, as one record."""
    return seal(payload, device, ec.generate_private_key(ec.SECP256R1()), os.urandom(_SALT_BYTES))


def seal(payload: bytes, device: DeviceKeys, ephemeral: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """As `encrypt`, under a key and a salt that must never be used for anything else (RFC 8291, section 3.4)."""
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ephemeral.exchange(ec.ECDH(), device.key)
    context = b"WebPush: info\x00" + device.point + point
    keying = _hkdf(device.auth, shared, context)
    key = _hkdf(salt, keying, b"Content-Encoding: aes128gcm\x00")[:_KEY_BYTES]
    nonce = _hkdf(salt, keying, b"Content-Encoding: nonce\x00")[:_NONCE_BYTES]
    record = AESGCM(key).encrypt(nonce, payload + _LAST_RECORD, None)
    return b"".join((salt, _RECORD_SIZE, bytes((POINT_BYTES,)), point, record))


def _hkdf(salt: bytes, secret: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256 (RFC 5869) for up to 32 bytes, which one block of it gives."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\x01", "sha256")
