"""How this server identifies itself to push services: its key pair and signed headers (VAPID, RFC 8292)."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from py_vapid import Vapid02, VapidException

LIFETIME = timedelta(hours=12)
"""RFC 8292, section 2, allows at most 24 hours; half of it leaves room for clocks that are wrong."""

RENEWAL = timedelta(hours=1)
"""A header with less than this left is replaced."""

MOST_HEADERS = 1000
"""Headers kept; the push services there are number a handful."""

RAW_KEY_BYTES = 32


class VapidError(ValueError):
    """The key or the contact cannot be used to sign."""


def read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A private key from PEM, or from the 32 bytes in base64url that other Web Push tools make.

    Raises `VapidError`.
    """
    try:
        if text.lstrip().startswith("-----BEGIN"):
            key = load_pem_private_key(text.strip().encode("ascii"), password=None)
        else:
            key = _from_raw(text.strip())
    except (ValueError, TypeError):
        raise VapidError("The VAPID key is neither PEM nor 32 bytes in base64url.") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise VapidError("The VAPID key must be on the curve P-256.")
    return key


def public_key_of(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half: the uncompressed point, 65 bytes, in base64url without padding."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode("ascii")


class VapidHeaders:
    """`Authorization` headers, signed once per push service and key, and kept until shortly before they run out.

    `key` is the present one; `former` are those that some devices subscribed with before it, and are still served by:
    a push service takes a message only from the key that the subscription was made for (RFC 8292, section 4.2).
    `contact` is a `mailto:` or `https:` address of the operator, for the push service's people.
    `clock` gives the time with its zone. Raises `VapidError` for a contact that cannot be signed for.
    """

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        contact: str,
        clock: Callable[[], datetime],
        former: Sequence[ec.EllipticCurvePrivateKey] = (),
    ) -> None:
        self._present = public_key_of(key)
        self._signers = {public_key_of(one): Vapid02(one) for one in (*former, key)}
        self._contact = contact
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[str, datetime]] = {}
        try:
            # A wrong contact stops the start, rather than the first alert.
            self._sign(self._present, "https://push.invalid", clock())
        except VapidException:
            raise VapidError("The contact for push services must be a mailto: or https: address.") from None

    def header(self, origin: str, public_key: str = "") -> str:
        """The `Authorization` header for an origin, such as `https://fcm.googleapis.com`.

        `public_key` is ours that the device subscribed with; empty, or none of ours, it is the present one.
        """
        now = self._clock()
        signer = public_key if public_key in self._signers else self._present
        kept = self._kept.get((origin, signer))
        if kept is not None and now < kept[1] - RENEWAL:
            return kept[0]
        if len(self._kept) >= MOST_HEADERS:
            self._kept.clear()
        expires = now + LIFETIME
        header = self._sign(signer, origin, expires)
        self._kept[origin, signer] = (header, expires)
        return header

    def _sign(self, signer: str, origin: str, expires: datetime) -> str:
        claims = {"aud": origin, "exp": int(expires.timestamp()), "sub": self._contact}
        return str(self._signers[signer].sign(claims)["Authorization"])


def _from_raw(text: str) -> ec.EllipticCurvePrivateKey:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(raw) != RAW_KEY_BYTES:
        raise ValueError("A raw P-256 key has 32 bytes.")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
